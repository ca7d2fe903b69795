//go:build race || msan || asan

package judge

// thrift divides what long batches may cost. With a detector kernels are portable Go and take about ten times as long,
// and what they compute is judged without it: here it is only to see every function read and write.
const thrift = 16
