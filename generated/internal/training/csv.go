package training

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// Table is a labelled data set: Rows[i] holds the features of sample i and Labels[i] the index of
// its class.
type Table struct {
	Rows   [][]float64
	Labels []int
}

// ReadCSV reads a data set: a header line naming the columns, then one sample per line, the given
// number of numeric features followed by the name of the class. Every class must occur at
// atLeast times. Errors name the file, the line and the column.
func ReadCSV(file string, data []byte, inputs int, classes []string, atLeast int) (Table, error) {
	index := make(map[string]int, len(classes))
	for i, name := range classes {
		index[name] = i
	}
	reader := csv.NewReader(bytes.NewReader(data))
	header, err := reader.Read()
	switch {
	case err == io.EOF:
		return Table{}, fmt.Errorf("%s: the file is empty; a header line and samples are needed", file)
	case err != nil:
		return Table{}, locate(file, err)
	case len(header) != inputs+1:
		return Table{}, fmt.Errorf("%s:1: %s; %s and the class make %d",
			file, plural.Of(len(header), "column"), plural.Of(inputs, "feature"), inputs+1)
	}
	var t Table
	counts := make([]int, len(classes))
	for {
		record, err := reader.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return Table{}, locate(file, err)
		}
		line, _ := reader.FieldPos(0)
		row, err := features(record[:inputs], header)
		if err != nil {
			return Table{}, fmt.Errorf("%s:%d: %w", file, line, err)
		}
		label, ok := index[record[inputs]]
		if !ok {
			return Table{}, fmt.Errorf("%s:%d: %s: unknown class %q; the classes are %q",
				file, line, header[inputs], record[inputs], classes)
		}
		counts[label]++
		t.Rows = append(t.Rows, row)
		t.Labels = append(t.Labels, label)
	}
	for i, n := range counts {
		if n < atLeast {
			return Table{}, fmt.Errorf("%s: %s of class %q; at least %d are needed",
				file, plural.Of(n, "sample"), classes[i], atLeast)
		}
	}
	return t, nil
}

// features parses the numbers of one line. They must fit float32, the type networks are fed with.
func features(fields, header []string) ([]float64, error) {
	row := make([]float64, len(fields))
	for i, field := range fields {
		v, err := strconv.ParseFloat(field, 32)
		// v-v is 0 exactly when v is finite: ParseFloat also accepts "NaN" and "Inf".
		if err != nil || v-v != 0 {
			return nil, fmt.Errorf("%s: %q is not a finite number", header[i], field)
		}
		row[i] = v
	}
	return row, nil
}

// locate rewrites an error of encoding/csv as file:line.
func locate(file string, err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%s:%d: %w", file, parse.Line, parse.Err)
	}
	return fmt.Errorf("%s: %w", file, err)
}
