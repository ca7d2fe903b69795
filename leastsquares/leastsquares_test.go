package leastsquares_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/leastsquares"
)

// TestNew: what is no network of numbers panics with what it is.
func TestNew(t *testing.T) {
	for _, f := range []func(){
		func() { leastsquares.New((*misra)(nil)) },
		func() { leastsquares.New(new(other)) },
	} {
		func() {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.Contains(said, "leastsquares.New: ") {
					t.Errorf("said %q", said)
				}
			}()
			f()
		}()
	}
}

// other has gradients of another size.
type other [2]float64

func (p *other) Flat() *[2]float64                                            { return (*[2]float64)(p) }
func (p *other) ForwardBatch(*struct{}, [][1]float64, [][1]float64)           {}
func (p *other) ParameterJacobianBatch(*struct{}, [][1]float64, [][3]float64) {}
