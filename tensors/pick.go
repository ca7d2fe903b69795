package tensors

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Wanted is a tensor that a network has: W1, b1, W2, …
type Wanted struct {
	Name  string
	Shape []int
}

// Pick finds the wanted tensors among those of the file, by their own names or by those that PyTorch has for them; see
// the package's comment. They are returned in the order of wanted. What is missing, of another shape, or not wanted is
// an error with a table.
func (f *File) Pick(wanted []Wanted) ([]Tensor, error) {
	names := f.names(wanted)
	picked := make([]Tensor, len(wanted))
	left := slices.Clone(f.Tensors)
	rows := [][3]string{{"wanted", "found", ""}}
	wrong := false
	row := func(wanted, found, remark string) {
		rows = append(rows, [3]string{wanted, found, remark})
		wrong = wrong || remark != ""
	}
	for i, w := range wanted {
		label := fmt.Sprint(w.Name, " ", w.Shape)
		at := slices.IndexFunc(left, func(t Tensor) bool { return t.Name == names[i] })
		if at < 0 {
			row(label, "-", "missing")
			continue
		}
		picked[i] = left[at]
		left = slices.Delete(left, at, at+1)
		if _, err := picked[i].Len(); err != nil {
			return nil, err
		}
		remark := ""
		if !slices.Equal(picked[i].Shape, w.Shape) {
			remark = "another shape"
			if len(w.Shape) == 2 && slices.Equal(picked[i].Shape, []int{w.Shape[1], w.Shape[0]}) {
				remark = "transposed: weights are [out, in]"
			}
		}
		row(label, describe(picked[i]), remark)
	}
	for _, t := range left {
		row("-", describe(t), "not wanted")
	}
	if wrong {
		return nil, errors.New("these are not the parameters of the network:" + table(rows))
	}
	return picked, nil
}

// mostRows is how many rows the table of an error may have.
const mostRows = 50

// table are rows with aligned columns, each on a line of its own.
func table(rows [][3]string) string {
	more := ""
	if len(rows) > mostRows {
		more = fmt.Sprintf("\n  … and %d more", len(rows)-mostRows)
		rows = rows[:mostRows]
	}
	var widths [2]int
	for _, r := range rows {
		for i := range widths {
			widths[i] = max(widths[i], utf8.RuneCountInString(r[i]))
		}
	}
	var text strings.Builder
	for _, r := range rows {
		line := fmt.Sprintf("  %-*s   %-*s   %s", widths[0], r[0], widths[1], r[1], r[2])
		text.WriteString("\n" + strings.TrimRight(line, " "))
	}
	return text.String() + more
}

// describe is a tensor for a table.
func describe(t Tensor) string {
	name := t.Name
	if name == "" || len(name) > 40 || strings.ContainsFunc(name, func(r rune) bool { return r < '!' || r > '~' }) {
		name = quote(name)
	}
	return fmt.Sprint(name, " ", t.Shape, " ", t.DType)
}

var (
	ownName   = regexp.MustCompile(`^([Wb])([1-9][0-9]*)$`)
	torchName = regexp.MustCompile(`^(.*?)(0|[1-9][0-9]{0,8})\.(?:weight|bias)$`)
)

// names are the names that the wanted tensors have in the file: their own, unless the file has none of these, but some
// of PyTorch's.
func (f *File) names(wanted []Wanted) []string {
	names := make([]string, len(wanted))
	for i, w := range wanted {
		if names[i] = w.Name; slices.ContainsFunc(f.Tensors, func(t Tensor) bool { return t.Name == w.Name }) {
			for i, w := range wanted {
				names[i] = w.Name
			}
			return names
		}
	}
	// The numbers of PyTorch's layers. A prefix may end in a digit of its own: the number is all digits before the dot.
	prefix, numbers := "", []int{}
	for _, t := range f.Tensors {
		m := torchName.FindStringSubmatch(t.Name)
		if m == nil || len(numbers) > 0 && m[1] != prefix {
			continue
		}
		prefix = m[1]
		n, _ := strconv.Atoi(m[2])
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	for i, w := range wanted {
		m := ownName.FindStringSubmatch(w.Name)
		if m == nil {
			continue
		}
		layer, err := strconv.Atoi(m[2])
		if err != nil || layer > len(numbers) {
			continue
		}
		names[i] = prefix + strconv.Itoa(numbers[layer-1]) + map[string]string{"W": ".weight", "b": ".bias"}[m[1]]
	}
	return names
}
