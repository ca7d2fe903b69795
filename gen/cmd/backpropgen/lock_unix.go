//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package main

import (
	"errors"
	"os"
	"syscall"
)

// tryLock locks a folder against other runs, without waiting, and says whether it did. The lock is on the folder
// itself, so that no file is needed for it, and it goes with the process, however that ends. Several runs that only
// read may share it. Where the file system has no locks the run goes without one.
func tryLock(root *os.Root, writes bool) (unlock func(), ok bool, err error) {
	dir, err := root.Open(".")
	if err != nil {
		return nil, false, err
	}
	how := syscall.LOCK_SH
	if writes {
		how = syscall.LOCK_EX
	}
	for {
		err = syscall.Flock(int(dir.Fd()), how|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		dir.Close()
		return nil, false, nil
	}
	return func() { dir.Close() }, true, nil
}
