// Package absent finds nil pointers in interfaces. It imports the standard library only, since packages that programs
// of users import need it.
package absent

import "reflect"

// Pointer says whether v holds a pointer that is nil. Such a v is not nil itself.
func Pointer(v any) bool {
	value := reflect.ValueOf(v)
	return value.Kind() == reflect.Pointer && value.IsNil()
}
