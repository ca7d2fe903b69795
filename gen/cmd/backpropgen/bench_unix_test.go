//go:build unix

package main

import (
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"testing"
	"time"
)

// five are the benchmark networks.
var five = []string{"xor", "iris", "control", "digits", "pixels"}

// copyFive puts the specs of the benchmark networks into folders of their own, and returns their paths.
func copyFive(t testing.TB) (paths []string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range five {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", "generated", name, name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name, name+".yaml")
		if err := os.Mkdir(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// processorTime is what this process has had of processors so far.
func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkFive runs commands on the benchmark networks as main does. Beside the time of a run it reports that of
// processors.
func BenchmarkFive(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	paths := copyFive(b)
	for _, command := range []string{"generate", "explain"} {
		b.Run(command, func(b *testing.B) {
			b.ReportAllocs()
			before := processorTime(b)
			for b.Loop() {
				code := run(append([]string{command}, paths...), env{
					stdin: os.Stdin, stdout: io.Discard, stderr: os.Stderr, getenv: func(string) string { return "" },
				})
				if code != exitOK {
					b.Fatalf("exit code %d", code)
				}
			}
			b.ReportMetric(float64((processorTime(b)-before).Milliseconds())/float64(b.N), "cpu-ms/op")
		})
	}
}
