package main

import (
	"context"
	"slices"
	"testing"
)

// leastAccuracy is the accuracy that every one of the default seeds must reach.
const leastAccuracy = 0.97

func TestLearns(t *testing.T) {
	s := defaults()
	for _, seed := range s.seeds {
		r, err := learn(context.Background(), seed, s.epochs, s.rate, func(int, float64) {})
		if err != nil {
			t.Fatal(err)
		}
		if r.accuracy < leastAccuracy {
			t.Errorf("seed %d: accuracy %g, want %g", seed, r.accuracy, leastAccuracy)
		}
		if len(r.history.Epochs) != s.epochs || len(r.xs) != points {
			t.Errorf("seed %d: %d epochs of %d points", seed, len(r.history.Epochs), len(r.xs))
		}
	}
}

func TestLearnRepeats(t *testing.T) {
	var runs [3]result
	for i, seed := range []uint64{4, 4, 5} {
		r, err := learn(context.Background(), seed, 5, 0.02, func(int, float64) {})
		if err != nil {
			t.Fatal(err)
		}
		runs[i] = r
	}
	if runs[0].net != runs[1].net || !slices.Equal(runs[0].xs, runs[1].xs) {
		t.Error("seed 4 gives two networks")
	}
	if runs[0].net == runs[2].net || slices.Equal(runs[0].xs, runs[2].xs) {
		t.Error("seeds 4 and 5 give the same network or points")
	}
}
