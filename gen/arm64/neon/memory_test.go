package neon

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// TestMemory reads and writes any number of lanes, whole, spread, by masks and by tables, at addresses of all kinds:
// beside what is asked for there may be nothing.
func TestMemory(t *testing.T) {
	rnd := rand.New(rand.NewPCG(16, 5))
	var checks []check
	for round := range 12 {
		for _, e := range []vec.Elem{vec.F32, vec.F64, vec.U32, vec.U64} {
			size := e.Size()
			lanes := 16 / size
			for n := 1; n <= lanes; n++ {
				for _, what := range []string{
					"load", "store", "spread", "load where", "store where", "load first", "gather", "mask", "first",
					"number",
				} {
					if what == "spread" && lanes%n != 0 || what == "number" && !e.Float() {
						continue
					}
					p := &vec.Program{Name: what}
					args := map[string]*vec.Int{}
					for _, name := range []string{"x", "y", "z", "out", "rest"} {
						args[name] = p.Param(name)
					}
					// There are exactly so many bytes, and the address leads to the first of them.
					far := func(name string) vec.Place {
						at := vec.Place{Base: args[name]}
						distances := []int{0, size, 16, 3, -256, 255, 256, 1 << 12, -5000, 65535 * size, 1<<24 + 8,
							-1 << 30}
						at.Disp = distances[(round+n)%len(distances)]
						if at.Disp != 0 || round%2 == 0 {
							at.Index, at.Scale = p.Int("i"), []int{0, 1, size, 1}[round%4]
							index := -at.Disp
							if scale := max(at.Scale, 1); index%scale != 0 {
								at.Scale = 1
							} else {
								index /= scale
							}
							set(p, index, at.Index)
						}
						return at
					}
					typ := vec.Vector(e, lanes)
					whole := func(name string, t vec.Type) *vec.Value {
						v := p.Value(t)
						p.Add(&vec.Load{Out: v, At: vec.Place{Base: args[name]}, N: t.Lanes})
						return v
					}
					mask := func() *vec.Value {
						m := p.Value(vec.Mask(lanes))
						z := whole("z", vec.Vector(vec.SignedOf(size), lanes))
						p.Add(&vec.Apply{Op: vec.Signs, Out: m, Args: []*vec.Value{z}})
						return m
					}
					decide := func(mask, out *vec.Value) {
						args := []*vec.Value{whole("y", typ), whole("z", typ)}
						p.Add(&vec.Apply{Op: vec.Select, Out: out, Args: args, Mask: mask})
					}
					v, in := p.Value(typ), [3][]byte{}
					for i := range in {
						in[i] = lanesOfAllKinds(rnd, e)
					}
					result, rest := 16, []byte(nil)
					switch what {
					case "load":
						p.Add(&vec.Load{Out: v, At: far("x"), N: n})
						in[0] = in[0][:n*size]
					case "load where":
						m := mask()
						p.Add(&vec.Load{Out: v, At: far("x"), N: n, Mask: m})
						in[0] = in[0][:n*size]
					case "load first": // of the others not even the memory is there
						m := p.Value(vec.Mask(lanes))
						p.Add(&vec.First{Out: m, N: n})
						p.Add(&vec.Load{Out: v, At: far("x"), N: lanes, Mask: m})
						in[0] = in[0][:n*size]
					case "spread":
						p.Add(&vec.Spread{Out: v, At: far("x"), N: n})
						in[0] = in[0][:n*size]
					case "number":
						i := p.Int("i")
						set(p, int(rnd.Uint64())>>rnd.IntN(60), i)
						p.Add(&vec.FromInt{Out: v, From: vec.Ref(i)})
					case "mask":
						m := p.Value(vec.Mask(lanes))
						p.Add(&vec.LoadMask{Out: m, At: far("x")})
						in[0] = []byte{byte(rnd.Uint32())}
						decide(m, v)
					case "first":
						m := p.Value(vec.Mask(lanes))
						p.Add(&vec.First{Out: m, N: n})
						decide(m, v)
					case "gather":
						for range 40 {
							rest = append(rest, byte(rnd.Uint32()))
						}
						index := make([]byte, 16)
						for i := range lanes {
							index[i*size] = byte(rnd.IntN(len(rest) - size - 3))
						}
						in[1] = index
						by := whole("y", vec.Vector(vec.UnsignedOf(size), lanes))
						p.Add(&vec.Gather{Out: v, At: vec.Place{Base: args["rest"], Disp: 3}, Index: by})
					default:
						v = whole("x", typ)
					}
					switch what {
					case "store":
						p.Add(&vec.Store{Value: v, At: far("out"), N: n})
						result = n * size
					case "store where":
						m := mask()
						p.Add(&vec.Store{Value: v, At: far("out"), N: n, Mask: m})
						result = n * size
					default:
						p.Add(&vec.Store{Value: v, At: vec.Place{Base: args["out"]}, N: lanes})
					}
					name := fmt.Sprintf("%s %d of %v, round %d", what, n, e, round)
					c, err := checkOf(name, p, in, rest, result, round%2 == 0, 0)
					if err != nil {
						t.Fatalf("%s: %v\n%v", name, err, p)
					}
					checks = append(checks, c)
				}
			}
		}
	}
	run(t, checks)
}

// set gives an integer a value.
func set(p *vec.Program, n int, i *vec.Int) {
	p.Add(&vec.IntStep{Op: vec.IntSet, Operands: []vec.Operand{vec.Distance(n), vec.Ref(i)}})
}
