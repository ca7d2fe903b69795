package train

import (
	"fmt"
	"math"
	"reflect"
	"strings"
)

// allowed are the values of a hyperparameter: finite ones from least to most, most itself only with closed.
type allowed struct {
	least, most float64
	closed      bool
	say         string
}

// hyperparameters are those of emitted optimizers, by the names of their fields. Other values can only be mistakes: an
// Adam of Beta1 2 makes NaN of the parameters, and one of a negative WeightDecay drives them away. 0 is a value like
// others.
var hyperparameters = map[string]allowed{
	"Beta1":       {0, 1, false, "at least 0 and less than 1, such as 0.9"},
	"Beta2":       {0, 1, false, "at least 0 and less than 1, such as 0.999"},
	"Alpha":       {0, 1, true, "from 0 to 1, such as 0.99"},
	"Momentum":    {0, 1, true, "from 0 to 1, such as 0.9"},
	"Dampening":   {math.Inf(-1), 1, true, "at most 1, or 0 for none"},
	"Eps":         {0, math.Inf(1), false, "a small number such as 1e-8, or 0"},
	"WeightDecay": {0, math.Inf(1), false, "a small number such as 0.01, or 0 for none"},
}

// checkHyperparameters finds hyperparameters of an emitted optimizer that can only be mistakes. It is done once, so
// that updates need not do it. Optimizers of the caller's are left alone: what their fields mean is not known here.
func (t *Trainer[P, G, X, Y, F]) checkHyperparameters() (errs []error) {
	o := reflect.ValueOf(t.Optimizer)
	if o.Kind() != reflect.Pointer || !emittedFor(o.Type().Elem(), reflect.TypeFor[P]()) {
		return nil
	}
	for _, field := range reflect.VisibleFields(o.Type().Elem()) {
		allow, known := hyperparameters[field.Name]
		if v := o.Elem().FieldByIndex(field.Index); known && v.CanFloat() && !allow.has(v.Float()) {
			errs = append(errs, fmt.Errorf("train: %s of Trainer.Optimizer is %v; give %s", field.Name, v, allow.say))
		}
	}
	return errs
}

// emittedFor says whether a type is an emitted optimizer of a network: IrisAdam beside Iris.
func emittedFor(optimizer, network reflect.Type) bool {
	return optimizer.Kind() == reflect.Struct && optimizer.PkgPath() == network.PkgPath() &&
		network.Name() != "" && strings.HasPrefix(optimizer.Name(), network.Name())
}

// has says whether a value is allowed.
func (a allowed) has(v float64) bool {
	return !math.IsInf(v, 0) && a.least <= v && (v < a.most || a.closed && v == a.most)
}
