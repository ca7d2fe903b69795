package verify

import "runtime"

// panics returns what f panics with, nil if it returns.
func panics(f func()) (said any) {
	defer func() { said = recover() }()
	f()
	return nil
}

// isRuntime says whether a panic is one of the language's, such as an index out of range.
func isRuntime(said any) bool {
	_, ok := said.(runtime.Error)
	return ok
}
