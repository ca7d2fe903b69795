package training

import (
	"strings"
	"testing"
)

func TestSeeds(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"7", "7"},
		{"1,2,3", "1,2,3"},
		{"1-5", "1,2,3,4,5"},
		{"9, 0,3-4", "9,0,3,4"},
		{"18446744073709551614-18446744073709551615", "18446744073709551614,18446744073709551615"},
	} {
		list := Seeds{42}
		if err := list.Set(c.text); err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if got := list.String(); got != c.want {
			t.Errorf("%s: got %s, want %s", c.text, got, c.want)
		}
	}
	var list Seeds
	if err := list.Set("1-1000"); err != nil || len(list) != 1000 {
		t.Errorf("1-1000: %d seeds, %v; want 1000", len(list), err)
	}
}

func TestSeedsErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", `"" is not a seed; write whole numbers`},
		{"1,,2", `"" is not a seed`},
		{"1,", `"" is not a seed`},
		{"one", `"one" is not a seed`},
		{"-1", `"-1" is not a seed`},
		{"1-", `"1-" is not a seed`},
		{"1-2-3", `"1-2-3" is not a seed`},
		{"1.5", `"1.5" is not a seed`},
		{"18446744073709551616", "is not a seed"},
		{"5-1", "range 5-1 runs backwards; write 1-5"},
		{"1,2,1", "seed 1 is named twice; name each once"},
		{"3,1-5", "seed 3 is named twice"},
		{"1-1001", "more than 1000 seeds; name fewer"},
		{"1-999,2000,3000", "more than 1000 seeds"},
		{"0-18446744073709551615", "more than 1000 seeds"},
	} {
		list := Seeds{42}
		err := list.Set(c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want …%s…", c.text, err, c.want)
		}
		if list.String() != "42" {
			t.Errorf("%q: a list with a mistake changed the value to %s", c.text, list.String())
		}
	}
}
