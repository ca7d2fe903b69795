package figures

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// compiler compiles C for AArch64 (Debian's clang-19 and libc6-dev-arm64-cross, and libgcc-12-dev-arm64-cross, by which
// it finds that).
const compiler = "clang-19"

// values and derivatives are the activations of the committed networks in C, the latter by the value a.
var values = map[string]string{"identity": "z", "relu": "z > 0 ? z : 0", "sigmoid": "1 / (1 + expf(-z))",
	"tanh": "tanhf(z)"}
var derivatives = map[string]string{"identity": "1", "relu": "(a > 0 ? 1.0f : 0.0f)", "sigmoid": "a * (1 - a)",
	"tanh": "(1 - a * a)"}

// loops is a network as somebody writes it by hand who takes care: loops over arrays of fixed sizes, a function for
// each equation of a layer, and batches sample by sample. tanhf, expf and logf are those of the C library.
func loops(n spec.Network) string {
	var b strings.Builder
	put := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	put("#include <math.h>\n#include <stdlib.h>\n#include <string.h>\n#define APART __attribute__((noinline))")
	var params, caches, forward, backward, updated string
	depth := n.Depth()
	for l := 1; l <= depth; l++ {
		params += fmt.Sprintf("float W%d[%d][%d], b%[1]d[%[2]d]; ", l, n.Width(l), n.Width(l-1))
		for _, letter := range []string{"z", "a", "d"} {
			caches += fmt.Sprintf("_Alignas(64) float %s%d[%d]; ", letter, l, n.Width(l))
		}
	}
	put("typedef struct { _Alignas(64) %s} P;\ntypedef struct { %s} C;", params, caches)
	in := func(l int) string {
		if l == 1 {
			return "x"
		}
		return fmt.Sprintf("c->a%d", l-1)
	}
	for l := 1; l <= depth; l++ {
		i, o, act := n.Width(l-1), n.Width(l), n.Layers[l-1].Activation.Name
		put("static APART void fwd%d(const float W[%d][%d], const float *restrict b, const float *restrict x, "+
			"float *restrict z_, float *restrict a_) {", l, o, i)
		put("  for (int i = 0; i < %d; i++) {", o)
		put("    float s = 0; for (int j = 0; j < %d; j++) s += W[i][j] * x[j];\n    z_[i] = s + b[i];\n  }", i)
		if act == "softmax" {
			put("  float m = z_[0], t = 0; for (int i = 1; i < %d; i++) m = z_[i] > m ? z_[i] : m;", o)
			put("  for (int i = 0; i < %d; i++) { a_[i] = expf(z_[i] - m); t += a_[i]; }", o)
			put("  t = 1 / t; for (int i = 0; i < %d; i++) a_[i] *= t;\n}", o)
		} else {
			put("  for (int i = 0; i < %d; i++) { float z = z_[i]; a_[i] = %s; }\n}", o, values[act])
		}
		for _, w := range [][3]string{{"set", "=", "1"}, {"add", "+=", "1"}, {"descend", "-=", "rate"}} {
			put("static APART void %s%d(float W[%d][%d], float *restrict b, const float *restrict d, "+
				"const float *restrict x, float rate) {", w[0], l, o, i)
			put("  for (int i = 0; i < %d; i++) {\n    b[i] %s %s * d[i];", o, w[1], w[2])
			put("    for (int j = 0; j < %d; j++) W[i][j] %s %s * d[i] * x[j];\n  }\n}", i, w[1], w[2])
		}
		if l > 1 {
			put("static APART void back%d(const float W[%d][%d], const float *restrict d, const float *restrict a_, "+
				"float *restrict o) {", l, o, i)
			put("  float s[%d]; for (int j = 0; j < %[1]d; j++) s[j] = 0;", i)
			put("  for (int i = 0; i < %d; i++) for (int j = 0; j < %d; j++) s[j] += W[i][j] * d[i];", o, i)
			put("  for (int j = 0; j < %d; j++) { float a = a_[j]; (void)a; o[j] = s[j] * %s; }\n}", i,
				derivatives[n.Layers[l-2].Activation.Name])
		}
		forward += fmt.Sprintf("fwd%d(p->W%[1]d, p->b%[1]d, %s, c->z%[1]d, c->a%[1]d); ", l, in(l))
	}
	for l := depth; l > 0; l-- {
		back := ""
		if l > 1 {
			back = fmt.Sprintf("back%d(p->W%[1]d, c->d%[1]d, c->a%[2]d, c->d%[2]d); ", l, l-1)
		}
		backward += fmt.Sprintf("KIND%d(g->W%[1]d, g->b%[1]d, c->d%[1]d, %s, 1); ", l, in(l)) + back
		updated += back + fmt.Sprintf("descend%d(p->W%[1]d, p->b%[1]d, c->d%[1]d, %s, rate); ", l, in(l))
	}
	out := n.Width(depth)
	put("static APART float top(const float *restrict a_, const float *restrict y, float *restrict d) { float l = 0;")
	if n.Cost.Name == "cross-entropy" {
		put("  for (int i = 0; i < %d; i++) { d[i] = a_[i] - y[i]; l -= y[i] * logf(a_[i] + 1e-30f); }", out)
	} else {
		put("  for (int i = 0; i < %d; i++) { float a = a_[i], e = a - y[i]; l += e * e; d[i] = 2 * e * %s; }", out,
			derivatives[n.Layers[depth-1].Activation.Name])
	}
	put("  return l;\n}")
	put("static void forward(const P *p, C *c, const float *x) { %s}", forward)
	top := fmt.Sprintf("forward(p, c, x); float l = top(c->a%d, y, c->d%[1]d); ", depth)
	for _, kind := range []string{"set", "add"} {
		put("static float grad_%s(const P *p, C *c, const float *x, const float *y, P *g) { %s%sreturn l; }", kind, top,
			strings.ReplaceAll(backward, "KIND", kind))
	}
	put("static float step(P *p, C *c, const float *x, const float *y, float rate) { %s%sreturn l; }", top, updated)
	put("enum { I = %d, O = %d };", n.Input, out)
	put("%s", driver)
	return strings.ReplaceAll(b.String(), "LAST", fmt.Sprint("a", depth))
}

// driver calls a function of those several times, for so many samples.
const driver = `
static P p, g; static C c; static float X[256][I], Y[256][O], OUT[256][O]; volatile float sink;
APART void mark(void) { __asm__ volatile("" ::: "memory"); }
static APART void Forward(int n) { forward(&p, &c, X[0]); }
static APART void Grad(int n) { sink = grad_set(&p, &c, X[0], Y[0], &g); }
static APART void Step(int n) { sink = step(&p, &c, X[0], Y[0], 1e-4f); }
static APART void ForwardBatch(int n) {
  for (int i = 0; i < n; i++) { forward(&p, &c, X[i]); memcpy(OUT[i], c.LAST, sizeof OUT[i]); }
}
static APART float sum(int n) {
  float l = 0; memset(&g, 0, sizeof g);
  for (int i = 0; i < n; i++) l += grad_add(&p, &c, X[i], Y[i], &g);
  return l;
}
static APART void GradBatch(int n) { sink = sum(n); }
static APART void StepBatch(int n) {
  sink = sum(n); float *a = (float *)&p; const float *b = (const float *)&g;
  for (size_t i = 0; i < sizeof p / sizeof(float); i++) a[i] -= 1e-4f * b[i];
}
int main(int argc, char **argv) {
  void (*functions[])(int) = {Forward, Grad, Step, ForwardBatch, GradBatch, StepBatch};
  float *w = (float *)&p;
  for (size_t i = 0; i < sizeof p / sizeof(float); i++) w[i] = (rand() % 2001 - 1000) / 1000.0f * sqrtf(3.0f / I);
  for (int i = 0; i < 256; i++) {
    for (int j = 0; j < I; j++) X[i][j] = (rand() % 2001 - 1000) / 1000.0f;
    Y[i][i % O] = 1;
  }
  void (*function)(int) = functions[atoi(argv[1])];
  int n = atoi(argv[2]);
  for (int i = 0; i < 3; i++) { mark(); function(n); }
  mark();
  return 0;
}
`

// byClang compiles the loops for a core.
func byClang(t *testing.T, n spec.Network, core string) *program {
	t.Helper()
	dir := t.TempDir()
	source, path := filepath.Join(dir, "loops.c"), filepath.Join(dir, "loops")
	if err := os.WriteFile(source, []byte(loops(n)), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(compiler, "--target=aarch64-linux-gnu", "-std=c11", "-O3", "-ffast-math", "-mcpu="+core,
		"-static", "-o", path, source, "-lm").CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", compiler, err, out)
	}
	return read(t, path, "mark")
}
