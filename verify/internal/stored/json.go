package stored

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// checksumMember is the member "checksum" of JSON with what follows it. Damaged data are refused by it.
var checksumMember = regexp.MustCompile(`"checksum"\s*:\s*"[^"]*"\s*,\s*`)

// damagedJSON offers JSON that is edited, and JSON with a byte that is another.
func (j *judge) damagedJSON(value storable) {
	v := j.layout.of(value)
	whole, err := value.MarshalJSON()
	if err != nil {
		return // which is told of already
	}
	checked := checksumMember.Match(whole)
	if !checked {
		j.broken("MarshalJSON", "the checksum", "", "missing")
	}
	// Package json finds the methods, and gives them text of other spaces.
	compact, err := json.Marshal(value)
	if err != nil {
		j.broken("MarshalJSON", "json.Marshal", "", "%v", err)
		return
	}
	j.loads("UnmarshalJSON", "json.Unmarshal of what json.Marshal gave", v, true, func(s storable) error {
		return json.Unmarshal(compact, s)
	})
	j.digits(v, compact)
	j.held(value, len(compact))

	// What is edited on purpose has no checksum any more, so that what else is checked shows.
	text := string(checksumMember.ReplaceAll(compact, nil))
	j.loads("UnmarshalJSON", "the checksum is removed", v, true, fromText([]byte(text)))
	edits := j.jsonEdits(text)
	loads := min(max(budget/(32*max(len(compact), 1)), 4), 200)
	for _, e := range edits[:min(loads, len(edits))] {
		if e.text == text {
			j.broken("MarshalJSON", "the text", e.where, "there is nothing to edit in %.200s", text)
			continue
		}
		j.refused("UnmarshalJSON", "other data", e.where, fromText([]byte(e.text)))
	}
	rng, _ := trial.Random(j.network, firstTrial-3)
	for range loads {
		at := rng.IntN(min(len(compact), 1+rng.IntN(2*len(compact)))) // more at the beginning
		damaged := bytes.Clone(compact)
		damaged[at] ^= 1 << rng.IntN(8)
		into, was := j.other()
		where := fmt.Sprintf("byte %d is %q, not %q", at, damaged[at], compact[at])
		switch err := into.UnmarshalJSON(damaged); {
		case err != nil:
			j.unchanged("UnmarshalJSON", where, into, was)
		case checked && j.layout.of(into).differs(v, true) != "":
			j.broken("UnmarshalJSON", "damaged data", where, "accepted, though %s", j.layout.of(into).differs(v, true))
		}
	}
}

// digits wants every number of JSON, in the order of a record but T behind the hyperparameters, with as many digits
// as tell it from its neighbours.
func (j *judge) digits(v numbers, text []byte) {
	var numbers []string
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	for token, err := d.Token(); err == nil; token, err = d.Token() {
		if n, ok := token.(json.Number); ok {
			numbers = append(numbers, n.String())
		}
	}
	if t, at := v.t(), len(j.layout.hyper); t != nil && at < len(numbers) {
		if want := strconv.FormatUint(*t, 10); numbers[at] != want {
			j.broken("MarshalJSON", "T", "", "%s, want %s", numbers[at], want)
		}
		numbers = slices.Delete(numbers, at, at+1)
	}
	if len(numbers) != v.layout.len() {
		j.broken("MarshalJSON", "numbers", "", "%d, want %d", len(numbers), v.layout.len())
		return
	}
	for i, n := range numbers {
		if x, err := strconv.ParseFloat(n, int(v.layout.number.Size())*8); err != nil || x != v.number(i) {
			j.broken("MarshalJSON", "numbers", "", "number %d is %s, which is read as %v, %v; want %v",
				i, n, x, err, v.number(i))
			return
		}
	}
}

// jsonEdit is JSON of something else.
type jsonEdit struct{ where, text string }

// jsonEdits are ways to make a value's JSON that of something else, or of nothing.
func (j *judge) jsonEdits(text string) (list []jsonEdit) {
	edit := func(where, find, put string) {
		at := regexp.MustCompile(find).FindStringSubmatchIndex(text)
		if at == nil {
			list = append(list, jsonEdit{where, text})
			return
		}
		to := string(regexp.MustCompile(find).ExpandString(nil, put, text, at))
		list = append(list, jsonEdit{where, text[:at[0]] + to + text[at[1]:]})
	}
	other, kind := "float64", parametersKind
	if strings.Contains(text, `"float64"`) {
		other = "float32"
	}
	if j.kind == kind {
		kind = "adam"
	}
	const number = `[-+.0-9eE]+|"NaN"|"[-+]Inf"`
	edit("another kind", `"kind":"[^"]*"`, `"kind":"`+kind+`"`)
	edit("another precision", `"precision":"[^"]*"`, `"precision":"`+other+`"`)
	edit("another digest", `"digest":"sha256:(.)`, `"digest":"sha256:x`)
	edit("a digest that begins alike", `"digest":"([^"]*)."`, `"digest":"${1}x"`)
	edit("a field twice", `"kind":"[^"]*",`, `$0$0`)
	edit("a field more", `"kind":`, `"more":0,$0`)
	edit("no digest", `"digest":"[^"]*",`, ``)
	edit("no kind", `"kind":"[^"]*",`, ``)
	edit("no precision", `"precision":"[^"]*",`, ``)
	edit("an empty object", `(?s)^.*$`, `{}`)
	edit("null", `(?s)^.*$`, `null`)
	edit("an object behind it", `\}$`, `}{}`)
	edit("half of it", fmt.Sprintf(`(?s)^(.{%d}).*$`, min(len(text)/2, 1000)), `$1`)
	if len(j.layout.arrays) > 0 {
		edit("a row with a number more", `\[(`+number+`)`, `[1,$1`)
		edit("a row with a number less", `\[(`+number+`)(?:,([^]]*))?\]`, `[$2]`)
		edit("a matrix with a row less", `"W1":\[\[[^]]*\],?`, `"W1":[`)
		edit("a matrix with a row more", `"W1":\[(\[[^]]*\])`, `"W1":[$1,$1`)
		edit("a matrix twice", `("W1":\[\[)`, `"W1":[],$1`)
		edit("no matrix", `"W1":\[\[.*?\]\],?`, ``)
		edit("an unknown matrix", `"W1":`, `"V1":`)
		edit("null for a number", `\[(`+number+`)`, `[null`)
		edit("text for a number", `\[(`+number+`)`, `["1"`)
		edit("a number beyond the precision", `\[(`+number+`)`, `[1e999`)
	}
	if j.layout.t >= 0 {
		for _, count := range []string{"-1", "1.5", "18446744073709551616", `"1"`, "null", "1e3"} {
			edit("T is "+count, `"T":\d+`, `"T":`+count)
		}
		edit("no T", `"T":\d+,`, ``)
	}
	return list
}
