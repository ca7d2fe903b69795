package gen

import (
	"bytes"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// Every emitted file says on its second line which version made it, and knows when it was edited.
func TestStamps(t *testing.T) {
	n := spec.Network{Name: "Net", Input: 2, Layers: []spec.Layer{{Dense: 2}}, Cost: spec.Function{Name: "mse"}}
	files, err := Generate(n, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		lines := strings.SplitN(string(f.Data), "\n", 3)
		if lines[0] != Marker+"net.yaml; DO NOT EDIT." || !strings.HasPrefix(lines[1],
			"// backpropgen "+Version+", text sha256:") {
			t.Errorf("%s begins with %q", f.Name, lines[:2])
		}
		for _, c := range []struct {
			what, from, to string
			want           Stamp
			ok             bool
		}{
			{"as it was written", "", "", Stamp{Version, true}, true},
			{"with the line ends of Windows", "\n", "\r\n", Stamp{Version, true}, true},
			{"made from a spec of another name", "net.yaml", "other.yaml", Stamp{Version, true}, true},
			{"with one letter changed", "et", "it", Stamp{Version, false}, true},
			{"of another version", "backpropgen " + Version, "backpropgen v0.0.9-rc.1+x", Stamp{"v0.0.9-rc.1+x", true},
				true},
			{"without the line", lines[1] + "\n", "", Stamp{}, false},
		} {
			data := bytes.ReplaceAll(f.Data, []byte(c.from), []byte(c.to))
			if c.from == "" {
				data = f.Data
			}
			if got, ok := ReadStamp(data); got != c.want || ok != c.ok {
				t.Errorf("%s %s: %+v, %v", f.Name, c.what, got, ok)
			}
		}
	}
	if _, ok := ReadStamp(nil); ok {
		t.Error("an empty file has a stamp")
	}
}
