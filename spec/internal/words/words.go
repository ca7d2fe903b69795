// Package words guesses which word a misspelt one was meant to be, and writes lists of words for messages.
package words

import (
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// maxGuessed bounds the length of a word that a suggestion is looked for; distances cost time in
// proportion to it.
const maxGuessed = 40

// Suggest returns the allowed word that wrong most likely stands for, or "" when none is close: the
// first allowed one of its synonyms, which are looked up in lower case, or the nearest by edit
// distance if that is one for short words, two for words of four letters and more, and at most a
// third of long ones. Case, - and _ do not count, and two letters that have changed places count once.
func Suggest(wrong string, allowed []string, synonyms map[string][]string) string {
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
		d := distance(fold(wrong), fold(word))
		if d <= reach(len(wrong)) && (best == "" || d < bestDistance) {
			best, bestDistance = word, d
		}
	}
	return best
}

func distance(a, b string) int {
	for i := 1; i < len(a) && len(a) == len(b); i++ {
		if a[i-1] == b[i] && a[i] == b[i-1] && a[:i-1] == b[:i-1] && a[i+1:] == b[i+1:] && a != b {
			return 1
		}
	}
	return levenshtein.ComputeDistance(a, b)
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

// List writes words as "a, b or c", with the given last conjunction.
func List(words []string, conjunction string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + conjunction + " " + words[last]
}
