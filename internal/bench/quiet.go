package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// quiet is the most of a core that other processes may use while figures are taken that are
// written down. DuckDB suffers more from neighbours than Seamark, so that ratios of a busy
// machine flatter.
const quiet = 0.05

// watch measures what other processes use from now on: what it returns answers how much of a
// core that was, and the machine's load.
func watch() func() (others float64, load string, err error) {
	begin := time.Now()
	busy, err := machineTime()
	own := ownTime()
	return func() (float64, string, error) {
		if err != nil {
			return 0, "", err
		}
		now, err := machineTime()
		if err != nil {
			return 0, "", err
		}
		load, err := os.ReadFile("/proc/loadavg")
		if err != nil {
			return 0, "", err
		}
		others := (now - busy) - (ownTime() - own)
		return max(0, others.Seconds()/time.Since(begin).Seconds()), strings.Join(strings.Fields(string(load))[:3], " "), nil
	}
}

// ownTime is the CPU time of this process and of all its children that have ended.
func ownTime() time.Duration {
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return sum
}

// machineTime is the CPU time that all processes together have used since the machine started.
func machineTime() (time.Duration, error) {
	f, err := os.Open("/proc/stat")
	if err != nil {
		return 0, err
	}
	defer f.Close() // only read
	line := bufio.NewScanner(f)
	line.Scan()
	return busyTime(line.Text())
}

// busyTime reads "cpu user nice system idle iowait irq softirq …", in hundredths of a second.
// Source: proc_stat(5)
func busyTime(line string) (time.Duration, error) {
	words := strings.Fields(line)
	if len(words) < 8 || words[0] != "cpu" {
		return 0, fmt.Errorf("/proc/stat begins with %q, not with the CPU's times", line)
	}
	var sum time.Duration
	for _, i := range []int{1, 2, 3, 6, 7} {
		n, err := strconv.ParseInt(words[i], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("/proc/stat: %w", err)
		}
		sum += time.Duration(n) * 10 * time.Millisecond
	}
	return sum, nil
}
