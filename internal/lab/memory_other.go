//go:build !linux

package lab

// adviseHugePages does nothing: the kernel decides by itself.
func adviseHugePages([]byte) {}
