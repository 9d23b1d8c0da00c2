package lab

import (
	"os"
	"runtime"
	"runtime/debug"
	"sync"
)

// An API server makes much garbage, and a lab is sooner short of processor than
// of memory, until there are very many objects in it. GOGC and GOMEMLIMIT
// override these.
const (
	gcPercent   = 400
	memoryLimit = 4 << 30 // bytes
)

// hugeHeap is the part of the heap that large pages are asked for, and hugeStep
// how much of it at once.
const (
	hugeHeap = 2 << 30  // bytes
	hugeStep = 64 << 20 // bytes
)

// useMemory tells the Go runtime and the kernel what the labs of this process need.
var useMemory = sync.OnceFunc(func() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	// The heap grows into the addresses that these slices had. The runtime clears,
	// and so occupies, only a slice of which it has used a part before, which can be
	// the first. Of one slice it would be everything.
	var ahead [][]byte
	for range hugeHeap / hugeStep {
		step := make([]byte, hugeStep)
		adviseHugePages(step)
		ahead = append(ahead, step)
	}
	runtime.KeepAlive(ahead)
	debug.FreeOSMemory()
})
