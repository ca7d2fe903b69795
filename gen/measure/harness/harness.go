// Package harness times functions on a machine on which other programs run too. Package measure copies its source
// beside emitted networks, so that it needs nothing but the standard library.
//
// What is compared takes turns: in every round each case runs for a moment, after a short run that is not timed. Of all
// milliseconds the least time counts, for whatever else the machine does only adds to it.
package harness

import (
	"encoding/json"
	"io"
	"slices"
	"time"
)

// Case is something to be timed.
type Case struct {
	// ID is what its result is told by, and Per by how much its time is divided, such as the samples of a batch.
	ID, Per int
	// Run makes so many calls.
	Run func(calls int)
}

// Result is how long a call of a case takes, or a sample of it, in ns: the least of all samples, the median, and how
// many samples there were.
type Result struct {
	ID            int
	Least, Median float64
	Samples       int
}

// Line is what a program prints while it measures and when it is done, as a line of JSON.
type Line struct {
	Done, Of int      `json:",omitempty"` // milliseconds
	Machine  *Machine `json:",omitempty"`
	Results  []Result `json:",omitempty"`
}

// Machine is what the processor says of itself: the first four letters of its maker, family and model, and how many
// cycles it makes in a nanosecond. It is empty where that is not known.
type Machine struct {
	Maker         string
	Family, Model int
	Cycles        float64
}

// A sample takes at least sampleTime, and a fourth of that runs before. Each case has between fewest and most samples,
// as many as its share of the time has room for.
const (
	sampleTime = 40 * time.Microsecond
	fewest     = 6
	most       = 1000
)

// Main measures cases for about so long and writes what it finds.
func Main(w io.Writer, cases []Case, long time.Duration) error {
	out := json.NewEncoder(w)
	machine, begun, told := identify(), time.Now(), time.Time{}
	calls := calibrate(cases)
	times, spent := make([][]float64, len(cases)), make([]time.Duration, len(cases))
	share := long / time.Duration(max(1, len(cases)))
	for round, busy := 0, true; busy; round++ {
		busy = false
		for i := range cases {
			c := (i + round) % len(cases)
			if n := len(times[c]); n >= most || n >= fewest && spent[c] >= share {
				continue
			}
			start := time.Now()
			times[c] = append(times[c], sample(cases[c], calls[c]))
			spent[c] += time.Since(start)
			busy = true
		}
		machine.Cycles = max(machine.Cycles, clock())
		if time.Since(told) > 100*time.Millisecond {
			told = time.Now()
			done := min(told.Sub(begun), long)
			if err := out.Encode(Line{Done: int(done.Milliseconds()), Of: int(long.Milliseconds())}); err != nil {
				return err
			}
		}
	}
	line := Line{Machine: &machine}
	for i, c := range cases {
		slices.Sort(times[i])
		line.Results = append(line.Results,
			Result{ID: c.ID, Least: times[i][0], Median: times[i][len(times[i])/2], Samples: len(times[i])})
	}
	return out.Encode(line)
}

// calibrate finds how many calls a sample of each case has.
func calibrate(cases []Case) []int {
	all := make([]int, len(cases))
	for i, c := range cases {
		c.Run(1)
		for calls := 1; ; calls *= 2 {
			start := time.Now()
			c.Run(calls)
			if all[i] = calls; time.Since(start) >= sampleTime {
				break
			}
		}
	}
	return all
}

// sample is how long a call of a case takes, in ns.
func sample(c Case, calls int) float64 {
	c.Run((calls + 3) / 4)
	start := time.Now()
	c.Run(calls)
	return float64(time.Since(start)) / float64(calls) / float64(c.Per)
}
