package training

import (
	"bytes"
	"encoding/xml"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// falling are two results of the given number of epochs.
func falling(epochs int) []Result {
	results := []Result{{Seed: 1}, {Seed: 2}}
	for i := range results {
		for e := range epochs {
			v := float64(i+1) / float64(e+1)
			results[i].Train = append(results[i].Train, v)
			results[i].Test = append(results[i].Test, 2*v)
		}
	}
	return results
}

func TestWriteCurveSVG(t *testing.T) {
	for _, epochs := range []int{1, 2, 30, 2500} {
		file := filepath.Join(t.TempDir(), "loss.SVG")
		if err := WriteCurve(file, "a <title> & more", falling(epochs)); err != nil {
			t.Fatalf("%d epochs: %v", epochs, err)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for d := xml.NewDecoder(bytes.NewReader(data)); ; {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%d epochs: not XML: %v", epochs, err)
			}
			if chars, ok := token.(xml.CharData); ok {
				text += string(chars)
			}
		}
		for _, want := range []string{"a <title> & more", "epoch", "mean loss", "training part", "test part"} {
			if !strings.Contains(text, want) {
				t.Errorf("%d epochs: no text %q in the drawing", epochs, want)
			}
		}
	}
}

func TestWriteCurveIsDeterministicAndReplaces(t *testing.T) {
	file := filepath.Join(t.TempDir(), "loss.svg")
	if err := os.WriteFile(file, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	var drawings [2][]byte
	for i := range drawings {
		if err := WriteCurve(file, "loss", falling(20)); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		drawings[i] = data
	}
	if !bytes.HasPrefix(drawings[0], []byte("<?xml")) {
		t.Errorf("the old file was not replaced: %.40q", drawings[0])
	}
	if !bytes.Equal(drawings[0], drawings[1]) {
		t.Error("the same results give two drawings")
	}
}

func TestWriteCurvePNG(t *testing.T) {
	file := filepath.Join(t.TempDir(), "loss.png")
	if err := WriteCurve(file, "loss", falling(20)); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			switch r, g, b, _ := img.At(x, y).RGBA(); {
			case b > 2*r && b > g:
				found["training"] = true
			case r > 2*b && r > g:
				found["test"] = true
			}
		}
	}
	if !found["training"] || !found["test"] {
		t.Errorf("colours of the curves found: %v, want both", found)
	}
}
