package app

import (
	"syscall"
)

// maxConnections bounds the connections that are open at a time; more wait in the kernel.
const maxConnections = 1024

// connections is how many are open at most: half of what the process may open is left for
// files, without which nothing is stored.
func connections() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur/2 > maxConnections {
		return maxConnections
	}
	return max(8, int(limit.Cur/2))
}
