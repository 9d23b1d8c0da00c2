package lab

import (
	"os"
	"runtime"
	"runtime/debug"
)

// An API server makes much garbage, and a lab is sooner short of processor than
// of memory, until there are very many objects in it. GOGC and GOMEMLIMIT
// override these.
const (
	gcPercent   = 400
	memoryLimit = 4 << 30 // bytes
)

// hugeHeap is the part of the heap that large pages are asked for.
const hugeHeap = 2 << 30 // bytes

// useMemory tells the Go runtime and the kernel what a lab needs.
func useMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	// The heap grows into the addresses that this slice had. Nothing is written to
	// it, so it occupies no memory.
	ahead := make([]byte, hugeHeap)
	adviseHugePages(ahead)
	runtime.KeepAlive(ahead)
	debug.FreeOSMemory()
}
