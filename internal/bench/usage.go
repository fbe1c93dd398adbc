package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// usage is what a process has used up to now.
type usage struct {
	cpu    time.Duration // user and system
	peakMB int           // resident at most, 10⁶ bytes
}

// usageOf reads /proc: https://docs.kernel.org/scheduler/sched-stats.html and proc(5).
func usageOf(pid int) (u usage, err error) {
	folder := filepath.Join("/proc", strconv.Itoa(pid))
	threads, err := filepath.Glob(filepath.Join(folder, "task", "*", "schedstat"))
	if err != nil || len(threads) == 0 {
		return u, fmt.Errorf("no threads of process %d: %w", pid, err)
	}
	for _, name := range threads {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // a thread that has ended
		}
		var ran int64
		if _, err := fmt.Sscan(string(b), &ran); err != nil {
			return u, fmt.Errorf("%s: %w", name, err)
		}
		u.cpu += time.Duration(ran)
	}
	status, err := os.ReadFile(filepath.Join(folder, "status"))
	if err != nil {
		return u, err
	}
	for line := range strings.Lines(string(status)) {
		if rest, found := strings.CutPrefix(line, "VmHWM:"); found {
			kB, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				return u, err
			}
			u.peakMB = kB * 1024 / 1_000_000
		}
	}
	return u, nil
}

// processor is the machine's own name for it.
func processor() string {
	b, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(b)) {
		if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
