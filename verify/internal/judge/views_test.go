package judge

import (
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/backpropgen/backpropgen/verify/internal/finding"
)

type (
	plainNumbers  struct{ W [2][3]float32 }
	viewedNumbers struct{ W [2][3]float32 }
	copiedNumbers struct{ W [2][3]float32 }
	shortNumbers  struct{ W [2][3]float32 }
	sliceNumbers  struct{ W [2][3]float32 }
)

func (n *viewedNumbers) Flat() *[6]float32 { return (*[6]float32)(unsafe.Pointer(n)) }
func (n *copiedNumbers) Flat() *[6]float32 { c := *n; return (*[6]float32)(unsafe.Pointer(&c)) }
func (n *shortNumbers) Flat() *[5]float32  { return (*[5]float32)(unsafe.Pointer(n)) }
func (n *sliceNumbers) Flat() []float32    { return n.W[0][:] }

// TestViews: a Flat that is no view of all numbers is found, and a type need not have one.
func TestViews(t *testing.T) {
	for _, c := range []struct {
		name  string
		judge func(r *finding.Report)
		says  string
	}{
		{
			"no Flat",
			func(r *finding.Report) { Views(r, reflect.TypeFor[plainNumbers](), reflect.TypeFor[float32]()) }, "",
		},
		{
			"a view",
			func(r *finding.Report) { Views(r, reflect.TypeFor[viewedNumbers](), reflect.TypeFor[float32]()) }, "",
		},
		{
			"a copy",
			func(r *finding.Report) { Views(r, reflect.TypeFor[copiedNumbers](), reflect.TypeFor[float32]()) },
			"must be a view of the copiedNumbers",
		},
		{
			"too short",
			func(r *finding.Report) { Views(r, reflect.TypeFor[shortNumbers](), reflect.TypeFor[float32]()) },
			"want a method that returns a *[6]float32",
		},
		{
			"a slice",
			func(r *finding.Report) { Views(r, reflect.TypeFor[sliceNumbers](), reflect.TypeFor[float32]()) },
			"want a method that returns a *[6]float32",
		},
	} {
		r := &finding.Report{}
		c.judge(r)
		err := r.Finish().Err()
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v, want an error with %q", c.name, err, c.says)
		}
	}
}
