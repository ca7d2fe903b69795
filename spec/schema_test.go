package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/spec/formula"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// compileSchema returns the shipped schema, ready to validate with.
func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(SchemaID, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(SchemaID)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// schemaDoc is the part of the schema that repeats what the tables of this package say.
type schemaDoc struct {
	ID         string                `json:"$id"`
	Required   []string              `json:"required"`
	Properties map[string]*schemaDoc `json:"properties"`
	Defs       map[string]*schemaDoc `json:"$defs"`
	Ref        string                `json:"$ref"`
	Const      any                   `json:"const"`
	Enum       []string              `json:"enum"`
	OneOf      []struct{ Const, Description string }
	AnyOf      []*schemaDoc `json:"anyOf"`
	Items      *schemaDoc   `json:"items"`
	Default    any          `json:"default"`
	Describe   string       `json:"description"`
	Closed     *bool        `json:"additionalProperties"`
	Minimum    float64      `json:"minimum"`
	Maximum    float64      `json:"maximum"`
	MaxItems   int          `json:"maxItems"`
	MaxLength  int          `json:"maxLength"`
}

// TestSchemaFields compares fields, required fields, defaults, limits and catalogue with the tables.
func TestSchemaFields(t *testing.T) {
	var s schemaDoc
	if err := json.Unmarshal(Schema(), &s); err != nil {
		t.Fatal(err)
	}
	if s.ID != SchemaID {
		t.Errorf("the schema is called %s, and SchemaID is %s", s.ID, SchemaID)
	}
	layer := s.Defs["layer"]
	sameFields(t, "the network", &s, fieldNames(networkFields), required(networkFields))
	sameFields(t, "a layer", layer, fieldNames(layerFields), required(layerFields))
	sameFunctions(t, ActivationRole, s.Defs["activation"].AnyOf)
	sameFunctions(t, CostRole, s.Defs["cost"].AnyOf)
	for name, property := range s.Properties {
		if property.Describe == "" {
			t.Errorf("%s has no description", name)
		}
	}
	for name, role := range map[string]Role{"activationName": ActivationRole, "costName": CostRole} {
		var got, want []string
		for _, c := range s.Defs[name].OneOf {
			got = append(got, c.Const+": "+c.Description)
		}
		for _, e := range entries(role) {
			want = append(want, e.Name+": "+e.Formula)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s\ngot  %q\nwant %q", name, got, want)
		}
	}
	if got, want := s.Properties["optimizers"].Items.Enum, optimizerNames(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("optimizers %v, want %v", got, want)
	}
	if got, want := s.Properties["emit"].Items.Enum, Parts(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("emit %v, want %v", got, want)
	}
	if got, want := s.Properties["derivatives"].Items.Enum, derivativeNames(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("derivatives %v, want %v", got, want)
	}
	for _, f := range formula.Functions() {
		if !regexp.MustCompile(`\b` + f.Name + `\b`).MatchString(s.Defs["formula"].Describe) {
			t.Errorf("the description of formulas does not list %s", f.Name)
		}
	}
	limits := []int{int(s.Defs["width"].Maximum), int(s.Properties["batch"].Maximum), s.Properties["layers"].MaxItems,
		s.Properties["name"].MaxLength, s.Properties["package"].MaxLength, s.Defs["formula"].MaxLength,
		s.Properties["weights"].MaxLength}
	if want := []int{MaxWidth, MaxBatch, MaxLayers, MaxNameLength, MaxNameLength,
		formula.MaxLength, MaxWeightsPath}; !slices.Equal(limits, want) {
		t.Errorf("limits %v, want %v", limits, want)
	}
	for _, name := range []string{"number", "positive"} {
		for _, end := range append(s.Defs[name].AnyOf, s.Defs[name]) {
			for _, v := range []float64{end.Minimum, end.Maximum} {
				if m := math.Abs(v); m != 0 && m != formula.MinMagnitude && m != formula.MaxMagnitude {
					t.Errorf("%s: the limit %v", name, v)
				}
			}
		}
	}
	d := Network{Layers: []Layer{{}}}.WithDefaults()
	for property, want := range map[*schemaDoc]any{
		s.Properties["precision"]: d.Precision, s.Properties["cache"]: d.Cache, s.Properties["batch"]: d.Batch,
		s.Properties["rounding"]: d.Rounding, s.Properties["unroll"]: d.Unroll, s.Properties["targets"]: d.Targets,
		s.Properties["optimizers"]:     d.Optimizers,
		s.Properties["derivatives"]:    d.Derivatives,
		s.Properties["emit"]:           Parts(),
		s.Properties["sample_weights"]: d.SampleWeights,
		s.Properties["input_gradient"]: d.InputGradient, layer.Properties["bias"]: !d.Layers[0].NoBias,
		layer.Properties["activation"]: d.Layers[0].Activation.Name,
	} {
		if fmt.Sprint(property.Default) != fmt.Sprint(want) {
			t.Errorf("default %v, want %v: %s", property.Default, want, property.Describe)
		}
	}
}

// sameFunctions compares the mappings that an activation or a cost may be, all but the first of the
// alternatives, with the catalogue: the entries without parameters, those with the same ones together,
// and formulas.
func sameFunctions(t *testing.T, role Role, alternatives []*schemaDoc) {
	t.Helper()
	got := map[string]string{}
	for _, s := range alternatives[1 : len(alternatives)-1] {
		names := s.Properties["name"].Enum
		if one, ok := s.Properties["name"].Const.(string); ok {
			names = append(names, one)
		}
		var fields, params []string
		for name, p := range s.Properties {
			fields = append(fields, name)
			if name != "name" {
				params = append(params, fmt.Sprintf("%s %s %v %s", name, p.Ref, p.Default, p.Describe))
			}
		}
		sameFields(t, fmt.Sprint(names), s, fields, []string{"name"})
		slices.Sort(params)
		for _, name := range names {
			got[name] += fmt.Sprintf("%q", params)
		}
	}
	want := map[string]string{}
	for _, e := range entries(role) {
		var params []string
		for _, p := range e.Params {
			ref, value := "number", any(p.Default)
			switch {
			case p.Name == Window:
				ref, value = "width", nil
			case p.Positive:
				ref = "positive"
			}
			params = append(params, fmt.Sprintf("%s #/$defs/%s %v %s", p.Name, ref, value, p.Doc))
		}
		slices.Sort(params)
		want[e.Name] = fmt.Sprintf("%q", params)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v mappings\ngot  %v\nwant %v", role, got, want)
	}
	sameFields(t, "a formula", alternatives[len(alternatives)-1], []string{"expr"}, []string{"expr"})
}

// sameFields compares the properties of a schema with the fields the decoder knows.
func sameFields(t *testing.T, name string, s *schemaDoc, fields, required []string) {
	t.Helper()
	var properties []string
	for p := range s.Properties {
		properties = append(properties, p)
	}
	slices.Sort(properties)
	if want := slices.Sorted(slices.Values(fields)); !slices.Equal(properties, want) {
		t.Errorf("%s: schema %q, decoder %q", name, properties, want)
	}
	if !slices.Equal(s.Required, required) {
		t.Errorf("%s: schema requires %q, decoder %q", name, s.Required, required)
	}
	if s.Closed == nil || *s.Closed {
		t.Errorf("%s: the schema takes unknown fields", name)
	}
}

func TestSchemaIsCopied(t *testing.T) {
	Schema()[0] = '!'
	if Schema()[0] != '{' {
		t.Error("a caller changed the schema")
	}
}
