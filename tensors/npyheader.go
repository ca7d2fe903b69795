package tensors

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// npyDescription is what the header of an npy file says of its numbers.
type npyDescription struct {
	dtype     DType
	bigEndian bool
	fortran   bool // the first axis is the fastest
	shape     []int
}

// npyParser reads the header, a dictionary of Python with text, True or False, and a tuple of numbers.
type npyParser struct {
	text string
	at   int
}

// parseNPY reads the header of an npy file.
func parseNPY(text string) (npyDescription, error) {
	p := &npyParser{text: text}
	d, err := p.description()
	if err != nil {
		return d, fmt.Errorf("byte %d: %w", p.at, err)
	}
	return d, nil
}

func (p *npyParser) description() (d npyDescription, err error) {
	if err := p.want('{'); err != nil {
		return d, err
	}
	fields := []struct {
		name string
		read func() error
		seen bool
	}{
		{name: "descr", read: func() error { return p.descr(&d) }},
		{name: "fortran_order", read: func() (err error) { d.fortran, err = p.truth(); return err }},
		{name: "shape", read: func() (err error) { d.shape, err = p.shape(); return err }},
	}
	for !p.take('}') {
		name, err := p.quoted()
		if err != nil {
			return d, err
		}
		if err := p.want(':'); err != nil {
			return d, err
		}
		known := false
		for i := range fields {
			if f := &fields[i]; f.name == name {
				if f.seen {
					return d, fmt.Errorf("%s is there twice", name)
				}
				f.seen, known = true, true
				if err := f.read(); err != nil {
					return d, fmt.Errorf("%s: %w", name, err)
				}
			}
		}
		if !known {
			return d, fmt.Errorf("unknown field %s", quote(name))
		}
		if p.take('}') {
			break
		}
		if err := p.want(','); err != nil {
			return d, err
		}
	}
	for _, f := range fields {
		if !f.seen {
			return d, fmt.Errorf("%s is missing", f.name)
		}
	}
	if p.space(); p.at < len(p.text) {
		return d, fmt.Errorf("something follows: %s", quote(p.text[p.at:]))
	}
	return d, nil
}

// space skips spaces.
func (p *npyParser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// take reads a mark if it is next.
func (p *npyParser) take(mark byte) bool {
	if p.space(); p.at == len(p.text) || p.text[p.at] != mark {
		return false
	}
	p.at++
	return true
}

// want reads a mark.
func (p *npyParser) want(mark byte) error {
	if !p.take(mark) {
		return fmt.Errorf("%q is wanted", mark)
	}
	return nil
}

// quoted reads text in quotes of either kind.
func (p *npyParser) quoted() (string, error) {
	for _, quotes := range []byte{'\'', '"'} {
		if !p.take(quotes) {
			continue
		}
		n := strings.IndexByte(p.text[p.at:], quotes)
		if n < 0 || strings.Contains(p.text[p.at:p.at+n], `\`) {
			return "", fmt.Errorf("text must end with a quote and have no backslash")
		}
		text := p.text[p.at : p.at+n]
		p.at += n + 1
		return text, nil
	}
	return "", fmt.Errorf("text in quotes is wanted")
}

// truth reads True or False.
func (p *npyParser) truth() (bool, error) {
	p.space()
	for word, value := range map[string]bool{"True": true, "False": false} {
		if strings.HasPrefix(p.text[p.at:], word) {
			p.at += len(word)
			return value, nil
		}
	}
	return false, errors.New("neither True nor False")
}

// shape reads a tuple of numbers; one has a comma behind it.
func (p *npyParser) shape() ([]int, error) {
	if err := p.want('('); err != nil {
		return nil, err
	}
	shape := []int{}
	comma := true
	for !p.take(')') {
		if !comma {
			return nil, fmt.Errorf("a comma is wanted")
		}
		p.space()
		begin := p.at
		for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
			p.at++
		}
		n, err := strconv.Atoi(p.text[begin:p.at])
		if err != nil {
			return nil, fmt.Errorf("axis %d: %s is not the length of an axis", len(shape), quote(p.text[begin:p.at]))
		}
		if len(shape) == maxAxes {
			return nil, fmt.Errorf("more than %d axes", maxAxes)
		}
		shape = append(shape, n)
		if p.at < len(p.text) && p.text[p.at] == 'L' { // Python 2 wrote long integers so
			p.at++
		}
		comma = p.take(',')
	}
	if len(shape) == 1 && !comma {
		return nil, fmt.Errorf("a tuple of one number has a comma behind it")
	}
	return shape, nil
}

// descr reads the type of the numbers: < or > for the order of bytes, | where there is none, then kind and size.
func (p *npyParser) descr(d *npyDescription) error {
	p.space()
	if p.at < len(p.text) && (p.text[p.at] == '[' || p.text[p.at] == '(') {
		return fmt.Errorf("the array has fields; only plain numbers can be read")
	}
	text, err := p.quoted()
	if err != nil {
		return err
	}
	dtype, ok := DType(0), false
	if text != "" {
		dtype, ok = byNumPy(text[1:])
	}
	if ok {
		switch text[0] {
		case '<', '>':
		case '|':
			ok = dtype.Size() == 1
		default:
			ok = false
		}
	}
	switch {
	case ok:
	case strings.HasPrefix(text, "|O"):
		return fmt.Errorf("the array holds Python objects; convert it with astype(numpy.float32)")
	default:
		return fmt.Errorf("%s is not known here; convert the array with astype(numpy.float32)", quote(text))
	}
	d.dtype, d.bigEndian = dtype, text[0] == '>'
	return nil
}
