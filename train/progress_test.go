package train

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTerminalElsewhere(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	p := Terminal(f)
	p.Step(Status{Epoch: 1, Epochs: 2, Step: 1, Steps: 2})
	p.End()
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(name); err != nil || len(text) > 0 {
		t.Errorf("a file that is no terminal got %q, %v", text, err)
	}
	if _, ok := Terminal(f).(silent); !ok {
		t.Error("a closed file is taken for a terminal")
	}
}

func TestLine(t *testing.T) {
	var out bytes.Buffer
	now := time.Unix(1000, 0)
	l := &line{w: &out, now: func() time.Time { return now }}
	for step := 1; step <= 4; step++ {
		for range 3 { // too soon after one another to be drawn
			l.Step(Status{Epoch: 2, Epochs: 3, Step: step, Steps: 4, Loss: 0.5})
		}
		now = now.Add(time.Second)
	}
	l.End()
	texts := strings.Split(out.String(), "\r")
	if len(texts) != 7 || texts[0] != "" || texts[6] != "" || strings.TrimSpace(texts[5]) != "" ||
		len(texts[5]) < len(texts[4]) {
		t.Fatalf("drawn %q, want four bars and one erasure", texts)
	}
	for i, want := range []string{
		"epoch 2 of 3 [==========              ] loss 0.5",
		"epoch 2 of 3 [============            ] loss 0.5, 6s left",
		"epoch 2 of 3 [==============          ] loss 0.5, 5s left",
		"epoch 2 of 3 [================        ] loss 0.5, 4s left",
	} {
		if got := strings.TrimRight(texts[i+1], " "); got != want {
			t.Errorf("bar %d is %q, want %q", i, got, want)
		}
	}
	out.Reset()
	l.End()
	if out.Len() > 0 {
		t.Errorf("the end of nothing drew %q", out.String())
	}
}
