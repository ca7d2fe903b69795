// Training steps of a 64-64-10 network (relu, softmax, cross-entropy) in plain C loops, to compare generated/digits with.
// From the repository's root:
//
//	gcc -O3 -march=native -ffast-math docs/peers/step.c -lm -o /tmp/step && /tmp/step
//	go test ./generated/digits -run '^$' -bench 'Step$|StepBatch$' -benchtime 5ms -count 50
//
// It prints the least time for one sample of many short measurements, so other programs may run meanwhile.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { IN = 64, HIDDEN = 64, OUT = 10, SAMPLES = 256 };

typedef struct {
	float w1[HIDDEN][IN], b1[HIDDEN], w2[OUT][HIDDEN], b2[OUT];
} net;

static net p, g;
static float xs[SAMPLES][IN], ys[SAMPLES][OUT];

// forward computes both activations and returns the loss.
static float forward(const float *x, const float *y, float *a1, float *a2) {
	for (int i = 0; i < HIDDEN; i++) {
		float z = p.b1[i];
		for (int j = 0; j < IN; j++) z += p.w1[i][j] * x[j];
		a1[i] = z > 0 ? z : 0;
	}
	float most = -INFINITY, sum = 0, loss = 0, z2[OUT];
	for (int i = 0; i < OUT; i++) {
		float z = p.b2[i];
		for (int j = 0; j < HIDDEN; j++) z += p.w2[i][j] * a1[j];
		z2[i] = z;
		most = fmaxf(most, z);
	}
	for (int i = 0; i < OUT; i++) sum += a2[i] = expf(z2[i] - most);
	for (int i = 0; i < OUT; i++) a2[i] /= sum;
	for (int i = 0; i < OUT; i++) loss += y[i] * (most - z2[i]);
	return loss + logf(sum);
}

// deltas computes the gradients with respect to what the activations are applied to.
static void deltas(const float *y, const float *a1, const float *a2, float *d1, float *d2) {
	for (int i = 0; i < OUT; i++) d2[i] = a2[i] - y[i];
	for (int j = 0; j < HIDDEN; j++) d1[j] = 0;
	for (int i = 0; i < OUT; i++)
		for (int j = 0; j < HIDDEN; j++) d1[j] += p.w2[i][j] * d2[i];
	for (int j = 0; j < HIDDEN; j++) d1[j] = a1[j] > 0 ? d1[j] : 0;
}

// add adds k times the gradient of one sample to the parameters of q.
static void add(net *restrict q, float k, const float *x, const float *a1, const float *d1, const float *d2) {
	for (int i = 0; i < OUT; i++) {
		float d = k * d2[i];
		for (int j = 0; j < HIDDEN; j++) q->w2[i][j] += d * a1[j];
		q->b2[i] += d;
	}
	for (int i = 0; i < HIDDEN; i++) {
		float d = k * d1[i];
		for (int j = 0; j < IN; j++) q->w1[i][j] += d * x[j];
		q->b1[i] += d;
	}
}

// step takes one step on one sample.
static float step(const float *x, const float *y, float rate) {
	float a1[HIDDEN], a2[OUT], d1[HIDDEN], d2[OUT];
	float loss = forward(x, y, a1, a2);
	deltas(y, a1, a2, d1, d2);
	add(&p, -rate, x, a1, d1, d2);
	return loss;
}

// step_batch takes one step on the sum over all samples.
static float step_batch(float rate) {
	float a1[HIDDEN], a2[OUT], d1[HIDDEN], d2[OUT], loss = 0;
	memset(&g, 0, sizeof g);
	for (int s = 0; s < SAMPLES; s++) {
		loss += forward(xs[s], ys[s], a1, a2);
		deltas(ys[s], a1, a2, d1, d2);
		add(&g, 1, xs[s], a1, d1, d2);
	}
	float *to = &p.w1[0][0], *from = &g.w1[0][0];
	for (size_t i = 0; i < sizeof(net) / sizeof(float); i++) to[i] -= rate * from[i];
	return loss;
}

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

int main(void) {
	float *w = &p.w1[0][0], seen = 0;
	for (size_t i = 0; i < sizeof(net) / sizeof(float); i++) w[i] = 0.2f * (rand() / (float)RAND_MAX - 0.5f);
	for (int s = 0; s < SAMPLES; s++) {
		for (int j = 0; j < IN; j++) xs[s][j] = rand() / (float)RAND_MAX;
		ys[s][rand() % OUT] = 1;
	}
	double one = INFINITY, all = INFINITY;
	for (int round = 0; round < 2000; round++) {
		double begin = now();
		for (int s = 0; s < SAMPLES; s++) seen += step(xs[s], ys[s], 1e-3f);
		one = fmin(one, (now() - begin) / SAMPLES);
		begin = now();
		seen += step_batch(1e-5f);
		all = fmin(all, (now() - begin) / SAMPLES);
	}
	printf("step on one sample        %6.1f ns\nstep on a batch of %d   %6.1f ns a sample\n", one, SAMPLES, all);
	return isnan(seen); // the results are used
}
