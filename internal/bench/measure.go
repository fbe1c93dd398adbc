package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// sample is one run of one contender.
type sample struct {
	cpu, wall time.Duration
	rssMB     int64
	written   int64 // bytes of Parquet
	stdout    []byte
}

// measure runs a child and takes its resource usage; folder is where it writes Parquet, or empty.
func measure(folder, env string, args ...string) (sample, error) {
	cmd := exec.Command(args[0], args[1:]...)
	if env != "" {
		cmd.Env = append(os.Environ(), env)
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		return sample{}, fmt.Errorf("%s: %w: %s", args[0], err, stderr.String())
	}
	s := sample{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), wall: time.Since(begin), stdout: stdout.Bytes()}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.rssMB = u.Maxrss / 1024
	}
	if folder == "" {
		return s, nil
	}
	var err error
	_, s.written, err = parquet(folder)
	return s, err
}

// parquet counts the Parquet files below a folder.
func parquet(folder string) (files int, size int64, err error) {
	err = filepath.WalkDir(folder, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(name) != ".parquet" {
			return err
		}
		info, err := e.Info()
		if err == nil {
			files++
			size += info.Size()
		}
		return err
	})
	return files, size, err
}

// median is the sample with the median CPU time.
func median(s []sample) sample { return medianBy(s, func(s sample) time.Duration { return s.cpu }) }

// least is the sample with the least CPU time, which neighbours have disturbed least.
func least(s []sample) sample {
	return slices.MinFunc(s, func(a, b sample) int { return int(a.cpu - b.cpu) })
}

func medianBy(s []sample, of func(sample) time.Duration) sample {
	s = slices.Clone(s)
	slices.SortFunc(s, func(a, b sample) int { return int(of(a) - of(b)) })
	return s[len(s)/2]
}

func mb(bytes int64) float64 { return float64(bytes) / 1e6 }
