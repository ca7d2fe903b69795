package macro

import (
	"fmt"
	"strings"
)

// named gives macros their names: what the equation that they are a part of computes, and a number. a1 = tanh(z1) makes
// A1_1, A1_2 and so on.
func (f *file) named(defined []definition) []definition {
	names, count := map[int]string{}, map[string]int{}
	for i := range defined {
		d := &defined[i]
		stem := stemOf(strings.TrimPrefix(d.about, f.prefix))
		count[stem]++
		d.name = fmt.Sprintf("%s_%d", stem, count[stem])
		names[d.number] = d.name
	}
	rename := func(lines []line) {
		for i := range lines {
			if n := lines[i].calls; n > 0 {
				lines[i].op = names[n-1]
			}
		}
	}
	rename(f.lines)
	for i := range defined {
		rename(defined[i].body)
	}
	return defined
}

// capital leaves out what is none.
func capital(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r
	}
	return -1
}

// longestStem is how many letters a name takes from a comment.
const longestStem = 20

// stemOf is what a comment says is computed, in capitals: the left side of its last equation. Of the name of a function
// it is the initials of what comes before that of the level, LB of LossBatchAVX512, or one word.
func stemOf(about string) string {
	equations := strings.Split(about, "; ")
	left, _, equation := strings.Cut(equations[len(equations)-1], "=")
	if !equation {
		left = strings.TrimRight(left, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
		if initials := strings.Map(capital, left); len(initials) > 1 {
			left = initials
		}
	}
	stem := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, left)
	stem = stem[:min(len(stem), longestStem)]
	if stem == "" || stem[0] < 'A' {
		stem = "PART" + stem
	}
	return stem
}
