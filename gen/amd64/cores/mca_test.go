package cores

import (
	"fmt"
	"math"
	"math/bits"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// analyser is the program that knows LLVM's figures of processors, and processors how it calls the cores. It has none
// of Zen 5.
const analyser = "llvm-mca-19"

var processors = map[*Core]string{Zen3: "znver3", Zen4: "znver4", GoldenCove: "sapphirerapids",
	IceLake:  "icelake-server",
	SkylakeX: "skylake-avx512"}

// analysed are instructions as Go and as LLVM write them; ?mm is a register of each width.
var analysed = []struct{ opcode, text, widths string }{
	{"VADDPS", "vaddps ?mm1, ?mm2, ?mm3", "xyz"}, {"VADDPD", "vaddpd ?mm1, ?mm2, ?mm3", "xyz"},
	{"VMULPS", "vmulps ?mm1, ?mm2, ?mm3", "xyz"}, {"VFMADD231PS", "vfmadd231ps ?mm1, ?mm2, ?mm3", "xyz"},
	{"VFMADD231PD", "vfmadd231pd ?mm1, ?mm2, ?mm3", "xyz"}, {"VMAXPS", "vmaxps ?mm1, ?mm2, ?mm3", "xyz"},
	{"VDIVPS", "vdivps ?mm1, ?mm2, ?mm3", "yz"}, {"VDIVPD", "vdivpd ?mm1, ?mm2, ?mm3", "yz"},
	{"VSQRTPS", "vsqrtps ?mm1, ?mm2", "yz"}, {"VSQRTPD", "vsqrtpd ?mm1, ?mm2", "yz"},
	{"VANDPS", "vandps ?mm1, ?mm2, ?mm3", "xyz"}, {"VPADDD", "vpaddd ?mm1, ?mm2, ?mm3", "xyz"},
	{"VUNPCKLPS", "vunpcklps ?mm1, ?mm2, ?mm3", "xyz"}, {"VSHUFPS", "vshufps ?mm1, ?mm2, ?mm3, 1", "xyz"},
	{"VSHUFPD", "vshufpd ?mm1, ?mm2, ?mm3, 1", "xyz"}, {"VCMPPS", "vcmpps ?mm1, ?mm2, ?mm3, 1", "xy"},
	{"VCMPPS", "vcmpps k1, ?mm2, ?mm3, 1", "z"}, {"VBLENDVPS", "vblendvps ?mm1, ?mm2, ?mm3, ?mm4", "xy"},
	{"VPSLLQ", "vpsllq ?mm1, ?mm2, 3", "xyz"}, {"VPSRLD", "vpsrld ?mm1, ?mm2, 3", "xyz"},
	{"VPCMPGTQ", "vpcmpgtq ?mm1, ?mm2, ?mm3", "xy"}, {"VPCMPGTD", "vpcmpgtd ?mm1, ?mm2, ?mm3", "xy"},
	{"VPMINUD", "vpminud ?mm1, ?mm2, ?mm3", "xyz"}, {"VPMULUDQ", "vpmuludq ?mm1, ?mm2, ?mm3", "xyz"},
	{"VPMULLQ", "vpmullq ?mm1, ?mm2, ?mm3", "z"}, {"VPTERNLOGD", "vpternlogd ?mm1, ?mm2, ?mm3, 4", "z"},
	{"VPTESTMQ", "vptestmq k1, ?mm2, ?mm3", "z"}, {"VPCMPUD", "vpcmpud k1, ?mm2, ?mm3, 1", "z"},
	{"VEXTRACTF128", "vextractf128 xmm1, ?mm2, 1", "y"}, {"VINSERTF128", "vinsertf128 ?mm1, ?mm2, xmm3, 1", "y"},
	{"VPERM2F128", "vperm2f128 ?mm1, ?mm2, ?mm3, 1", "y"}, {"VEXTRACTF64X4", "vextractf64x4 ymm1, ?mm2, 1", "z"},
	{"VINSERTF64X4", "vinsertf64x4 ?mm1, ?mm2, ymm3, 1", "z"}, {"VSHUFF32X4", "vshuff32x4 ?mm1, ?mm2, ?mm3, 1", "z"},
	{"VPERMPS", "vpermps ?mm1, ?mm2, ?mm3", "y"}, {"VPERMI2PS", "vpermi2ps ?mm1, ?mm2, ?mm3", "z"},
	{"VINSERTPS", "vinsertps ?mm1, ?mm2, ?mm3, 1", "x"}, {"VMOVDDUP", "vmovddup ?mm1, ?mm2", "y"},
	{"VRNDSCALEPS", "vrndscaleps ?mm1, ?mm2, 0", "z"}, {"VROUNDPD", "vroundpd ?mm1, ?mm2, 0", "y"},
	{"VSCALEFPS", "vscalefps ?mm1, ?mm2, ?mm3", "z"}, {"VRCP14PS", "vrcp14ps ?mm1, ?mm2", "z"},
	{"VBLENDMPS", "vblendmps ?mm1 {k1}, ?mm2, ?mm3", "z"}, {"VCVTPS2PD", "vcvtps2pd ?mm1, xmm2", "y"},
}

// otherwise are the figures in which LLVM differs by more than a cycle, or by more than four tenths in how many go a
// cycle, with the reason why ours are kept.
var otherwise = []struct {
	figures *regexp.Regexp
	why     string
	found   bool
}{
	{regexp.MustCompile(`^golden-cove (VDIV|VSQRT)`), "LLVM has the divider free in the next cycle", false},
	{regexp.MustCompile(`^(golden-cove|ice-lake) V(ADD|MUL|FMADD|MAX|PMUL|RNDSCALE|SCALEF)\w+ 512$`),
		"LLVM has the cores of laptops, without the unit of 512 bits that servers have at port 5", false},
	{regexp.MustCompile(`^(ice-lake|skylake-x) VRCP14PS 512$`), "LLVM has the latency of 256 bits", false},
	{regexp.MustCompile(`^zen4 (VBLENDVPS|VCMPPS|VEXTRACTF128|VINSERTF128|VPERM2F128|VPERMPS|VCVTPS2PD) (128|256)$`),
		"rounded so that whole functions come out as they were measured", false},
	{regexp.MustCompile(`^zen3 VCVTPS2PD 256$`), "what moves numbers to the other half is reckoned apart", false},
	{regexp.MustCompile(`^zen4 (VPSLLQ|VPSRLD|VSCALEFPS|VBLENDMPS) 512$`),
		"rounded so that whole functions come out as they were measured", false},
}

// kept says whether a figure is one of those.
func kept(name string) bool {
	for i := range otherwise {
		if o := &otherwise[i]; o.figures.MatchString(name) {
			o.found = true
			return true
		}
	}
	return false
}

// TestFigures compares the figures of cores with LLVM's: after how many cycles results can be read, and how many
// instructions of a kind a core begins in a cycle.
func TestFigures(t *testing.T) {
	if _, err := exec.LookPath(analyser); err != nil {
		t.Skipf("NOT COMPARED: %s is not installed (Debian has it in llvm-19)", analyser)
	}
	for c, processor := range processors {
		var names, texts []string
		var ours []figure
		for _, a := range analysed {
			for _, letter := range a.widths {
				width := 128 << strings.IndexRune("xyz", letter)
				if width == 512 && !c.Wide {
					continue
				}
				o, turns := c.operation(a.opcode, width == 512), 1
				if width == 512 {
					turns = c.turns
				}
				ours = append(ours, figure{o.latency, float64(o.busy*turns) / float64(bits.OnesCount16(uint16(o.on)))})
				names = append(names, fmt.Sprintf("%s %s %d", c.Name, a.opcode, width))
				texts = append(texts, strings.ReplaceAll(a.text, "?", string(letter)))
			}
		}
		for i, theirs := range analyse(t, processor, texts) {
			name, own := names[i], ours[i]
			if math.Abs(float64(own.latency-theirs.latency)) <= 1 &&
				math.Abs(own.each-theirs.each) <= 0.4*max(own.each, theirs.each) {
				continue
			}
			if !kept(name) {
				t.Errorf("%s: %d cycles, one every %.2f; LLVM has %d and %.2f", name, own.latency, own.each,
					theirs.latency,
					theirs.each)
			}
		}
	}
	for _, o := range otherwise {
		if !o.found {
			t.Errorf("%s differs no longer: %s", o.figures, o.why)
		}
	}
}

// figure is after how many cycles a result can be read, and after how many the next instruction can begin.
type figure struct {
	latency int
	each    float64
}

// tabled is a line of LLVM's table: micro-operations, latency and reciprocal throughput.
var tabled = regexp.MustCompile(`(?m)^ *\d+ +(\d+) +(\d+\.\d+) `)

// analyse asks LLVM for instructions.
func analyse(t *testing.T, processor string, texts []string) (figures []figure) {
	t.Helper()
	cmd := exec.Command(analyser, "-mcpu="+processor, "-instruction-tables")
	cmd.Stdin = strings.NewReader(".intel_syntax noprefix\n" + strings.Join(texts, "\n") + "\n")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", processor, err)
	}
	for _, m := range tabled.FindAllStringSubmatch(string(out), -1) {
		latency, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		each, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		figures = append(figures, figure{latency, each})
	}
	if len(figures) != len(texts) {
		t.Fatalf("%s: figures of %d instructions, not of %d", processor, len(figures), len(texts))
	}
	return figures
}
