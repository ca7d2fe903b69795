package spec

import (
	"errors"
	"slices"

	"github.com/backpropgen/backpropgen/spec/formula"
)

// functionFields are the fields of an activation or a cost written as a mapping, its parameters
// apart. One of the two must be given.
var functionFields = []fieldOf[Function]{
	{"name", false, func(d *decoder, path string, v *value, f *Function) { f.Name = d.text(path, v) }},
	{"expr", false, func(d *decoder, path string, v *value, f *Function) { f.Expr = d.text(path, v) }},
}

// function decodes an activation or a cost: its name alone, a mapping of its name and parameters, or a mapping of
// a formula. That the name is one of the catalogue and that parameters are in range is for the rules to say.
func (d *decoder) function(path string, v *value, role Role) Function {
	var f Function
	if v.kind != fieldsKind {
		f.Name = d.text(path, v)
		if problem := spaceMissing(f.Name); problem != "" {
			d.fail(path, "%s", problem)
		}
		return f
	}
	entry, _ := Lookup(role, textOf(v, "name"))
	fields := slices.Clone(functionFields)
	for _, p := range entry.Params {
		fields = append(fields, parameterField(p))
	}
	decodeFields(d, path, v, &f, fields, func(key string) string { return d.unknownInFunction(path, role, v, key) })

	name, expr := join(path, "name"), join(path, "expr")
	_, hasName := d.places[name]
	_, hasExpr := d.places[expr]
	switch {
	case hasName && hasExpr:
		d.fail(expr, "%s", nameAndExpr)
		d.spoil(path)
	case !d.sound(name) || !d.sound(expr):
		d.spoil(path)
	case hasName:
		d.places[path] = d.places[name]
	case hasExpr:
		d.places[path] = d.places[expr]
		d.formula(expr, f.Expr, role)
	default:
		d.fail(path, `needs a name or a formula; write {name: …} or {expr: "…"}`)
	}
	return f
}

// parameterField is the field of a parameter.
func parameterField(p Param) fieldOf[Function] {
	return fieldOf[Function]{p.Name, false, func(d *decoder, path string, v *value, f *Function) {
		if f.Params == nil {
			f.Params = map[string]float64{}
		}
		if p.Whole {
			f.Params[p.Name] = float64(d.count(path, v))
		} else {
			f.Params[p.Name] = d.number(path, v)
		}
	}}
}

// textOf returns the text that is given for a field of v, or "".
func textOf(v *value, key string) string {
	if f, given := fieldNamed(v, key); given && f.value.kind == textKind {
		return f.value.text
	}
	return ""
}

func fieldNamed(v *value, key string) (f field, given bool) {
	i := slices.IndexFunc(v.fields, func(f field) bool { return f.key == key })
	if i < 0 {
		return field{}, false
	}
	return v.fields[i], true
}

// unknownInFunction is the message for a field of a function's mapping that is neither name, expr nor a parameter
// of that function. It is empty if it may be a parameter of what should be named and is not: then
// that is the mistake.
func (d *decoder) unknownInFunction(path string, role Role, v *value, key string) string {
	unknown := "unknown field" + hint(key, fieldNames(functionFields))
	name, named := fieldNamed(v, "name")
	_, formula := fieldNamed(v, "expr")
	given, _ := fieldNamed(v, key)
	switch entry, known := Lookup(role, textOf(v, "name")); {
	case known:
		return unknownParameter(entry, key)
	case named && name.value.kind == textKind:
		return ""
	case formula && given.value.kind == nullKind:
		d.spoil(join(path, "expr")) // what is left of it means nothing
		return "has no value; a formula with a comma in it must stand in quotes"
	case formula && parameterOfAny(role, key):
		return formulaParameter
	case named, !parameterOfAny(role, key):
		return unknown
	}
	return ""
}

// formula reports a mistake in a formula at the character where it is, or at the beginning if that is not
// found in the file.
func (d *decoder) formula(path, text string, role Role) {
	d.formulas[path] = writtenFormula{text, role}
	_, err := formula.Parse(text, role.Variables()...)
	var mistake *formula.Error
	if !errors.As(err, &mistake) {
		return
	}
	if at, found := d.source.inside(d.places[path], text, mistake.At); found {
		d.failAt(at, path, "%s", mistake.Message)
	} else {
		d.failIn(path, mistake)
	}
}
