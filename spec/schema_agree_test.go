package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/token"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

// The mistakes that the schema is known not to see; Schema's comment lists them by these names.
const (
	duplicateKeys  = "duplicate keys"
	spelling       = "spelling"
	formulaText    = "formula"
	windowSize     = "window"
	totalSize      = "total size"
	lastActivation = "last activation"
	yamlItself     = "YAML itself"
)

// verdicts decodes a document and validates it. A document that a general reader cannot read either is
// refused by both.
func verdicts(s *jsonschema.Schema, name, text string) (decoder, schema error) {
	_, decoder = Decode(name, []byte(text))
	data, err := generalJSON(name, text)
	if err != nil {
		return decoder, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return decoder, err
	}
	return decoder, s.Validate(doc)
}

// generalJSON is a document as JSON, as a general reader has it, which takes the last of duplicate keys.
func generalJSON(name, text string) ([]byte, error) {
	if strings.EqualFold(filepath.Ext(name), ".json") {
		return []byte(text), nil
	}
	var doc any
	if err := yaml.Load([]byte(text), &doc, yaml.WithUniqueKeys(false)); err != nil {
		return nil, err
	}
	return json.Marshal(doc)
}

// specWith returns a valid YAML document with one of its lines replaced, or one added.
func specWith(line string) string {
	field, _, _ := strings.Cut(line, ":")
	text := ""
	for _, l := range []string{
		"name: Iris", "input: 4", "layers: [{dense: 8, activation: tanh}, {dense: 3, activation: softmax}]",
		"cost: mse",
	} {
		if !strings.HasPrefix(l, field+":") {
			text += l + "\n"
		}
	}
	return text + line + "\n"
}

// agreement lists single lines, tried in an otherwise valid spec, that both must accept or both
// refuse.
var agreement = []string{
	"name: Iris", "name: I", "name: I_2", "name: iris", "name: _Iris", "name: Iris-2", "name: 2", "name: 2I", "name: Ä",
	"name: ÄI",
	"name: ''", "name: ~", "name: true", "name: [A]", "name: {a: A}", "name: 'I\\n'", "name: \"I\\n\"", "name: Yes",
	"name: func", "name: Func",
	"name: IrisGrad", "name: Grad", "name: GradIris", "name: Gradient", "name: IrisWorkspace", "name: IrisBatch",
	"name: IrisInputs", "name: IrisOutputs", "name: IrisParams", "name: Test", "name: TestA", "name: Testa",
	"name: Test_a", "name: Test1",
	"name: Benchmark", "name: ExampleIris", "name: FuzzA", "name: ATest", "name: " + strings.Repeat("A", 64),
	"name: " + strings.Repeat("A", 65),
	"package: iris", "package: Iris_2", "package: _", "package: _x", "package: ''", "package: 2x", "package: a-b",
	"package: a/b", "package: é",
	"package: a_test", "package: test", "package: documentation", "package: main", "package: 1", "package: ~",
	"package: \"a\\n\"",
	"package: " + strings.Repeat("a", 64), "package: " + strings.Repeat("a", 65),
	"precision: float32", "precision: float64", "precision: float", "precision: ''", "precision: 32", "precision: ~",
	"precision: Float32",
	"input: 1", "input: 0", "input: -1", "input: 65536", "input: 65537", "input: 9223372036854775808",
	"input: -9223372036854775809",
	"input: 99999999999999999999999", "input: 4.5", "input: '4'", "input: four", "input: ~", "input: true",
	"input: [4]", "input: .inf", "input: .nan",
	"layers: []", "layers: ~", "layers: {}", "layers: 3", "layers: [3]", "layers: [[]]", "layers: [~]", "layers: [{}]",
	"layers: [{dense: 1}]",
	"layers: [{dense: 0}]", "layers: [{dense: 65536}]", "layers: [{dense: 65537}]", "layers: [{dense: '1'}]",
	"layers: [{dense: 1.5}]",
	"layers: [{dense: ~}]", "layers: [{activation: tanh}]", "layers: [{dense: 1, units: 1}]",
	"layers: [{dense: 1, bias: true}]",
	"layers: [{dense: 1, bias: false}]", "layers: [{dense: 1, bias: 'true'}]", "layers: [{dense: 1, bias: 1}]",
	"layers: [{dense: 1, bias: ~}]",
	"layers: [{dense: 1, bias: yes}]", "layers: [{dense: 1, activation: ~}]", "layers: [{dense: 1, activation: ''}]",
	"layers: [{dense: 1, activation: Tanh}]", "layers: [{dense: 1, activation: mse}]",
	"layers: [{dense: 1, activation: [tanh]}]",
	"layers: [{dense: 1, activation: {}}]", "layers: [{dense: 1, activation: {name: tanh}}]",
	"layers: [{dense: 1, activation: {name: ~}}]",
	"layers: [{dense: 1, activation: {name: tahn}}]", "layers: [{dense: 1, activation: {name: tanh, slope: 0.1}}]",
	"layers: [{dense: 1, activation: {name: {name: tanh}}}]", "layers: [{dense: 1, activation: {expr: 'z'}}]",
	"layers: [{dense: 1, '': 1}]",
	"layers: [" + strings.Repeat("{dense: 1}, ", 256) + "]", "layers: [" + strings.Repeat("{dense: 1}, ", 257) + "]",
	"cost: squared-error", "cost: cross-entropy", "cost: binary-cross-entropy", "cost: {name: mse}",
	"cost: {name: cross-entropy}", "cost: tanh",
	"cost: ''", "cost: ~", "cost: {}", "cost: {name: mse, delta: 1}", "cost: {expr: a}", "cost: [mse]", "cost: 1",
	"cost: {name: huber}", "cost: {name: huber, delta: 2}", "cost: {name: huber, delta: 0}",
	"cost: {name: huber, delta: -1}",
	"cost: {name: huber, delta: 1e-30}", "cost: {name: huber, delta: 9e-31}", "cost: {name: huber, delta: 1e30}",
	"cost: {name: huber, delta: 1.1e30}",
	"cost: {name: huber, delta: '1'}", "cost: {name: huber, delta: ~}", "cost: {name: huber, delta: .inf}",
	"cost: {name: huber, delta: .nan}",
	"cost: {name: huber, slope: 1}", "cost: {name: huber, delta: 1, slope: 1}", "cost: {name: huber, expr: a}",
	"cost: {name: mse, expr: a}",
	"cost: {expr: (a - y)^2}", "cost: {expr: a, delta: 1}", "cost: {expr: ''}", "cost: {expr: ~}", "cost: {expr: 1}",
	"cost: {expr: [a]}",
	"cost: {delta: 1}", "cost: {expr: 'a" + strings.Repeat(" ", 999) + "'}",
	"cost: {expr: 'a" + strings.Repeat(" ", 1000) + "'}",
	"layers: [{dense: 1, activation: leaky-relu}]", "layers: [{dense: 1, activation: {name: leaky-relu}}]",
	"layers: [{dense: 1, activation: {name: leaky-relu, slope: 0}}]",
	"layers: [{dense: 1, activation: {name: leaky-relu, slope: -0.0}}]",
	"layers: [{dense: 1, activation: {name: leaky-relu, slope: -1e30}}]",
	"layers: [{dense: 1, activation: {name: leaky-relu, slope: -1.1e30}}]",
	"layers: [{dense: 1, activation: {name: leaky-relu, slope: 1e-31}}]",
	"layers: [{dense: 1, activation: {name: leaky-relu, alpha: 1}}]", "layers: [{dense: 1, activation: {slope: 1}}]",
	"layers: [{dense: 1, activation: {name: elu, alpha: 0.5}}]",
	"layers: [{dense: 1, activation: {name: elu, alpha: 0}}]",
	"layers: [{dense: 8, activation: max-pool}]", "layers: [{dense: 8, activation: {name: max-pool, window: 2}}]",
	"layers: [{dense: 8, activation: {name: max-pool, window: 0}}]",
	"layers: [{dense: 8, activation: {name: avg-pool, window: 8}}]",
	"layers: [{dense: 8, activation: {name: avg-pool, window: 65537}}]",
	"layers: [{dense: 8, activation: {name: avg-pool, window: 2.5}}]",
	"layers: [{dense: 8, activation: {name: avg-pool, window: '2'}}]",
	"layers: [{dense: 8, activation: {expr: 'z^2', window: 2}}]",
	"cache: auto", "cache: pre", "cache: post", "cache: both", "cache: none", "cache: ''", "cache: ~", "cache: true",
	"batch: 1", "batch: 0", "batch: -1", "batch: 65536", "batch: 65537", "batch: '32'", "batch: ~", "batch: 1.5",
	"rounding: fast", "rounding: strict", "rounding: exact", "rounding: ~", "rounding: ''",
	"unroll: auto", "unroll: full", "unroll: loop", "unroll: none", "unroll: ~", "unroll: 8",
	"input_gradient: true", "input_gradient: false", "input_gradient: 'true'", "input_gradient: 0", "input_gradient: ~",
	"input_gradient: no",
	"name: IrisAdam", "name: IrisAdamW", "name: IrisSGD", "name: Momentum", "name: IrisTeam", "name: AdamIris",
	"name: NewIris", "name: New",
	"name: Newton", "name: New_1", "name: RMSprop", "name: XNesterov",
	"optimizers: []", "optimizers: [adam]", "optimizers: [sgd, momentum, nesterov, rmsprop, adam, adamw]",
	"optimizers: [adam, adam]",
	"optimizers: [Adam]", "optimizers: adam", "optimizers: ~", "optimizers: [~]", "optimizers: ['']", "optimizers: {}",
	"optimizers: [[adam]]",
	"optimizers: [adam, sgd, adam]", "optimizers: [{name: adam}]", "optimizers: [1]",
	"emit: []", "emit: ~", "emit: forward", "emit: {}", "emit: [forward]", "emit: [grad]", "emit: [step]",
	"emit: [test, team, save, batch, step, grad, forward]", "emit: [forward, forward]", "emit: [~]", "emit: ['']",
	"emit: [Forward]", "emit: [batch]", "emit: [save, test]", "emit: [forward, team]", "emit: [team, batch]",
	"emit: [step, team, batch]", "emit: [[forward]]", "emit: [forward, 1]",
	"emit: [forward, step]\noptimizers: [adam]", "emit: [grad]\noptimizers: [adam]", "emit: [step]\noptimizers: []",
	"emit: [forward]\ninput_gradient: true", "emit: [grad]\ninput_gradient: true",
	"emit: [step]\ninput_gradient: false", "emit: [forward]\ncache: pre",
	"derivatives: []", "derivatives: [jacobian]", "derivatives: [tangent, jacobian]",
	"derivatives: [jacobian, jacobian]",
	"derivatives: jacobian", "derivatives: ~", "derivatives: [~]", "derivatives: ['']", "derivatives: [Jacobian]",
	"derivatives: [parameter-jacobian]", "derivatives: [hessian-vector]",
	"emit: [forward]\nderivatives: [hessian-vector]", "emit: [grad]\nderivatives: [hessian-vector]", "derivatives: {}",
	"derivatives: [[tangent]]", "derivatives: [1]", "derivatives: [jacobean]",
	"emit: [forward]\nderivatives: [jacobian]", "emit: [grad]\nderivatives: [tangent]",
	"emit: [step]\nderivatives: [jacobian]", "emit: [step]\nderivatives: []",
	"sample_weights: true", "sample_weights: false", "sample_weights: ~", "sample_weights: [1]",
	"emit: [forward]\nsample_weights: true", "emit: [grad]\nsample_weights: true",
	"emit: [batch, grad]\nsample_weights: true",
	"emit: [batch, step]\nsample_weights: true", "emit: [batch, forward]\nsample_weights: true",
	"emit: [step]\nsample_weights: false",
	"targets: []", "targets: [amd64]", "targets: [amd64, amd64]", "targets: [arm64]", "targets: [arm64, amd64]",
	"targets: [amd64, arm64, amd64]", "targets: [aarch64]", "targets: amd64", "targets: ~",
	"targets: [~]",
	"weights: iris.safetensors", "weights: iris.npz", "weights: a/b.c/d.npz", "weights: iris.pt", "weights: .npz",
	"weights: npz", "weights: iris.npz.txt", "weights: /iris.npz", "weights: ../iris.npz", "weights: a/../iris.npz",
	"weights: ./iris.npz", "weights: a//iris.npz", "weights: ..iris.npz", "weights: a/...npz", "weights: 'a\\iris.npz'",
	"weights: \"a\\niris.npz\"", "weights: \"\\x7f.npz\"", "weights: 'über gross.npz'", "weights: ''", "weights: ~",
	"weights: [iris.npz]", "weights: {file: iris.npz}", "weights: true", "weights: 1", "weights: iris.NPZ",
	"weights: a/.npz", "weights: a/", "weights: " + strings.Repeat("é", 251) + ".npz",
	"weights: " + strings.Repeat("é", 252) + ".npz", "name: IrisTrained", "name: Trained", "name: TrainedIris",
	"targets: ['']", "targets: [[amd64]]", "targets: {}", "colour: red", "Name: Iris", "'': 1", "\" name\": Iris",
	"inputs: 4",
}

// exceptions are documents that the decoder refuses for a reason the schema cannot see.
var exceptions = []struct{ name, text string }{
	{duplicateKeys, specWith("input: 4") + "input: 4\n"},
	{duplicateKeys, specWith("layers: [{dense: 1, dense: 1}]")},
	{spelling, specWith("input: 4.0")},
	{spelling, specWith("input: 4e0")},
	{spelling, specWith("input: 0x4")},
	{spelling, specWith("input: 0o4")},
	{spelling, specWith("input: 1_0")},
	{spelling, specWith("input: +4")},
	{spelling, specWith("input: 04")},
	{spelling, specWith("input_gradient: True")},
	{spelling, specWith("input_gradient: FALSE")},
	{spelling, specWith("cost: {name: huber, delta: 0x1}")},
	{spelling, specWith("cost: {name: huber, delta: .5}")},
	{spelling, specWith("cost: {name: huber, delta: 1.}")},
	{spelling, specWith("cost: {name: huber, delta: +1}")},
	{spelling, specWith("layers: [{dense: 8, activation: {name: max-pool, window: 4.0}}]")},
	{formulaText, specWith("cost: {expr: a < y}")},
	{formulaText, specWith("cost: {expr: y}")},
	{formulaText, specWith("cost: {expr: ' '}")},
	{formulaText, specWith("layers: [{dense: 1, activation: {expr: a}}]")},
	{windowSize, specWith("layers: [{dense: 8, activation: {name: max-pool, window: 3}}]")},
	{windowSize, specWith("layers: [{dense: 8, activation: {name: max-pool, window: 16}}]")},
	{totalSize, specWith("layers: [{dense: 65536}, {dense: 65536}]")},
	{totalSize, specWith("layers: [{dense: 1024}, {dense: 1024}]") + "weights: iris.npz\n"},
	{totalSize, "derivatives: [jacobian]\nname: A\ninput: 65536\nlayers: [{dense: 1}, {dense: 2000}]\ncost: mse\n"},
	{lastActivation, "name: A\ninput: 4\nlayers: [{dense: 2, activation: softmax}, {dense: 1}]\ncost: cross-entropy\n"},
	{yamlItself, specWith("input: &x 4")},
	{yamlItself, specWith("input: &x 4") + "batch: *x\n"},
	{yamlItself, specWith("layers: [{dense: 1}, {<<: {dense: 1}}]")},
	{yamlItself, specWith("input: !!int 4")},
	{yamlItself, specWith("name: !!str Iris")},
	{yamlItself, specWith("name: Iris # \u0090")},
}

// TestSchemaAgrees compares schema and decoder line by line, on all golden files and all keywords.
func TestSchemaAgrees(t *testing.T) {
	s := compileSchema(t)
	compare := func(name, text string) {
		t.Helper()
		if decoder, schema := verdicts(s, name, text); (decoder == nil) != (schema == nil) {
			t.Errorf("%s\ndecoder: %v\nschema: %v", text, decoder, schema)
		}
	}
	for _, line := range agreement {
		compare("x.yaml", specWith(line))
	}
	for tok := token.BREAK; tok <= token.VAR; tok++ {
		compare("x.yaml", specWith("package: "+tok.String()))
	}
	for _, field := range required(networkFields) {
		compare("x.yaml", regexp.MustCompile(`(?m)^`+field+`:.*\n`).ReplaceAllString(specWith("cache: auto"), ""))
	}
	for _, text := range []string{"~", "[]", "3", "{}", "Iris"} {
		compare("x.yaml", text)
	}
	files, err := filepath.Glob("testdata/valid/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if decoder, schema := verdicts(s, "x.yaml", strings.TrimPrefix(string(data), byteOrderMark)); decoder != nil ||
			schema != nil {
			t.Errorf("%s\ndecoder: %v\nschema: %v", name, decoder, schema)
		}
	}
}

// TestSchemaExceptions: each exception is one, else Schema's comment promises too little.
func TestSchemaExceptions(t *testing.T) {
	s := compileSchema(t)
	for _, c := range exceptions {
		if decoder, schema := verdicts(s, "x.yaml", c.text); decoder == nil || schema != nil {
			t.Errorf("%s: %s\ndecoder: %v\nschema: %v", c.name, c.text, decoder, schema)
		}
	}
	comment, err := os.ReadFile("schema.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range exceptions {
		if !bytes.Contains(comment, []byte("//   - "+c.name+": ")) {
			t.Errorf("Schema's comment does not list %q", c.name)
		}
	}
}

// TestSchemaAgreesOnRandom builds thousands of documents, most of them damaged, and compares the
// verdicts. Where they differ, one of the exceptions must explain it, and where an exception
// holds, the decoder must refuse.
func TestSchemaAgreesOnRandom(t *testing.T) {
	s := compileSchema(t)
	g := grammar{rand.New(rand.NewPCG(1, 2))}
	accepted, refused, excused := 0, 0, map[string]int{}
	documents := 6000
	if testing.Short() {
		documents = 400
	}
	for range documents {
		doc := g.network()
		for range g.IntN(3) {
			doc = g.damage(doc)
		}
		text := g.text(doc)
		decoder, schema := verdicts(s, "x.json", text)
		excuse := excuse(text)
		switch {
		case decoder == nil && (schema != nil || excuse != ""):
			t.Fatalf("%s\nis decoded; excuse %q, schema: %v", text, excuse, schema)
		case decoder == nil:
			accepted++
		case schema != nil:
			refused++
		case excuse == "":
			t.Fatalf("%s\nis accepted by the schema; decoder: %v", text, decoder)
		default:
			excused[excuse]++
		}
	}
	t.Logf("%d accepted, %d refused, excused %v", accepted, refused, excused)
	if accepted < documents/10 || refused < documents/10 || len(excused) < 3 {
		t.Errorf("the documents try too little: %d accepted, %d refused, excused %v", accepted, refused, excused)
	}
}

var oddNumber = regexp.MustCompile(`[:,\[] *-?[0-9]+(\.0|[eE][0-9]+)`)

// excuse names an exception that holds for a document, found without the help of the decoder.
func excuse(text string) string {
	var doc struct {
		Input       float64
		Cost        any
		Weights     any
		Derivatives []any
		Layers      []struct {
			Dense      float64
			Activation any
			Bias       *bool
		}
	}
	if oddNumber.MatchString(text) {
		return spelling
	}
	name := func(v any) string {
		if m, ok := v.(map[string]any); ok {
			v = m["name"]
		}
		return fmt.Sprint(v)
	}
	if json.Unmarshal([]byte(text), &doc) != nil || len(doc.Layers) == 0 {
		return ""
	}
	odd := func(f any, formula string) bool {
		m, _ := f.(map[string]any)
		text, given := m["expr"].(string)
		return given && text != formula
	}
	if odd(doc.Cost, someCost) {
		return formulaText
	}
	total, before := 0.0, doc.Input
	for _, l := range doc.Layers {
		if odd(l.Activation, someActivation) {
			return formulaText
		}
		f, _ := l.Activation.(map[string]any)
		width := l.Dense
		if window, given := f["window"].(float64); given {
			if window > l.Dense || math.Mod(l.Dense, window) != 0 {
				return windowSize
			}
			width = l.Dense / window
		} else if strings.HasSuffix(name(l.Activation), "-pool") {
			width = 1
		}
		total += before * l.Dense
		if before = width; l.Bias == nil || *l.Bias {
			total += l.Dense
		}
	}
	for _, d := range doc.Derivatives {
		if d == "jacobian" && before*doc.Input > MaxDerivative {
			return totalSize
		}
		if d == "parameter-jacobian" && before*total > MaxDerivative {
			return totalSize
		}
	}
	if total > MaxParams || doc.Weights != nil && total > MaxTrained {
		return totalSize
	}
	last, some := false, false
	for _, l := range doc.Layers {
		last = slices.Contains([]string{"sigmoid", "softmax"}, name(l.Activation))
		some = some || last
	}
	if strings.HasSuffix(name(doc.Cost), "cross-entropy") && some && !last {
		return lastActivation
	}
	return ""
}
