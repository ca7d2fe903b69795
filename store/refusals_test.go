package store

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// TestSizes: JSON of a network with other sizes is refused with both.
func TestSizes(t *testing.T) {
	text, err := drawn(1).MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	foreign := regexp.MustCompile(`"digest": "sha256:..`).ReplaceAllString(string(text), `"digest": "sha256:ff`)
	matrix := regexp.MustCompile(`(?s)"W1": \[.*?\n    \]`)
	for _, c := range []struct{ put, want string }{
		{`"W1": [[1, 2, 3], [4, 5, 6]]`, `named "Xnet" of other sizes: W1 is 2 by 3, not 3 by 2 (sha256:ff`},
		{`"W1": [[1], [2], [3]], "W3": [[1, 2]]`,
			`of other sizes: W1 is 3 by 1, not 3 by 2, "W3", of 1 by 2, is not of this one (`},
		{`"W0": []`, `of other sizes: W1 is missing, "W0", of 0 numbers, is not of this one (`},
		{`"W1": [1, 2]`, `of other sizes: W1 is 2 numbers, not 3 by 2 (`},
		{`"W1": [[1, 2], [1, 2], [1, 2], [1, 2]]`, `of other sizes: W1 is 4 by 2, not 3 by 2 (`},
		{`"W1": [[1, 2], [1, 2], [1, 2]]`,
			`with the same widths and biases, but other activations (here tanh, softmax) or another cost (here mse) (`},
		{`"W1": [[1, 2], [1, 2], [1, true]]`, `that has other fields: M.W1[2][1]: must be a number`},
		{`"\u001b[31m` + strings.Repeat("x", 1000) + `": [[1]]`,
			`of other sizes: W1 is missing, "\x1b[31mxxxxxxxxxxxxxxx", of 1 by 1, is not of this one (`},
		{`"W1": [[[[` + strings.Repeat(`1, `, 1000) + `1]]]]`, `of other sizes: W1 is 1 by 1, not 3 by 2 (`},
		{`"a": [1], "b": [2], "c": [3], "d": [4], "e": [[5]]`, `"b", of 1 number, is not of this one, and 3 more (`},
	} {
		edited := strings.Replace(foreign, matrix.FindString(foreign), c.put, 1)
		if edited == foreign {
			t.Fatalf("W1 is not in %s", foreign)
		}
		v := drawn(7)
		err := v.UnmarshalJSON([]byte(edited))
		if err == nil || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 350 {
			t.Errorf("%s: %v, want %s", c.put, err, c.want)
		}
		if !same(v, drawn(7), false) {
			t.Errorf("%s: the receiver has changed", c.put)
		}
	}
	// Whatever JSON ends with, there is an error and no more.
	for n := range foreign {
		_ = record[float32]{net: &xnetNetwork}.differences([]byte(foreign[:n]))
	}
}

// TestNil: what is nil is said, by an error.
func TestNil(t *testing.T) {
	record, err := drawn(1).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	text, err := drawn(1).MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var none *Xtype
	for want, f := range map[string]func() error{
		"WriteTo was called with a nil *Xtype": func() error {
			_, err := none.WriteTo(new(bytes.Buffer))
			return err
		},
		"ReadFrom was called with a nil *Xtype": func() error {
			_, err := none.ReadFrom(bytes.NewReader(record))
			return err
		},
		"AppendBinary was called with a nil *Xtype":    func() error { _, err := none.AppendBinary(nil); return err },
		"UnmarshalBinary was called with a nil *Xtype": func() error { return none.UnmarshalBinary(record) },
		"UnmarshalJSON was called with a nil *Xtype":   func() error { return none.UnmarshalJSON(text) },
		"the writer is nil":                            func() error { _, err := drawn(1).WriteTo(nil); return err },
		"the reader is nil":                            func() error { _, err := drawn(1).ReadFrom(nil); return err },
	} {
		if err := f(); err == nil || !strings.HasPrefix(err.Error(), "Xnet: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
