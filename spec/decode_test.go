package spec

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// iris is the network of testdata/valid/iris.yaml.
var iris = Network{
	Name: "Iris", Input: 4, Cost: Function{Name: "cross-entropy"},
	Layers: []Layer{{Dense: 8, Activation: Function{Name: "tanh"}}, {Dense: 3, Activation: Function{Name: "softmax"}}},
}

// valid says what each file of testdata/valid means.
var valid = map[string]Network{
	"minimal.yaml": {Name: "A", Input: 1, Layers: []Layer{{Dense: 1}}, Cost: Function{Name: "mse"}},
	"iris.yaml":    iris,
	"windows.yaml": iris,
	"windows.JSON": {Name: "Iris", Input: 4, Layers: []Layer{{Dense: 3}}, Cost: Function{Name: "mse"}},
	"quoted.yaml":  {Name: "Iris", Input: 4, Layers: []Layer{{Dense: 8}}, Cost: Function{Name: "mse"}},
	"yes.yaml":     {Name: "Yes", Input: 4, Layers: []Layer{{Dense: 3}}, Cost: Function{Name: "mse"}},
	"largest.yaml": {Name: strings.Repeat("L", MaxNameLength), Input: 4095, Layers: []Layer{{Dense: 4096}},
		Cost: Function{Name: "mse"}, Cache: CachePost},
	"parameters.yaml": {
		Name: "Parameters", Input: 4, Precision: Float64,
		Layers: []Layer{
			{Dense: 12, Activation: Function{Name: "leaky-relu", Params: map[string]float64{"slope": -0.25}}},
			{Dense: 12, Activation: Function{Name: "max-pool", Params: map[string]float64{"window": 3}}},
			{Dense: 8, Activation: Function{Name: "elu", Params: map[string]float64{"alpha": 1e-30}}},
			{Dense: 8, Activation: Function{Name: "avg-pool"}},
			{Dense: 8, Activation: Function{Name: "leaky-relu", Params: map[string]float64{"slope": 0}}},
			{Dense: 6, Activation: Function{Name: "max-pool"}},
		},
		Cost: Function{Name: "huber", Params: map[string]float64{"delta": 12345.678}},
	},
	"formulas.yaml": {
		Name: "Formulas", Input: 2,
		Layers: []Layer{
			{Dense: 3, Activation: Function{Expr: "z / (1 + exp(-z))"}},
			{Dense: 3, Activation: Function{Expr: "tanh(sqrt(2/pi)\n  * (z + 0.044715*z^3))\n"}},
			{Dense: 3, Activation: Function{Expr: "max(z, 0) + 0.01*min(z, 0)"}},
			{Dense: 3, Activation: Function{Expr: "z"}},
		},
		Cost: Function{Expr: "(a - y)^2"},
	},
	"pooling.json": {
		Name: "Pooling", Input: 2,
		Layers: []Layer{
			{Dense: 4, Activation: Function{Name: "avg-pool", Params: map[string]float64{"window": 2}}},
			{Dense: 3, Activation: Function{Expr: "3*z^2"}},
		},
		Cost: Function{Name: "huber"},
	},
	"weights.yaml": {
		Name: "Iris", Input: 4, Layers: iris.Layers, Cost: iris.Cost, Weights: "trained/iris 2.safetensors",
	},
	"everything.yaml": {
		Name: "Every_Thing2", Package: "every_thing", Precision: Float64, Input: 65536,
		Layers: []Layer{
			{Dense: 1, Activation: Function{Name: "relu"}, NoBias: true},
			{Dense: 65536, Activation: Function{Name: "identity"}},
			{Dense: 2, Activation: Function{Name: "sigmoid"}},
		},
		Cost: Function{Name: "binary-cross-entropy"}, Cache: CacheBoth, Batch: 65536, Rounding: RoundingFast,
		Unroll: UnrollLoop, InputGradient: true, SampleWeights: true,
		Optimizers: []Optimizer{AdamW, SGD, Momentum, Nesterov, RMSprop, Adam},
		Targets:    []Target{},
	},
	"everything.json": {
		Name: "Everything", Package: "main", Precision: Float32, Input: 1,
		Layers: []Layer{
			{Dense: 1, Activation: Function{Name: "tanh"}},
			{Dense: 2, Activation: Function{Name: "softmax"}, NoBias: true},
		},
		Cost: Function{Name: "squared-error"}, Cache: CachePre, Batch: 1, Rounding: RoundingFast,
		Unroll: UnrollFull, Optimizers: []Optimizer{}, Targets: []Target{AMD64},
	},
}

// TestValid decodes every file of testdata/valid, and its canonical JSON after it.
func TestValid(t *testing.T) {
	files, err := filepath.Glob("testdata/valid/*")
	if err != nil || len(files) != len(valid) {
		t.Fatalf("%d files, %d expectations (%v)", len(files), len(valid), err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			want, known := valid[filepath.Base(name)]
			if !known {
				t.Fatal("no expectation")
			}
			got, err := DecodeFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			roundTrip(t, got)
		})
	}
}

// roundTrip checks that a valid network survives being written and read, as JSON and as YAML.
func roundTrip(t *testing.T, n Network) {
	t.Helper()
	if err := n.Validate(); err != nil {
		t.Fatalf("Validate: %v", err)
	}
	want := n.WithDefaults()
	for _, name := range []string{"x.json", "x.yaml"} {
		again, err := Decode(name, n.JSON())
		if err != nil {
			t.Fatalf("canonical JSON as %s: %v", name, err)
		}
		if !reflect.DeepEqual(again, want) {
			t.Errorf("canonical JSON as %s\ngot  %+v\nwant %+v", name, again, want)
		}
	}
}

func TestDecodeLimit(t *testing.T) {
	file := func(size int) []byte {
		text := "name: Iris\ninput: 4\nlayers: [dense: 3]\ncost: mse\n#"
		return []byte(text + strings.Repeat("x", size-len(text)))
	}
	if _, err := Decode("x.yaml", file(MaxFileBytes)); err != nil {
		t.Errorf("a file of the largest size: %v", err)
	}
	_, err := Decode("x.yaml", file(MaxFileBytes+1))
	const want = "x.yaml: the file is 1048577 bytes long; at most 1048576 are allowed"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestDecodeFile(t *testing.T) {
	dir := t.TempDir()
	big := filepath.Join(dir, "big.yaml")
	if err := os.WriteFile(big, make([]byte, MaxFileBytes+1), 0o600); err != nil {
		t.Fatal(err)
	}
	var list ErrorList
	if _, err := DecodeFile(big); !errors.As(err, &list) || !strings.Contains(err.Error(), "1048577 bytes") {
		t.Errorf("a file beyond the limit: %v", err)
	}
	// Its size is not known beforehand, and it never ends.
	if _, err := os.Stat("/dev/zero"); err == nil {
		if _, err := DecodeFile("/dev/zero"); !errors.As(err, &list) ||
			!strings.Contains(err.Error(), "more than 1048576") {
			t.Errorf("an endless file: %v", err)
		}
	}
	if _, err := DecodeFile(filepath.Join(dir, "none.yaml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := DecodeFile(dir); err == nil || errors.As(err, &list) {
		t.Errorf("a folder: %v", err)
	}
}

// TestDecodeHostile decodes large files that are made to cost time or memory; each must come back
// with an error, and with no more mistakes than are collected.
func TestDecodeHostile(t *testing.T) {
	fill := func(head, unit, tail string) string {
		return head + strings.Repeat(unit, (MaxFileBytes-len(head)-len(tail))/len(unit)) + tail
	}
	var keys strings.Builder
	for i := 0; keys.Len() < MaxFileBytes-100; i++ {
		keys.WriteString("actvtn" + strings.Repeat("x", i%30) + string(rune('a'+i%26)) + ": 1\n")
	}
	for name, text := range map[string]string{
		"brackets":      fill("", "[", ""),
		"braces":        fill("", "{a: ", ""),
		"dashes":        fill("", "- ", ""),
		"questions":     fill("", "? ", ""),
		"anchors":       fill("a: [", "&a x, ", "]"),
		"aliases":       fill("a: &a [x]\nb: [", "*a, ", "]"),
		"unknown":       keys.String(),
		"duplicates":    fill("", "name: A\n", ""),
		"layers":        fill("layers:\n", "- {dense: 0}\n", ""),
		"layers wrong":  fill("layers: [", "x, ", "]"),
		"targets":       fill("targets: [", "amd64, ", "]"),
		"optimizers":    fill("optimizers: [", "adam, ", "]"),
		"one line":      fill("{name: ", "x ", "}"),
		"quotes":        fill("name: \"", "\\x41", "\""),
		"comments":      fill("name: A\n", "#\n", ""),
		"line breaks":   fill("name: A\n", "\n", "x"),
		"spaces":        fill("name: A\n", " ", "x"),
		"documents":     fill("", "---\n", ""),
		"tags":          fill("a: [", "!a b, ", "]"),
		"long number":   fill("input: ", "9", ""),
		"long field":    fill("", "k", ": 1"),
		"indented":      fill("a:\n", " b:\n  - c\n", ""),
		"wide":          fill("name: ", "\u00e9\u2028", ""),
		"formulas":      fill("layers: [", `{activation: {expr: "z $"}}, `, "]"),
		"long formula":  fill(`cost: {expr: "`, "(a+", `"}`),
		"parameters":    fill("cost: {name: huber, ", "delta: .5, ", "}"),
		"comment lines": fill("layers:\n", "# c\n- x\n", ""),
	} {
		switch name {
		case "brackets", "unknown", "formulas":
		default:
			if testing.Short() {
				continue
			}
		}
		for _, ext := range []string{".yaml", ".json"} {
			_, err := Decode("x"+ext, []byte(text))
			var list ErrorList
			if !errors.As(err, &list) || len(list) > maxMistakes {
				t.Errorf("%s%s: %d mistakes, error %T", name, ext, len(list), err)
			}
			if n := len(err.Error()); n > 100_000 {
				t.Errorf("%s%s: a message of %d bytes", name, ext, n)
			}
		}
	}
}
