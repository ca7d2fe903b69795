//go:build unix

package fence

import (
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// fenced maps whole pages, enough for size bytes, with a page before and one after them that may not be touched.
func fenced(size int) (inner []byte, release func(), err error) {
	page := unix.Getpagesize()
	size = (size + page - 1) / page * page
	memory, err := unix.Mmap(-1, 0, size+2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, nil, fmt.Errorf("mapping %s: %w", plural.Of(size+2*page, "byte"), err)
	}
	// What is not given back is given back at the end of the program.
	release = func() { _ = unix.Munmap(memory) }
	for _, outer := range [][]byte{memory[:page], memory[page+size:]} {
		if err := unix.Mprotect(outer, unix.PROT_NONE); err != nil {
			release()
			return nil, nil, fmt.Errorf("protecting a page: %w", err)
		}
	}
	return memory[page : page+size : page+size], release, nil
}
