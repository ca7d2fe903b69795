package training

import (
	"fmt"
	"io"
)

// Output remembers the first error of a writer, so that printing needs no check per line but a full disk or a closed
// pipe still fails the run.
type Output struct {
	W   io.Writer
	Err error
}

func (o *Output) Write(b []byte) (int, error) {
	if o.Err != nil {
		return 0, o.Err
	}
	n, err := o.W.Write(b)
	if err != nil {
		o.Err = fmt.Errorf("writing the results: %w", err)
	}
	return n, o.Err
}
