// A step by Adam on 256 samples of a 64-64-10 network (relu, softmax, cross-entropy): matrix products by libxsmm, and
// plain loops that gcc compiles. From the repository's root, with Debian's libxsmm-dev:
//
//	gcc -O3 -march=native -ffast-math docs/peers/adam.c -lxsmm -lxsmmnoblas -lpthread -lmvec -lm -o /tmp/adam
//	/tmp/adam
//	python3 docs/peers/adam.py
//
// The last command times ours. Both print the least time for one sample of many short measurements, so other programs
// may run meanwhile.
#include <libxsmm.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { IN = 64, HIDDEN = 64, OUT = 10, SAMPLES = 256, PARAMS = HIDDEN * (IN + 1) + OUT * (HIDDEN + 1) };

typedef struct {
	float w1[HIDDEN][IN], b1[HIDDEN], w2[OUT][HIDDEN], b2[OUT];
} net;

static _Alignas(64) net p, g;
static _Alignas(64) float m[PARAMS], v[PARAMS];
static _Alignas(64) float xs[SAMPLES][IN], ys[SAMPLES][OUT];
static _Alignas(64) float w1t[IN][HIDDEN], w2t[HIDDEN][OUT];
static _Alignas(64) float a1[SAMPLES][HIDDEN], d1[SAMPLES][HIDDEN], a2[SAMPLES][OUT], d2[SAMPLES][OUT];

// Products of matrices, which libxsmm has column by column: C = A·B is Cᵀ = Bᵀ·Aᵀ row by row.
static libxsmm_smmfunction forward1, forward2, back, weights1, weights2;

static void prepare(void) {
	const float one = 1, zero = 0;
	const int turned = LIBXSMM_GEMM_FLAG_TRANS_B, in = IN, hidden = HIDDEN, out = OUT;
	libxsmm_init();
	forward1 = libxsmm_smmdispatch(HIDDEN, SAMPLES, IN, NULL, NULL, NULL, &one, &zero, NULL, NULL);
	forward2 = libxsmm_smmdispatch(OUT, SAMPLES, HIDDEN, NULL, NULL, NULL, &one, &zero, NULL, NULL);
	back = libxsmm_smmdispatch(HIDDEN, SAMPLES, OUT, NULL, NULL, NULL, &one, &zero, NULL, NULL);
	weights1 = libxsmm_smmdispatch(IN, HIDDEN, SAMPLES, &in, &hidden, &in, &one, &zero, &turned, NULL);
	weights2 = libxsmm_smmdispatch(HIDDEN, OUT, SAMPLES, &hidden, &out, &hidden, &one, &zero, &turned, NULL);
	if (!forward1 || !forward2 || !back || !weights1 || !weights2) exit(1);
}

// gradient writes g and returns the loss.
static float gradient(void) {
	float loss = 0;
	for (int j = 0; j < IN; j++)
		for (int i = 0; i < HIDDEN; i++) w1t[j][i] = p.w1[i][j];
	for (int j = 0; j < HIDDEN; j++)
		for (int i = 0; i < OUT; i++) w2t[j][i] = p.w2[i][j];
	forward1(&w1t[0][0], &xs[0][0], &a1[0][0]);
	for (int s = 0; s < SAMPLES; s++)
		for (int i = 0; i < HIDDEN; i++) a1[s][i] = fmaxf(a1[s][i] + p.b1[i], 0);
	forward2(&w2t[0][0], &a1[0][0], &a2[0][0]);
	for (int i = 0; i < OUT; i++) g.b2[i] = 0;
	for (int i = 0; i < HIDDEN; i++) g.b1[i] = 0;
	for (int s = 0; s < SAMPLES; s++) {
		float most = -INFINITY, sum = 0, z[OUT];
		for (int i = 0; i < OUT; i++) z[i] = a2[s][i] + p.b2[i];
		for (int i = 0; i < OUT; i++) most = fmaxf(most, z[i]);
		for (int i = 0; i < OUT; i++) sum += a2[s][i] = expf(z[i] - most);
		for (int i = 0; i < OUT; i++) {
			d2[s][i] = a2[s][i] / sum - ys[s][i];
			loss += ys[s][i] * (most - z[i]);
			g.b2[i] += d2[s][i];
		}
		loss += logf(sum);
	}
	back(&p.w2[0][0], &d2[0][0], &d1[0][0]);
	for (int s = 0; s < SAMPLES; s++)
		for (int i = 0; i < HIDDEN; i++) {
			d1[s][i] = a1[s][i] > 0 ? d1[s][i] : 0;
			g.b1[i] += d1[s][i];
		}
	weights1(&xs[0][0], &d1[0][0], &g.w1[0][0]);
	weights2(&a1[0][0], &d2[0][0], &g.w2[0][0]);
	return loss;
}

// step moves p by Adam.
static float step(float rate) {
	static int t;
	const float loss = gradient(), *grad = &g.w1[0][0];
	float *params = &p.w1[0][0];
	t++;
	const float by = rate / (1 - powf(0.9f, t)), scale = 1 / sqrtf(1 - powf(0.999f, t));
	for (int i = 0; i < PARAMS; i++) {
		m[i] = 0.9f * m[i] + 0.1f * grad[i];
		v[i] = 0.999f * v[i] + 0.001f * grad[i] * grad[i];
		params[i] -= by * m[i] / (scale * sqrtf(v[i]) + 1e-8f);
	}
	return loss;
}

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

static float uniform(void) { return rand() / (float)RAND_MAX; }

int main(void) {
	prepare();
	float *params = &p.w1[0][0];
	for (int i = 0; i < PARAMS; i++) params[i] = 0.2f * (uniform() - 0.5f);
	for (int s = 0; s < SAMPLES; s++) {
		for (int j = 0; j < IN; j++) xs[s][j] = uniform();
		ys[s][rand() % OUT] = 1;
	}
	// The gradient is right where the loss changes as it says.
	float before = gradient(), slope = g.w1[3][5], at = p.w1[3][5];
	p.w1[3][5] = at + 0.05f;
	float up = gradient();
	p.w1[3][5] = at - 0.05f;
	float down = gradient();
	p.w1[3][5] = at;
	if (fabsf((up - down) / 0.1f - slope) > 0.05f * (1 + fabsf(slope))) {
		fprintf(stderr, "the gradient is wrong: %g, not %g\n", slope, (up - down) / 0.1f);
		return 1;
	}
	double best = INFINITY;
	for (int r = 0; r < 3000; r++) {
		double began = now();
		for (int k = 0; k < 10; k++) before += step(1e-4f);
		best = fmin(best, (now() - began) / 10);
	}
	printf("libxsmm and gcc %.1f ns a sample\n", best / SAMPLES);
	return before == 12345;
}
