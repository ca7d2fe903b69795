package main

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// lockName is the file that holds a folder's lock. The system deletes it when the process that has it open ends,
// however it ends.
const lockName = ".backpropgen.lock"

// tryLock locks a folder against other runs, without waiting, and says whether it did. A run that only reads makes no
// file: it has the lock where no other run holds it. Where the folder takes no new file, or the file system has no such
// locks, the run goes without one.
func tryLock(root *os.Root, writes bool) (unlock func(), ok bool, err error) {
	path, err := windows.UTF16PtrFromString(filepath.Join(root.Name(), lockName))
	if err != nil {
		return nil, false, err
	}
	access, disposition := uint32(windows.GENERIC_READ), uint32(windows.OPEN_EXISTING)
	if writes {
		access, disposition = windows.GENERIC_READ|windows.GENERIC_WRITE|windows.DELETE, windows.OPEN_ALWAYS
	}
	attributes := uint32(windows.FILE_ATTRIBUTE_HIDDEN | windows.FILE_FLAG_OPEN_REPARSE_POINT)
	if writes {
		attributes |= windows.FILE_FLAG_DELETE_ON_CLOSE
	}
	handle, err := windows.CreateFile(path, access, 0, nil, disposition, attributes, 0)
	switch {
	case errors.Is(err, windows.ERROR_SHARING_VIOLATION), errors.Is(err, windows.ERROR_DELETE_PENDING):
		return nil, false, nil
	case err != nil:
		return func() {}, true, nil
	case !writes: // it is left over, and nobody has it open
		windows.CloseHandle(handle)
		return func() {}, true, nil
	}
	return func() { windows.CloseHandle(handle) }, true, nil
}
