package formula

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// token is a word of a formula. Its kind is endKind, numberKind, nameKind or the operator, parenthesis or comma
// that it is.
type token struct {
	kind byte
	at   int // the number of characters before it
	text string
}

const (
	endKind    = 0
	numberKind = '0'
	nameKind   = 'a'
)

var (
	wordStart = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*`)
	number    = regexp.MustCompile(`^(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`)
	// unbroken is what may have been meant as part of the number before it.
	unbroken = regexp.MustCompile(`^[0-9A-Za-z_.]*`)
)

// comparisons are what somebody writes who wants to tell cases apart.
const comparisons = "<>=!?:&|"

// foreign are characters of printed formulas and what to write for them.
var foreign = map[rune]string{
	'π': "pi", '×': "*", '·': "*", '⋅': "*", '∗': "*", '÷': "/", '∕': "/", '−': "-", '–': "-", '—': "-", '²': "^2",
	'³': "^3",
	'√': "sqrt(…)", '[': "(", ']': ")", '{': "(", '}': ")",
}

// scan returns the token that begins at the character at, or behind the white space there.
func (p *parser) scan(at int) (token, *Error) {
	for at < len(p.text) && strings.ContainsRune(" \t\r\n", p.text[at]) {
		at++
	}
	if at == len(p.text) {
		return token{kind: endKind, at: at}, nil
	}
	rest := p.source[p.starts[at]:]
	if word := wordStart.FindString(rest); word != "" {
		return token{nameKind, at, word}, nil
	}
	switch r := p.text[at]; {
	case r >= '0' && r <= '9' || r == '.':
		return p.scanNumber(at, rest)
	case strings.HasPrefix(rest, "**"):
		return token{}, &Error{at, "** is not an operator; use ^ for powers"}
	case strings.ContainsRune("+-*/^(),", r):
		return token{byte(r), at, string(r)}, nil
	case r == '=' && !strings.HasPrefix(rest, "=="):
		return token{}, &Error{at, "= cannot stand in a formula; write only what is on its right"}
	case strings.ContainsRune(comparisons, r):
		return token{}, &Error{at, fmt.Sprintf("%q cannot stand in a formula, which has no comparisons and no cases; "+
			"use max, min or abs", r)}
	case foreign[r] != "":
		return token{}, &Error{at, fmt.Sprintf("%q cannot stand in a formula; write %s", r, foreign[r])}
	default:
		return token{}, &Error{at, fmt.Sprintf("%q cannot stand in a formula", r)}
	}
}

// scanNumber returns the number that begins there. A known name right behind it is left to the parser, who
// misses an operator.
func (p *parser) scanNumber(at int, rest string) (token, *Error) {
	text := number.FindString(rest)
	behind := unbroken.FindString(rest[len(text):])
	if behind == "" || text != "" && p.known(behind) {
		return token{numberKind, at, text}, nil
	}
	message := clip(text+behind) + " is not a number; write numbers as 2, 0.5 or 1e-3"
	if text != "" && wordStart.MatchString(behind) {
		message += ", and products with *"
	}
	return token{}, &Error{at, message}
}

// value returns the value of a number token.
func value(t token) (float64, *Error) {
	v, err := strconv.ParseFloat(t.text, 64)
	mantissa, _, _ := strings.Cut(strings.ToLower(t.text), "e")
	if err != nil || !InRange(v) || v == 0 && strings.ContainsAny(mantissa, "123456789") {
		return 0, &Error{t.at, fmt.Sprintf("%s is out of range; a number is %s", clip(t.text), inRange)}
	}
	return v, nil
}

// clip returns a word for a message, at most 40 characters of it.
func clip(word string) string {
	const most = 40
	if len(word) > most {
		return word[:most] + "…"
	}
	return word
}
