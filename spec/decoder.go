package spec

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/backpropgen/backpropgen/spec/formula"
)

// decoder turns values into Go, field by field. It is a checker that remembers where every
// path stands in the file, so that mistakes found by Validate's rules get a place too.
type decoder struct {
	checker
	source *source
	places map[string]place
	// formulas are the formulas of the file, by path.
	formulas map[string]writtenFormula
	// reported are the places of mistakes that do not stand at their path's: unknown fields, second
	// occurrences. It is indexed like errs.
	reported map[int]place
}

// failAt records a mistake of the field at path that stands somewhere else than its value.
func (d *decoder) failAt(at place, path, format string, args ...any) {
	if d.reported == nil {
		d.reported = map[int]place{}
	}
	d.reported[len(d.errs)] = at
	d.fail(path, format, args...)
}

// located returns the mistakes with their places; a field that is not in the file stands where what it is
// missing from does.
func (d *decoder) located(s *source) ErrorList {
	errs := make(ErrorList, len(d.errs))
	for i, e := range d.errs {
		at, known := d.reported[i]
		if !known {
			at = d.placeOf(e.Path)
		}
		errs[i] = s.locate(e, at)
	}
	return errs.sorted()
}

// placeOf returns where the field at path stands, or what it is missing from.
func (d *decoder) placeOf(path string) place {
	for {
		if at, known := d.places[path]; known || path == "" {
			return at
		}
		path = parent(path)
	}
}

// writtenFormula is a formula as the file has it.
type writtenFormula struct {
	text string
	role Role
}

// locate gives a mistake in a network that was decoded its place; its Offset counts the characters of the formula's
// canonical text.
func (d *decoder) locate(e Error) Error {
	at := d.placeOf(e.Path)
	if f, ok := d.formulas[e.Path]; ok {
		e.Offset = formula.Written(f.text, e.Offset, f.role.Variables()...)
		if inside, found := d.source.inside(at, f.text, e.Offset); found && e.Offset > 0 {
			at, e.Offset = inside, 0
		}
	}
	return d.source.locate(e, at)
}

// enter notes where the value of path stands and reports what is wrong with how it is written. It
// returns false if nothing more can be said of the value.
func (d *decoder) enter(path string, v *value) bool {
	d.places[path] = v.at
	if v.problem != "" {
		d.fail(path, "%s", v.problem)
	}
	return !v.broken
}

// fieldOf is one field of a mapping that is decoded into a T.
type fieldOf[T any] struct {
	name     string
	required bool
	decode   func(d *decoder, path string, v *value, into *T)
}

// required lists the names of the fields that must be given.
func required[T any](fields []fieldOf[T]) []string {
	return fieldNames(slices.DeleteFunc(slices.Clone(fields), func(f fieldOf[T]) bool { return !f.required }))
}

func fieldNames[T any](fields []fieldOf[T]) []string {
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = f.name
	}
	return list
}

// decodeFields decodes a mapping into *into and reports what is no field of it, given twice or missing.
// What is said of a field that is unknown is the caller's choice; "" says nothing.
func decodeFields[T any](d *decoder, path string, v *value, into *T, fields []fieldOf[T],
	unknown func(key string) string) {
	if !d.is(path, v, fieldsKind) {
		return
	}
	allowed := fieldNames(fields)
	first := map[string]place{}   // where each field stands
	misspelt := map[string]bool{} // fields that an unknown one stands for
	for _, given := range v.fields {
		if d.full() {
			return
		}
		if given.problem != "" {
			d.failAt(given.at, path, "%s", given.problem)
			continue
		}
		at := join(path, given.key)
		i := slices.Index(allowed, given.key)
		if i < 0 {
			message := unknown(given.key)
			if problem := spaceMissing(given.key); problem != "" {
				message = problem
				field, _, _ := strings.Cut(given.key, ":")
				misspelt[field] = true
			}
			if message == "" {
				continue
			}
			d.failAt(given.at, at, "%s", message)
			misspelt[suggest(given.key, allowed)] = true
			continue
		}
		if before, twice := first[given.key]; twice {
			d.failAt(given.at, at, "given twice; it is on line %d already", before.line)
			continue
		}
		first[given.key] = given.at
		if d.enter(at, given.value) {
			fields[i].decode(d, at, given.value, into)
		}
	}
	for _, f := range fields {
		if _, given := first[f.name]; given {
			continue
		}
		if at := join(path, f.name); misspelt[f.name] {
			d.spoil(at)
		} else if f.required && d.sound(path) {
			d.fail(at, "missing; it is required")
		}
	}
}

// unknownField is the message for a field that is none of these.
func unknownField[T any](fields []fieldOf[T]) func(key string) string {
	return func(key string) string { return "unknown field" + hint(key, fieldNames(fields)) }
}

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`)

// join returns the path of a field of what is at path. A key that is not a plain word is quoted.
func join(path, key string) string {
	if !plainKey.MatchString(key) {
		key = quoted(key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// is reports whether v is of the kind wanted, and reports the mistake if it is not.
func (d *decoder) is(path string, v *value, want kind) bool {
	switch {
	case v.kind == nullKind:
		d.fail(path, "has no value; give it one or remove it")
	case v.kind != want:
		subject := ""
		if path == "" {
			subject = "the spec "
		}
		d.fail(path, "%smust be %s, not %v%s", subject, want.wanted(), v.kind, remedy(v, want))
	default:
		return true
	}
	return false
}

// remedy ends the message about a value of the wrong kind where the likely cause is quotes.
func remedy(v *value, want kind) string {
	switch {
	case v.kind == textKind && want == intKind && decimal.MatchString(v.text),
		v.kind == textKind && want == numberKind && plainNumber.MatchString(v.text),
		v.kind == textKind && want == boolKind && (v.text == "true" || v.text == "false"):
		return "; remove the quotes"
	case v.kind == textKind && want == fieldsKind && spaceMissing(v.text) != "":
		return ": " + spaceMissing(v.text)
	case v.kind == boolKind && want == textKind:
		return "; put it in quotes if text is meant"
	}
	return ""
}

// text decodes a scalar that is text; empty text is never meant.
func (d *decoder) text(path string, v *value) string {
	if !d.is(path, v, textKind) {
		return ""
	}
	if v.text == "" {
		d.fail(path, "is empty; give it a value or remove it")
	}
	return v.text
}

var decimal = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

// count decodes a whole number in plain decimal digits; 4.0, 0x10, 1e3, 1_000, 010 and +4 are refused, so that
// a number has one meaning in every reader of YAML and JSON. Numbers beyond int become its end.
func (d *decoder) count(path string, v *value) int {
	number := v.kind == intKind || v.kind == numberKind // to YAML, integers beyond 64 bits are not of intKind
	if number && !decimal.MatchString(v.text) {
		d.fail(path, "must be a whole number in plain decimal digits, not %s", clip(v.text))
		return 0
	}
	if !number {
		d.is(path, v, intKind)
		return 0
	}
	n, err := strconv.Atoi(v.text)
	if err != nil {
		n = math.MaxInt
		if strings.HasPrefix(v.text, "-") {
			n = math.MinInt
		}
	}
	return n
}

var plainNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// number decodes a number as JSON spells it, so that it has one meaning in every reader; .5, 0x10, 1_000, .inf and
// .nan are refused. Numbers beyond float64 become infinite; one that would become 0 and is not is refused.
func (d *decoder) number(path string, v *value) float64 {
	n, _ := strconv.ParseFloat(v.text, 64)
	plain := plainNumber.MatchString(v.text)
	switch {
	case v.kind != intKind && v.kind != numberKind:
		d.is(path, v, numberKind)
		return 0
	case !plain:
		d.fail(path, "must be a number written as 2, 0.5 or 1e-3, not %s", clip(v.text))
		return 0
	}
	if mantissa, _, _ := strings.Cut(strings.ToLower(v.text), "e"); n == 0 &&
		strings.ContainsAny(mantissa, "123456789") {
		d.fail(path, "%s", rangeProblem(false))
	}
	return n + 0 // -0 and 0 are the same parameter
}

// truth decodes a boolean, spelt true or false and nothing else.
func (d *decoder) truth(path string, v *value) bool {
	if d.is(path, v, boolKind) && v.text != "true" && v.text != "false" {
		d.fail(path, "must be true or false, not %s", clip(v.text))
	}
	return v.text == "true"
}

// each decodes every item of a list; decode is not called for an item of which nothing can be said.
func (d *decoder) each(path string, v *value, decode func(i int, path string, item *value)) {
	if !d.is(path, v, listKind) {
		return
	}
	for i, item := range v.items {
		if d.full() {
			return
		}
		at := fmt.Sprintf("%s[%d]", path, i)
		if d.enter(at, item) {
			decode(i, at, item)
		}
	}
}
