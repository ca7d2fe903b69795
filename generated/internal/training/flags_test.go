package training

import (
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	got, err := blobs().parse(nil)
	want := options{Settings: Settings{Epochs: 20, Batch: 4, Rate: 0.4, Seeds: []uint64{1, 2, 3, 4, 5}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("no flags: got %+v, %v; want %+v", got, err, want)
	}
	got, err = blobs().parse([]string{"-epochs", "3", "-batch", "7", "-rate=1e-3", "-seeds", "8-9", "-plot", "a.svg",
		"-quiet"})
	want = options{Settings: Settings{Epochs: 3, Batch: 7, Rate: 1e-3, Seeds: []uint64{8, 9}}, plot: "a.svg",
		quiet: true}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("all flags: got %+v, %v; want %+v", got, err, want)
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"-epoch 3", "flag provided but not defined: -epoch"},
		{"-epochs", "flag needs an argument: -epochs"},
		{"-epochs 0", "-epochs 0: give a number from 1 to 1000000"},
		{"-epochs -5", "-epochs -5: give a number"},
		{"-epochs 1000001", "-epochs 1000001: give a number"},
		{"-epochs 1.5", `invalid value "1.5" for flag -epochs`},
		{"-batch 0", "-batch 0: give a number from 1"},
		{"-rate 0", "-rate 0: give a positive number, such as 0.01"},
		{"-rate -0.1", "-rate -0.1: give a positive number"},
		{"-rate NaN", "-rate NaN: give a positive number"},
		{"-rate Inf", "-rate +Inf: give a positive number"},
		{"-rate 1e39", "-rate 1e+39: give a positive number"},
		{"-rate 1e-50", "-rate 1e-50: give a positive number"},
		{"-rate fast", `invalid value "fast" for flag -rate`},
		{"-seeds 3-1", `invalid value "3-1" for flag -seeds: range 3-1 runs backwards; write 1-3`},
		{"-plot loss.pdf", `-plot loss.pdf: unknown plot format ".pdf"`},
		{"now", `unexpected argument "now"; there are only flags`},
	} {
		_, err := blobs().parse(strings.Fields(c.args))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want …%s…", c.args, err, c.want)
		}
		if code := ExitCode(err); code != 2 {
			t.Errorf("%s: exit code %d, want 2", c.args, code)
		}
	}
}
