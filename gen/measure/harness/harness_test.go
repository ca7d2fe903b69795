package harness

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/cpu"
)

// TestMeasure: all cases are measured as often as there is room for, a slow one less often, and what is written last
// are the results.
func TestMeasure(t *testing.T) {
	var calls [2]int
	cases := []Case{
		{ID: 7, Per: 1, Run: func(n int) {
			for range n {
				calls[0]++
			}
		}},
		{ID: 3, Per: 100, Run: func(n int) { calls[1] += n; time.Sleep(time.Duration(n) * time.Millisecond) }},
	}
	var out bytes.Buffer
	if err := Main(&out, cases, 20*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	var last Line
	for dec := json.NewDecoder(&out); dec.More(); {
		last = Line{}
		if err := dec.Decode(&last); err != nil {
			t.Fatal(err)
		}
	}
	if last.Machine == nil || len(last.Results) != 2 || last.Results[0].ID != 7 || last.Results[1].ID != 3 {
		t.Fatalf("the last line is %+v", last)
	}
	fast, slow := last.Results[0], last.Results[1]
	if slow.Samples != fewest || fast.Samples <= slow.Samples {
		t.Errorf("%d samples of a fast case and %d of a slow one, want more of the first and %d of the second",
			fast.Samples,
			slow.Samples, fewest)
	}
	if slow.Least < 10_000 || slow.Median < slow.Least {
		t.Errorf("a hundredth of a call of at least 1 ms takes %v ns at least, and %v on the average", slow.Least,
			slow.Median)
	}
	if calls[0] <= calls[1] {
		t.Errorf("%d calls of a fast case and %d of a slow one", calls[0], calls[1])
	}
}

// TestMemory: plain loops read all of what they are given and write nothing beside it, upwards and downwards.
func TestMemory(t *testing.T) {
	if !Assembly || !cpu.X86.HasAVX2 {
		t.Skip("SKIPPED: this processor has no AVX2")
	}
	const blocks = 5
	var data [(blocks + 2) * blockBytes]byte
	at := unsafe.Pointer(&data[blockBytes])
	for _, calls := range []int{1, 2} {
		for i := range data {
			data[i] = byte(i)%255 + 1
		}
		before := data
		run := func(p Pass) { Memory{Passes: []Pass{p}, Alternate: true}.Run(calls) }
		run(Pass{At: at, Bytes: blocks*blockBytes + 9, Reads: true})
		run(Pass{At: at, Bytes: blocks * blockBytes, Reads: true, Writes: true})
		run(Pass{At: at, Bytes: blockBytes - 1, Writes: true})
		if data != before {
			t.Fatal("what only reads, or writes what is there, changes memory")
		}
		run(Pass{At: at, Bytes: blocks * blockBytes, Writes: true})
		for i := range data {
			if inside := i >= blockBytes && i < len(data)-blockBytes; inside != (data[i] == 0) {
				t.Fatalf("%d calls: byte %d is %d, and what is written is %v", calls, i, data[i], inside)
			}
		}
	}
}
