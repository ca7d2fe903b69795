package templates

import (
	"strings"
	"testing"
)

// TestStoreFile looks for what differs from type to type in an emitted file, and that nothing of the model's names is
// left.
func TestStoreFile(t *testing.T) {
	src, err := StoreFile(Store{
		Package: "nets", Name: "Iris", Prefix: "iris", Precision: "float64", Header: []string{"made"}, Layers: 2,
		Activations: "tanh", Cost: "mse", Function: "f", Training: "t", Shapes: []Shape{{"W1", 8, 4}, {"B1", 8, 0}},
		Types: []Stored{
			{Type: "Iris", Kind: "parameters"},
			{Type: "IrisSGD", Kind: "sgd", Fields: []string{"WeightDecay"}},
			{
				Type: "IrisAdam", Kind: "adam", Fields: []string{"Beta1", "WeightDecay"}, Counts: true,
				Arrays: []string{"M"},
				Large:  true, Needed: []string{"Beta1"},
			},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	text := string(src)
	if strings.Contains(text, "xnet") || strings.Contains(text, "xself") || strings.Contains(text, "Xtype") {
		t.Errorf("names of the model are left in\n%s", text)
	}
	for want, times := range map[string]int{
		`{Name: "W1", Rows: 8, Cols: 4}`: 1, `{Name: "B1", Rows: 8}`: 1, "store.Type[IrisAdam, float64]{": 1,
		"s.Updates = &o.T": 1, "s.Set = &o.set": 1, `s.Need("Beta1", &o.Beta1)`: 1,
		`s.Field("WeightDecay", &o.WeightDecay)`: 2, `s.Array("M", o.M.Flat()[:])`: 1, `s.Array("", p.Flat()[:])`: 1,
		"irisSGDStored.Write(o, w)": 1,
		"func (o IrisSGD) MarshalJSON() ([]byte, error)           { return irisSGDStored.JSON(&o) }":  1,
		"func (o *IrisAdam) MarshalJSON() ([]byte, error)          { return irisAdamStored.JSON(o) }": 1,
		"Data of another": 1, "The receiver is a value": 2, "Give packages gob and json a pointer": 1,
	} {
		if got := strings.Count(text, want); got != times {
			t.Errorf("%q is there %d times, not %d, in\n%s", want, got, times, text)
		}
	}
}
