package main

import (
	"errors"
	"flag"
	"math"
	"strconv"
	"strings"

	"github.com/backpropgen/backpropgen/gen"
)

// rangeVar defines a flag whose value is a range of numbers: LO,HI.
func rangeVar(fs *flag.FlagSet, name string, to **gen.Interval) {
	fs.Func(name, "", func(s string) error {
		i, err := parseRange(s)
		*to = &i
		return err
	})
}

// parseRange reads LO,HI.
func parseRange(s string) (gen.Interval, error) {
	first, second, ok := strings.Cut(s, ",")
	lo, err := strconv.ParseFloat(strings.TrimSpace(first), 64)
	hi, err2 := strconv.ParseFloat(strings.TrimSpace(second), 64)
	switch {
	case !ok || err != nil || err2 != nil || math.IsInf(hi-lo, 0) || math.IsNaN(hi-lo):
		return gen.Interval{}, errors.New("write two finite numbers, the smallest and the largest, as in -1,1")
	case lo > hi:
		return gen.Interval{}, errors.New("the first number is the larger; write the smallest first, as in -1,1")
	}
	return gen.Interval{Lo: lo, Hi: hi}, nil
}
