package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// frugalGC trades a little CPU for memory: the appliance shares its machine.
func frugalGC() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}

// heapOfWorker is what one worker of a transform may let grow before the collector works
// harder, in bytes. Two workers stay below 512 MB with it, whatever they are given.
const heapOfWorker = 200 << 20

// boundHeap is for verbs that transform with a worker for each core.
func boundHeap() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(max(2, runtime.GOMAXPROCS(0))) * heapOfWorker)
	}
}
