package spec

import (
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// synonyms are words of other tools and habits that no edit distance would lead from: what people
// write → what a spec calls it. A word may lead to several; the first that is allowed where it
// stands is suggested.
var synonyms = map[string][]string{
	"units": {"dense"}, "width": {"dense"}, "size": {"dense"}, "neurons": {"dense"},
	"nodes": {"dense"}, "out_features": {"dense"}, "outputs": {"dense"},
	"hidden": {"dense", "layers"}, "inputs": {"input"}, "in_features": {"input"}, "input_size": {"input"},
	"act": {"activation"}, "nonlinearity": {"activation"}, "use_bias": {"bias"},
	"type": {"name", "precision"}, "dtype": {"precision"}, "float": {"precision", "float32"},
	"loss": {"cost"}, "objective": {"cost"}, "criterion": {"cost"}, "batch_size": {"batch"},
	"arch": {"targets"}, "goarch": {"targets"}, "x_grad": {"input_gradient"},
	"linear": {"identity"}, "none": {"identity"}, "logistic": {"sigmoid"}, "rectifier": {"relu"},
	"l2": {"mse"}, "quadratic": {"mse"}, "sse": {"squared-error"}, "ce": {"cross-entropy"},
	"bce": {"binary-cross-entropy"}, "nll": {"cross-entropy"}, "log-loss": {"binary-cross-entropy"},
	"categorical_crossentropy": {"cross-entropy"}, "mean_squared_error": {"mse"},
	"f32": {"float32"}, "single": {"float32"}, "f64": {"float64"}, "double": {"float64"},
	"x86_64": {"amd64"}, "x86-64": {"amd64"}, "x64": {"amd64"},
}

// maxGuessed bounds the length of a word that a suggestion is looked for; distances cost time in
// proportion to it.
const maxGuessed = 40

// suggest returns the allowed word that wrong most likely stands for, or "" when none is close: a
// known synonym, or the nearest by edit distance if that is one for short words, two for words of
// four letters and more, and at most a third of long ones. Case, - and _ do not count.
func suggest(wrong string, allowed []string) string {
	if len(wrong) > maxGuessed {
		return ""
	}
	wrong = strings.TrimSpace(wrong)
	for _, s := range synonyms[strings.ToLower(wrong)] {
		if slices.Contains(allowed, s) {
			return s
		}
	}
	best, bestDistance := "", 0
	for _, word := range allowed {
		d := levenshtein.ComputeDistance(fold(wrong), fold(word))
		if d <= reach(len(wrong)) && (best == "" || d < bestDistance) {
			best, bestDistance = word, d
		}
	}
	return best
}

// reach is how many letters a word of that length may differ in from the one that is meant.
func reach(length int) int {
	switch {
	case length < 3:
		return 0
	case length < 4:
		return 1
	}
	return max(2, length/3)
}

var separators = strings.NewReplacer("_", "", "-", "", " ", "")

func fold(s string) string { return separators.Replace(strings.ToLower(s)) }

// hint ends a message about an unknown word: "; did you mean …?", or what is allowed.
func hint(wrong string, allowed []string) string {
	if s := suggest(wrong, allowed); s != "" {
		return `; did you mean "` + s + `"?`
	}
	return "; use " + list(allowed, "or")
}

// list writes words as "a, b or c", with the given last conjunction.
func list(words []string, conjunction string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + conjunction + " " + words[last]
}
