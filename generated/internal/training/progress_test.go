package training

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLines(t *testing.T) {
	for _, c := range []struct {
		epochs int
		want   []string
	}{
		{10, []string{"epoch 3 of 10", "epoch 6 of 10", "epoch 9 of 10", "epoch 10 of 10"}},
		{8, []string{"epoch 2 of 8", "epoch 4 of 8", "epoch 6 of 8", "epoch 8 of 8"}},
		{1, []string{"epoch 1 of 1"}},
	} {
		var out bytes.Buffer
		p := NewProgress(&out, "epoch", "loss")
		p.Start(3, c.epochs)
		for e := range c.epochs {
			p.Epoch(e+1, 0.25)
		}
		p.Stop()
		want := ""
		for _, s := range c.want {
			want += "seed 3: " + s + ", loss 0.25\n"
		}
		if out.String() != want {
			t.Errorf("%d epochs: got\n%s\nwant\n%s", c.epochs, out.String(), want)
		}
	}
}

func TestNewProgressOnFile(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, ok := NewProgress(f, "epoch", "loss").(*lines); !ok {
		t.Error("a file that is not a terminal gets a bar")
	}
}

func TestBar(t *testing.T) {
	for _, c := range []struct {
		name string
		done int
	}{{"finished", 100}, {"failed half-way", 50}} {
		var out bytes.Buffer
		p := &bar{w: &out, figure: "loss"}
		p.Start(3, 100)
		for e := range c.done {
			p.Epoch(e+1, 0.25)
		}
		p.Stop()
		got := out.String()
		if !strings.Contains(got, "seed 3, loss 0.25") || !strings.Contains(got, "/100") {
			t.Errorf("%s: bar without seed, loss or count: %q", c.name, got)
		}
		// What is left on the line is blank, with the cursor at its start.
		last := strings.Split(strings.TrimSuffix(got, "\r"), "\r")
		if !strings.HasSuffix(got, "\r") || strings.TrimSpace(last[len(last)-1]) != "" {
			t.Errorf("%s: the bar stays on the line: %q", c.name, got)
		}
		if strings.Contains(got, "\n") {
			t.Errorf("%s: the bar starts a new line: %q", c.name, got)
		}
	}
}
