package training

import (
	"fmt"
	"time"
)

// Percent prints a part of 1 as a percentage.
func Percent(part float64) string { return fmt.Sprintf("%.1f %%", 100*part) }

// Duration prints milliseconds, the unit in which small networks train.
func Duration(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
