package figures

import (
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// analyser knows LLVM's figures of processors.
const analyser = "llvm-mca-19"

// piece is a part of what is executed: a block, or a loop, whose body is gone through so many times.
type piece struct {
	block block
	body  []int // numbers of pieces
	times int
}

// rolled is what is executed, with loops where something repeats: numbers of pieces, each of which is there once.
type rolled struct {
	pieces []piece
	known  map[string]int
}

// number is the number of a piece.
func (r *rolled) number(p piece) int {
	key := fmt.Sprint(p.block, p.body, p.times)
	n, ok := r.known[key]
	if !ok {
		n = len(r.pieces)
		r.pieces, r.known[key] = append(r.pieces, p), n
	}
	return n
}

// longest is how many pieces the body of a loop has at most, and least how often it is gone through at least.
const longest, least = 96, 4

// roll finds loops, those within others first.
func (r *rolled) roll(blocks []block) []int {
	seq := make([]int, len(blocks))
	for i, b := range blocks {
		seq[i] = r.number(piece{block: b})
	}
	for period := 1; period <= longest; {
		next, found := seq[:0:0], false
		for i := 0; i < len(seq); {
			end := i + period
			for end < len(seq) && seq[end] == seq[end-period] {
				end++
			}
			if times := (end - i) / period; times >= least {
				next = append(next, r.number(piece{body: append([]int(nil), seq[i:i+period]...), times: times}))
				i, found = i+times*period, true
				continue
			}
			next = append(next, seq[i])
			i++
		}
		if seq = next; found {
			period = 1
		} else {
			period++
		}
	}
	return seq
}

// rounds is how many rounds of a loop are analysed where it is: those that follow take what a round takes by itself.
const rounds = 4

// analysis is what llvm-mca is asked for: what is executed first, and then the bodies of loops, for one round and the
// next ones.
type analysis struct {
	t       *testing.T
	p       *program
	r       *rolled
	regions []string
	bodies  map[int][2]int // the regions of the bodies of loops
}

// expand is the text of pieces, of loops no more than a few rounds.
func (a *analysis) expand(text *strings.Builder, seq []int) {
	for _, n := range seq {
		p := a.r.pieces[n]
		if p.body == nil {
			one, err := a.p.text(p.block)
			if err != nil {
				a.t.Fatal(err)
			}
			text.WriteString(one)
			continue
		}
		for range min(p.times, rounds) {
			a.expand(text, p.body)
		}
	}
}

// ask notes the regions that are needed for loops among pieces.
func (a *analysis) ask(seq []int) {
	for _, n := range seq {
		p := a.r.pieces[n]
		if p.body == nil || a.bodies[n] != [2]int{} {
			continue
		}
		var body strings.Builder
		a.expand(&body, p.body)
		lines := strings.Count(body.String(), "\n")
		once := max(1, 400/lines)
		a.bodies[n] = [2]int{len(a.regions), once}
		a.regions = append(a.regions, strings.Repeat(body.String(), once), strings.Repeat(body.String(), 2*once))
		a.ask(p.body)
	}
}

// besides is what the rounds of loops take that have not been analysed.
func (a *analysis) besides(seq []int, cycles []float64) (sum float64) {
	for _, n := range seq {
		p := a.r.pieces[n]
		if p.body == nil {
			continue
		}
		at, once := a.bodies[n][0], float64(a.bodies[n][1])
		within := a.besides(p.body, cycles)
		round := (cycles[at+1] - cycles[at]) / once
		sum += float64(min(p.times, rounds))*within + float64(max(0, p.times-rounds))*(round+within)
	}
	return sum
}

var totalCycles = regexp.MustCompile(`(?m)^Total Cycles: *(\d+)$`)

// cyclesOf is how many cycles LLVM gives what is executed on a core.
func cyclesOf(t *testing.T, p *program, blocks []block, core string) float64 {
	t.Helper()
	a := &analysis{t: t, p: p, r: &rolled{known: map[string]int{}}, bodies: map[int][2]int{}}
	seq := a.r.roll(blocks)
	var all strings.Builder
	a.expand(&all, seq)
	a.regions = append(a.regions, all.String())
	a.ask(seq)
	var in strings.Builder
	for i, text := range a.regions {
		fmt.Fprintf(&in, "# LLVM-MCA-BEGIN r%d\n%s# LLVM-MCA-END r%[1]d\n", i, text)
	}
	cmd := exec.Command(analyser, "-mtriple=aarch64", "-mcpu="+core, "-iterations=1", "-resource-pressure=false",
		"-instruction-info=false")
	cmd.Stdin = strings.NewReader(in.String())
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%.2000s", analyser, err, said.String())
	}
	var cycles []float64
	for _, m := range totalCycles.FindAllStringSubmatch(string(out), -1) {
		c, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		cycles = append(cycles, c)
	}
	if len(cycles) != len(a.regions) {
		t.Fatalf("%s gave figures of %d parts, not of %d", analyser, len(cycles), len(a.regions))
	}
	return cycles[0] + a.besides(seq, cycles)
}
