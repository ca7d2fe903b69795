package onnx

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// The messages of hostile files, written field by field.

func message(fields ...[]byte) []byte { return bytes.Join(fields, nil) }

func sub(number protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), content)
}

func text(number protowire.Number, s string) []byte { return sub(number, []byte(s)) }

func number(n protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, n, protowire.VarintType), v)
}

func nodeOf(op, domain string, inputs, outputs []string, attributes ...[]byte) []byte {
	m := [][]byte{text(4, op), text(7, domain)}
	for _, s := range inputs {
		m = append(m, text(1, s))
	}
	for _, s := range outputs {
		m = append(m, text(2, s))
	}
	for _, a := range attributes {
		m = append(m, sub(5, a))
	}
	return message(m...)
}

func valueOf(name string, dims ...uint64) []byte {
	var shape [][]byte
	for _, d := range dims {
		shape = append(shape, sub(1, number(1, d)))
	}
	return message(text(1, name), sub(2, sub(1, message(number(1, elemFloat), sub(2, message(shape...))))))
}

func weightOf(name string, data []byte, dims ...uint64) []byte {
	m := [][]byte{text(8, name), number(2, elemFloat), sub(9, data)}
	for _, d := range dims {
		m = append(m, number(1, d))
	}
	return message(m...)
}

func fileOf(graph [][]byte, more ...[]byte) []byte {
	graph = append(graph, sub(11, valueOf("x", 1, 4)), sub(12, valueOf("y", 1, 4)))
	return message(append([][]byte{number(1, 8), sub(8, number(2, 17)), sub(7, message(graph...))}, more...)...)
}

// functionOf calls another function twice.
func functionOf(name, calls string) []byte {
	return message(text(1, name), text(10, "f"), text(4, "a"), text(5, "b"),
		sub(9, message(text(1, "f"), number(2, 1))),
		sub(7, nodeOf(calls, "f", []string{"a"}, []string{"c"})), sub(7,
			nodeOf(calls, "f", []string{"c"}, []string{"b"})))
}

// hostile are files that are made to harm, with a part of the message that they must give.
func hostile() map[string]struct {
	data []byte
	want string
} {
	type file = struct {
		data []byte
		want string
	}
	files := map[string]file{}
	files["empty"] = file{nil, "no graph"}
	files["nothing"] = file{fileOf(nil), "made by no node"}
	files["huge shape"] = file{fileOf([][]byte{
		sub(1, nodeOf("MatMul", "", []string{"x", "w"}, []string{"y"})),
		sub(5, weightOf("w", nil, 1<<20, 1<<20)),
	}), "elements"}
	files["negative shape"] = file{fileOf([][]byte{
		sub(1, nodeOf("MatMul", "", []string{"x", "w"}, []string{"y"})),
		sub(5, weightOf("w", nil, 1<<63, 4)),
	}), "a dimension is"}
	files["shape without data"] = file{fileOf([][]byte{
		sub(1, nodeOf("MatMul", "", []string{"x", "w"}, []string{"y"})),
		sub(5, weightOf("w", nil, 4, 1<<16)),
	}), "0 bytes of data"}
	files["constant of a huge shape"] = file{fileOf([][]byte{
		sub(5, message(text(8, "s"), number(2, elemInt64), number(1, 1), sub(7, protowire.AppendVarint(nil, 1<<40)))),
		sub(1, nodeOf("ConstantOfShape", "", []string{"s"}, []string{"w"})),
		sub(1, nodeOf("MatMul", "", []string{"x", "w"}, []string{"y"})),
	}), "elements"}
	var calls [][]byte
	for i := range 60 {
		calls = append(calls, sub(25, functionOf(fmt.Sprint("f", i), fmt.Sprint("f", i+1))))
	}
	files["functions that double"] = file{fileOf([][]byte{
		sub(1, nodeOf("f0", "f", []string{"x"}, []string{"y"})),
	}, append(calls, sub(8, message(text(1, "f"), number(2, 1))))...), "levels deep"}
	files["functions that double, flat"] = file{fileOf([][]byte{
		sub(1, nodeOf("f30", "f", []string{"x"}, []string{"y"})),
	}, append(calls, sub(25, functionOf("f60", "Relu")), sub(8, message(text(1, "f"), number(2, 1))))...), "functions"}
	files["a function that calls itself"] = file{fileOf([][]byte{
		sub(1, nodeOf("f", "f", []string{"x"}, []string{"y"})),
	}, sub(25, functionOf("f", "f")), sub(8, message(text(1, "f"), number(2, 1)))), "calls itself"}
	var doubling [][]byte
	for i := range 200 {
		from := "x"
		if i > 0 {
			from = fmt.Sprint("v", i-1)
		}
		doubling = append(doubling, sub(1, nodeOf("Mul", "", []string{from, from}, []string{fmt.Sprint("v", i)})))
	}
	files["an expression that doubles"] = file{fileOf(append(doubling,
		sub(1, nodeOf("Relu", "", []string{"v199"}, []string{"y"})))), "more than"}
	var constants [][]byte
	big := make([]byte, 1<<18)
	constants = append(constants, sub(5, weightOf("c0", big, 1<<16)))
	for i := range 4000 {
		constants = append(constants, sub(1, nodeOf("Neg", "", []string{fmt.Sprint("c", i)},
			[]string{fmt.Sprint("c", i+1)})))
	}
	files["constants by the thousand"] = file{fileOf(append(constants,
		sub(1, nodeOf("Add", "", []string{"x", "c4000"}, []string{"y"})))), "many times as large"}
	files["many nodes"] = file{fileOf([][]byte{bytes.Repeat(sub(1, nil), maxNodes+1)}), "more than 16384 nodes"}
	files["many attributes"] = file{fileOf([][]byte{sub(1, bytes.Repeat(sub(5, nil), 1000))}),
		"more than 64 attributes"}
	files["long name"] = file{fileOf([][]byte{sub(1, nodeOf("Relu", "", []string{strings.Repeat("x", 1<<20)}, nil))}),
		"bytes long"}
	files["a value made twice"] = file{fileOf([][]byte{
		sub(1, nodeOf("Relu", "", []string{"x"}, []string{"y"})), sub(1,
			nodeOf("Relu", "", []string{"x"}, []string{"y"})),
	}), "by two nodes"}
	files["a circle"] = file{fileOf([][]byte{
		sub(1, nodeOf("Add", "", []string{"x", "y"}, []string{"y"})),
	}), "neither made before"}
	files["no inputs"] = file{fileOf([][]byte{
		sub(1, nodeOf("Identity", "", []string{"x"}, []string{"a"})),
		sub(1, nodeOf("Gemm", "", []string{"a"}, []string{"y"})),
	}), "needs 2"}
	files["negative permutation"] = file{fileOf([][]byte{
		sub(1, nodeOf("Transpose", "", []string{"x"}, []string{"y"},
			message(text(1, "perm"), number(8, 1<<63), number(8, 5)))),
	}), "permutation"}
	files["a wrong type"] = file{message(number(7, 5)), "no ONNX model"}
	return files
}

// TestHostile: such files give an error, and take no more memory than a multiple of their size, beside a fixed amount.
func TestHostile(t *testing.T) {
	for name, file := range hostile() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Read(file.data, Options{})
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), file.want) {
			t.Errorf("%s: %v, want %q", name, err, file.want)
		}
		taken := after.TotalAlloc - before.TotalAlloc
		if most := uint64(64*len(file.data) + 32<<20); taken > most {
			t.Errorf("%s, %d bytes: took %d bytes of memory; at most %d are in proportion", name, len(file.data),
				taken, most)
		}
	}
}

// FuzzRead reads any bytes: an error, or a model whose parameters fit its layers.
func FuzzRead(f *testing.F) {
	for _, pattern := range []string{"../testdata/*.onnx", "../testdata/refused/*.onnx"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no models for %s: %v", pattern, err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	for _, file := range hostile() {
		if len(file.data) < 1<<12 {
			f.Add(file.data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Read(data, Options{})
		if err != nil {
			if r != nil || err.Error() == "" {
				t.Errorf("a result beside the error %q", err)
			}
			return
		}
		if err := r.Model.Check(); err != nil {
			t.Error(err)
		}
		if err := r.Model.Network("Net").Validate(); err != nil {
			t.Error(err)
		}
	})
}
