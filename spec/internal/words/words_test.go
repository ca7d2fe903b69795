package words

import (
	"strings"
	"testing"
)

func TestSuggest(t *testing.T) {
	allowed := []string{"tanh", "sigmoid", "max-pool", "log", "z"}
	synonyms := map[string][]string{"logistic": {"logit", "sigmoid"}, "ln": {"log"}, "wave": {"sine"}}
	for wrong, want := range map[string]string{
		"tahn": "tanh", "TANH": "tanh", " tanh ": "tanh", "max_pool": "max-pool", "MaxPool": "max-pool",
		"Z": "z", "x": "", "zz": "", "lag": "log", "lgo": "", "ln": "log", "LN": "log", "": "",
		"logistic":                          "sigmoid", // the first of its synonyms is not allowed
		"wave":                              "",
		"sigmoid" + strings.Repeat("d", 34): "",
	} {
		if got := Suggest(wrong, allowed, synonyms); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", wrong, got, want)
		}
	}
	if got := Suggest("tahn", allowed, nil); got != "tanh" {
		t.Errorf("without synonyms: %q", got)
	}
}

func TestList(t *testing.T) {
	for _, c := range []struct {
		words []string
		want  string
	}{{nil, ""}, {[]string{"a"}, "a"}, {[]string{"a", "b"}, "a or b"}, {[]string{"a", "b", "c"}, "a, b or c"}} {
		if got := List(c.words, "or"); got != c.want {
			t.Errorf("List(%q) = %q, want %q", c.words, got, c.want)
		}
	}
}
