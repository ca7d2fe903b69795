//go:build !race && !msan && !asan

package judge

// thrift divides what long batches may cost: by nothing.
const thrift = 1
