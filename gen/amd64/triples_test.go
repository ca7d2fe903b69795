package amd64

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// shuffled computes a value of a block with whole numbers in its lanes, by what the
// operations that packed rows use mean.
type shuffled struct {
	t     *testing.T
	b     *block
	lanes int
	known map[*value][]uint64
}

func (s *shuffled) of(v *value) []uint64 {
	if lanes, ok := s.known[v]; ok {
		return lanes
	}
	out := make([]uint64, s.lanes)
	if v.def.kind == literal {
		for key, known := range s.b.literals {
			if known == v {
				raw := key[strings.LastIndex(key[:6], " ")+1:]
				for i := range out {
					out[i] = uint64(binary.LittleEndian.Uint32([]byte(raw[4*i:])))
				}
			}
		}
		return out
	}
	var in [][]uint64
	for _, x := range v.def.in {
		in = append(in, s.of(x))
	}
	for i := range out {
		quad := i / 4 * 4
		switch n := v.def; n.op {
		case vec.Add:
			out[i] = in[0][i] + in[1][i]
		case vec.Blend:
			out[i] = in[n.imm>>i&1][i]
		case vec.Within:
			out[i] = in[i%4/2][quad+n.imm>>(2*(i%4))&3]
		case vec.Permute:
			out[i] = in[1][in[0][i]%uint64(s.lanes)]
		case vec.Permute2:
			at := in[0][i] % uint64(2*s.lanes)
			out[i] = in[1+at/uint64(s.lanes)][at%uint64(s.lanes)]
		default:
			s.t.Fatalf("%s is no operation of packed rows", n.op)
		}
	}
	s.known[v] = out
	return out
}

// TestTriples computes sums of three neighbours, in registers of every width, of whole vectors and fewer: every row has
// its own three numbers.
func TestTriples(t *testing.T) {
	for _, level := range Levels {
		for bits := 128; bits <= (machine{level, 4}).widest(); bits *= 2 {
			for count := 1; count <= 3; count++ {
				f := newFunction(newFile(&common{core: zen4}), machine{level, 4}, "f", nil, false)
				s := &shuffled{t: t, b: f.code, lanes: bits / 32, known: map[*value][]uint64{}}
				f.code.within(bits, func() {
					var vectors []*value
					for k := range count {
						v := f.code.load(ref{base: f.bases["x"], disp: k * bits / 8}, s.lanes)
						for i := range s.lanes {
							s.known[v] = append(s.known[v], 1<<(k*s.lanes+i))
						}
						vectors = append(vectors, v)
					}
					got := s.of(f.code.triples(vectors))
					for row := range count * s.lanes / 3 {
						if want := uint64(7) << (3 * row); got[row] != want {
							t.Errorf("%v, %d bits, %d vectors: row %d is %b, want %b", level, bits, count, row, got[row], want)
						}
					}
				})
			}
		}
	}
}
