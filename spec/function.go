package spec

import "fmt"

// functionFields are the fields of an activation or a cost written as a mapping, its parameters
// apart.
var functionFields = []fieldOf[Function]{
	{"name", true, func(d *decoder, path string, v *value, f *Function) { f.Name = d.text(path, v) }},
}

// function decodes an activation or a cost: its name alone, or a mapping of its name and parameters. That
// the name is one of the catalogue is for the rules to say.
func (d *decoder) function(path string, v *value, role Role) Function {
	var f Function
	if v.kind != fieldsKind {
		f.Name = d.text(path, v)
		return f
	}
	decodeFields(d, path, v, &f, functionFields, func(key string) string {
		return unknownParameter(role, v, key)
	})
	name := join(path, "name")
	if d.sound(name) {
		d.places[path] = d.places[name]
	} else {
		d.spoil(path)
	}
	return f
}

// unknownParameter is the message for a field of a function's mapping that is not its name. It is
// empty if the function is not known either: then that is the mistake.
func unknownParameter(role Role, v *value, key string) string {
	for _, given := range v.fields {
		if given.key != "name" {
			continue
		}
		if entry, known := Lookup(role, given.value.text); known && given.value.kind == textKind {
			return fmt.Sprintf("the %s %s takes no parameters; remove it", role, entry.Name)
		}
		return ""
	}
	return "unknown field" + hint(key, fieldNames(functionFields))
}
