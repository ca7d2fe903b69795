package training

import (
	"bytes"
	"testing"
	"time"

	"github.com/backpropgen/backpropgen/train"
)

func TestReport(t *testing.T) {
	classes := []string{"a", "b"}
	var r Report
	for i, right := range []int{9, 7, 8} {
		c := train.NewConfusion(classes)
		c.Counts[0][0], c.Counts[1][0] = right, 10-right
		r = append(r, Result{
			Seed: uint64(i + 1), Train: []float64{1, 0.5}, Confusion: c,
			Elapsed: time.Duration(i+1) * time.Millisecond,
		})
	}
	var out bytes.Buffer
	printHead(&out)
	for _, result := range r {
		printResult(&out, result)
	}
	printTotals(&out, r)
	want := ` seed  train loss  test accuracy  training time
    1      0.5000         90.0 %         1.0 ms
    2      0.5000         70.0 %         2.0 ms
    3      0.5000         80.0 %         3.0 ms
 mean                     80.0 %         2.0 ms
worst                     70.0 %
total                                    6.0 ms

confusion matrix of the test parts, all seeds together:

true\predicted   a  b   recall
a               24  ·  100.0 %
b                6  0    0.0 %
`
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
