package finding

import "runtime"

// PanicOf returns what f panics with, nil if it returns.
func PanicOf(f func()) (said any) {
	defer func() { said = recover() }()
	f()
	return nil
}

// IsRuntime says whether a panic is one of the language's, such as an index out of range.
func IsRuntime(said any) bool {
	_, ok := said.(runtime.Error)
	return ok
}
