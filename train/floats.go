package train

import "reflect"

// floats views an array of F, given as a pointer to it, as a slice of the same memory; nil if it is something else. The
// lengths of networks' arrays are in their types, where a type parameter cannot reach them; reflection can. It is used
// once for a trainer and where a training has failed, never in a step.
func floats[F Float](array any) []F {
	v := reflect.ValueOf(array)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Array {
		return nil
	}
	s, _ := v.Elem().Slice(0, v.Elem().Len()).Interface().([]F)
	return s
}

// firstBad is the index of the first value that is NaN or infinite, -1 if all are finite.
func firstBad[F Float](values []F) int {
	for i, v := range values {
		if !finite(v) {
			return i
		}
	}
	return -1
}

// finite holds for all numbers but NaN and the infinities, whose difference with themselves is NaN.
func finite[F Float](v F) bool { return v-v == 0 }
