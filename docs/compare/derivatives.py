#!/usr/bin/env python3
"""Times the Jacobian of control, 16-32-16-4 in float32, beside ADOL-C and PyTorch, all in one run on one thread.

It needs Go, g++ with ADOL-C (Debian: libadolc-dev) and PyTorch, and is run from the root of the repository:

    python3 docs/compare/derivatives.py

Every program gets the same weights and inputs. The programs take turns, several times; each time a program takes many
short samples and keeps the least. Before anything is timed, the Jacobians are compared.
"""
import os, shutil, subprocess, sys, tempfile
import numpy as np

DIMS, TURNS = (16, 32, 16, 4), 5
ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))

SPEC = """name: Control
input: 16
layers:
  - {dense: 32, activation: tanh}
  - {dense: 16, activation: tanh}
  - {dense: 4, activation: identity}
cost: mse
input_gradient: true
emit: [forward, grad]
derivatives: [jacobian, hessian-vector]
"""

GO = """package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"time"
)

func main() {
	var p Control
	var x [16]float32
	data, _ := os.ReadFile(os.Args[1])
	for _, to := range []any{&p, &x} {
		n, err := binary.Decode(data, binary.LittleEndian, to)
		if err != nil {
			panic(err)
		}
		data = data[n:]
	}
	var ws ControlWorkspace
	var j [4][16]float32
	var y [4]float32
	var g, hv ControlGrad
	v := ControlGrad(p)
	p.Jacobian(&ws, &x, &j)
	for _, row := range j {
		for _, v := range row {
			fmt.Printf("%.9g ", v)
		}
	}
	fmt.Println()
	calls := []func(){
		func() { p.Jacobian(&ws, &x, &j) }, func() { p.Grad(&ws, &x, &y, &g) },
		func() { p.HessianVector(&ws, &x, &y, &v, &hv) },
	}
	least := []float64{1e9, 1e9, 1e9}
	for range 1000 {
		for i, call := range calls {
			begin := time.Now()
			for range 50 {
				call()
			}
			least[i] = min(least[i], float64(time.Since(begin).Nanoseconds())/50)
		}
	}
	fmt.Println(least[0], least[1], least[2])
}
"""

CPP = r"""#include <adolc/adolc.h>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <vector>
int main(int, char** argv) {
	const int dims[] = {16, 32, 16, 4};
	std::vector<float> data(1140 + 16);
	std::ifstream(argv[1], std::ios::binary).read((char*)data.data(), data.size() * sizeof(float));
	double x[16], y[4];
	for (int i = 0; i < 16; i++) x[i] = data[1140 + i];
	trace_on(0);
	std::vector<adouble> a(16);
	for (int i = 0; i < 16; i++) a[i] <<= x[i];
	const float* p = data.data();
	for (int l = 1; l <= 3; l++) {
		const float *w = p, *b = p + dims[l] * dims[l - 1];
		std::vector<adouble> z(dims[l]);
		for (int i = 0; i < dims[l]; i++) {
			adouble s = double(b[i]);
			for (int k = 0; k < dims[l - 1]; k++) s += double(w[i * dims[l - 1] + k]) * a[k];
			z[i] = l < 3 ? tanh(s) : s;
		}
		a = z;
		p = b + dims[l];
	}
	for (int i = 0; i < 4; i++) a[i] >>= y[i];
	trace_off();
	double** j = myalloc2(4, 16);
	jacobian(0, 4, 16, x, j);
	for (int i = 0; i < 64; i++) printf("%.9g ", j[i / 16][i % 16]);
	double least = 1e9;
	for (int round = 0; round < 300; round++) {
		auto begin = std::chrono::steady_clock::now();
		for (int i = 0; i < 5; i++) jacobian(0, 4, 16, x, j);
		std::chrono::duration<double, std::nano> d = std::chrono::steady_clock::now() - begin;
		if (d.count() / 5 < least) least = d.count() / 5;
	}
	printf("\n%g\n", least);
}
"""


def torch_runs(data):
    """The ways in which PyTorch forms the Jacobian."""
    import torch
    torch.set_num_threads(1)
    layers, at = [], 0
    for n, m in zip(DIMS, DIMS[1:]):
        w = torch.tensor(data[at:at + n * m].reshape(m, n))
        b = torch.tensor(data[at + n * m:at + n * m + m])
        layers, at = layers + [(w, b)], at + n * m + m
    x = torch.tensor(data[at:])

    def network(x):
        for i, (w, b) in enumerate(layers):
            x = torch.nn.functional.linear(x, w, b)
            if i < len(layers) - 1:
                x = torch.tanh(x)
        return x
    return {
        "PyTorch, jacobian": lambda: torch.autograd.functional.jacobian(network, x),
        "PyTorch, jacobian of all rows at once":
            lambda: torch.autograd.functional.jacobian(network, x, vectorize=True),
    }


def least(call, rounds=60, each=3):
    from time import perf_counter_ns as now
    best = float("inf")
    for _ in range(rounds):
        begin = now()
        for _ in range(each):
            call()
        best = min(best, (now() - begin) / each)
    return best


def main():
    work = tempfile.mkdtemp(prefix="derivatives-")
    try:
        rng = np.random.default_rng(7)
        parts = []
        for n, m in zip(DIMS, DIMS[1:]):
            parts += [rng.normal(size=n * m) / n ** .5, rng.normal(size=m) / 4]
        data = np.concatenate(parts + [rng.normal(size=DIMS[0])]).astype("<f4")
        numbers = os.path.join(work, "numbers")
        data.tofile(numbers)

        def write(name, text):
            with open(os.path.join(work, name), "w") as f:
                f.write(text)

        def run(*command, cwd=work):
            return subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True).stdout
        write("control.yaml", SPEC)
        write("main.go", GO)
        os.mkdir(os.path.join(work, "adolc"))
        write("adolc/main.cc", CPP)
        run("go", "run", "./gen/cmd/backpropgen", "generate", "-o", work, "-pkg", "main",
            os.path.join(work, "control.yaml"), cwd=ROOT)
        write("go.mod", "module derivatives\n\ngo 1.25\n\nrequire golang.org/x/sys v0.47.0\n")
        shutil.copy(os.path.join(ROOT, "go.sum"), work)
        run("go", "build", "-mod=mod", "-o", "ours", ".")
        run("g++", "-O3", "-march=native", "adolc/main.cc", "-ladolc", "-o", "theirs")

        times = {}

        def took(name, ns):
            times[name] = min(ns, times.get(name, ns))
        calls = torch_runs(data)
        matrices = {}
        for _ in range(TURNS):
            ours = run("./ours", numbers).splitlines()
            matrices["ours"] = np.array(ours[0].split(), dtype=float)
            for name, ns in zip(("ours", "our Grad with the gradient of x", "our HessianVector"), ours[1].split()):
                took(name, float(ns))
            theirs = run("./theirs", numbers).splitlines()
            matrices["ADOL-C"] = np.array(theirs[0].split(), dtype=float)
            took("ADOL-C, jacobian", float(theirs[1]))
            for name, call in calls.items():
                matrices[name] = call().numpy().reshape(-1).astype(float)
                took(name, least(call))
        for name, matrix in matrices.items():
            off = np.abs(matrix - matrices["ADOL-C"]).max()
            if not off < 1e-5:
                sys.exit(f"{name} differs from ADOL-C's doubles by {off}")
        for name, ns in times.items():
            print(f"{name:40} {ns:12,.0f} ns {ns / times['ours']:10.1f}")
        print("The last column is divided by our Jacobian. Four gradients take "
              f"{4 * times['our Grad with the gradient of x'] / times['ours']:.1f} times as long as it.")
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
