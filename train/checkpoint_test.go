package train_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/generated/spirals"
	"github.com/backpropgen/backpropgen/generated/xor"
	"github.com/backpropgen/backpropgen/train"
)

type spiralsTrainer = train.Trainer[spirals.Spirals, spirals.SpiralsGrad, [2]float32, [2]float32, float32]

// drawn is a network of the spirals with parameters, and a trainer of it; adam may be nil.
func drawn(seed uint64, adam *spirals.SpiralsAdam) (*spirals.Spirals, *spiralsTrainer) {
	var net spirals.Spirals
	net.Init(rand.New(rand.NewPCG(seed, 2)).NormFloat64)
	t := train.New(&net)
	if adam != nil {
		t.Optimizer = adam
	}
	return &net, t
}

// trained writes a checkpoint of a few epochs and returns its bytes and what they are of.
func trained(t *testing.T, path string, adam *spirals.SpiralsAdam) (data []byte, net *spirals.Spirals) {
	t.Helper()
	xs, ys := disc(100)
	net, trainer := drawn(1, adam)
	o := train.Options{Epochs: 3, Batch: 32, Rate: train.Constant(0.01), Seed: 1}
	o.OnEpoch = func(e train.Epoch) error { return trainer.Save(path, e.Number) }
	if _, err := trainer.Fit(context.Background(), xs, ys, o); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data, net
}

// A training that goes on from a checkpoint in another program, with values of its own, ends with the bits of one that
// never stopped.
func TestCheckpointResumes(t *testing.T) {
	xs, ys := disc(200)
	for _, optimizer := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "spirals.checkpoint")
		options := train.Options{Epochs: 12, Batch: 32, Rate: train.Cosine(0.01, 2, 12), Validation: 0.2, Seed: 1}
		adam := func() *spirals.SpiralsAdam {
			if !optimizer {
				return nil
			}
			return spirals.NewSpiralsAdam()
		}
		wholeAdam := adam()
		whole, trainer := drawn(1, wholeAdam)
		wholeResult, err := trainer.Fit(context.Background(), xs, ys, options)
		if err != nil {
			t.Fatal(err)
		}

		_, trainer = drawn(1, adam())
		broken := options
		broken.OnEpoch = func(e train.Epoch) error {
			if e.Number == 6 {
				return train.ErrStop // the checkpoint is that of the epoch before
			}
			return trainer.Save(path, e.Number)
		}
		if _, err := trainer.Fit(context.Background(), xs, ys, broken); err != nil {
			t.Fatal(err)
		}

		resumedAdam := adam()
		resumed, trainer := drawn(99, resumedAdam)
		options.Start, err = trainer.Load(path)
		if err != nil || options.Start != 5 {
			t.Fatalf("epoch %d, %v; want 5", options.Start, err)
		}
		result, err := trainer.Fit(context.Background(), xs, ys, options)
		if err != nil {
			t.Fatal(err)
		}
		if *resumed != *whole || optimizer && *resumedAdam != *wholeAdam {
			t.Errorf("optimizer %t: other bits than without a break", optimizer)
		}
		last := func(r train.Result) train.Epoch {
			e := r.Epochs[len(r.Epochs)-1]
			e.Elapsed, e.Lowest = 0, false
			return e
		}
		if !reflect.DeepEqual(last(result), last(wholeResult)) {
			t.Errorf("optimizer %t: the last epoch is %+v, without a break %+v", optimizer, last(result),
				last(wholeResult))
		}
	}
}

// refused loads what must not be loaded, and sees that nothing has changed.
func refused(t *testing.T, what, path string, adam *spirals.SpiralsAdam, want string) {
	t.Helper()
	net, trainer := drawn(7, adam)
	netBefore, adamBefore := *net, spirals.SpiralsAdam{}
	if adam != nil {
		adamBefore = *adam
	}
	epoch, err := trainer.Load(path)
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: %v, want an error with %q", what, err, want)
	}
	if epoch != 0 || *net != netBefore || adam != nil && *adam != adamBefore {
		t.Errorf("%s: something has changed", what)
	}
}

// An error leaves the network and the optimizer as they were, and says what is wrong.
func TestCheckpointRefuses(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	with, net := trained(t, path("adam"), spirals.NewSpiralsAdam())
	trained(t, path("plain"), nil)
	used := func() *spirals.SpiralsAdam { // one with a state that could be lost
		adam := spirals.NewSpiralsAdam()
		var g spirals.SpiralsGrad
		g.Flat()[0] = 1
		adam.Update(new(spirals.Spirals), &g, 1)
		return adam
	}
	put := func(name string, data []byte) string {
		t.Helper()
		if err := os.WriteFile(path(name), data, 0o644); err != nil {
			t.Fatal(err)
		}
		return path(name)
	}
	record, err := net.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	changed := func(at int, to byte) []byte {
		data := append([]byte(nil), with...)
		data[at] = to
		return data
	}
	refused(t, "a text", put("text", []byte("name: Spirals\n")), used(), "is not a checkpoint of a training")
	refused(t, "an empty file", put("empty", nil), used(), "the file is empty")
	refused(t, "a record", put("record", record), used(), "a network or an optimizer alone")
	refused(t, "another version", put("version", changed(8, 2)), used(), "in version 2 of its format")
	refused(t, "another epoch", put("epoch", changed(16, 9)), used(), "the checksum of its header is wrong")
	refused(t, "a byte more", put("longer", append(with[:len(with):len(with)], 0)), used(), "followed by 1 byte more")
	refused(t, "no optimizer here", path("adam"), nil, "has the state of an optimizer")
	refused(t, "no optimizer there", path("plain"), used(), "was made without an optimizer")
	refused(t, "a folder", dir, used(), "is a folder; name a file in it")

	var other xor.Xor
	if err := train.New(&other).Save(path("xor"), 1); err != nil {
		t.Fatal(err)
	}
	refused(t, "another network", path("xor"), nil, `belong to a network named "Xor"`)
	xorTrainer := train.New(&other)
	xorTrainer.Optimizer = xor.NewXorSGD()
	if err := xorTrainer.Save(path("xor"), 1); err != nil {
		t.Fatal(err)
	}
	refused(t, "another network with an optimizer", path("xor"), used(), `belong to a network named "Xor"`)

	// Wherever it is cut short, and whatever bit is wrong.
	cut := 0
	for size := 0; size < len(with); size += 1 + size/7 {
		refused(t, "cut short", put("cut", with[:size]), used(), "train: Load: ")
		cut++
	}
	for at := range with {
		if at > 400 && at%97 != 0 && at < len(with)-8 { // numbers are much like one another
			continue
		}
		refused(t, "damaged", put("damaged", changed(at, with[at]^1)), used(), "train: Load: ")
	}
	if cut < 20 {
		t.Errorf("it was cut short in %d places only", cut)
	}

	_, trainer := drawn(1, nil)
	if _, err := trainer.Load(path("none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// An optimizer of another kind is refused after the network has been read, which is taken back.
func TestCheckpointOfAnotherOptimizer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "xor.checkpoint")
	var net xor.Xor
	trainer := train.New(&net)
	trainer.Optimizer = xor.NewXorAdam()
	if err := trainer.Save(path, 3); err != nil {
		t.Fatal(err)
	}
	net.Init(rand.New(rand.NewPCG(1, 2)).NormFloat64)
	before := net
	trainer.Optimizer = xor.NewXorRMSprop()
	if _, err := trainer.Load(path); err == nil || !strings.Contains(err.Error(), "adam") {
		t.Errorf("%v, want an error that says which optimizer it is of", err)
	}
	if net != before {
		t.Error("the network has changed")
	}
}

// failing is an optimizer whose state cannot be written whole.
type failing struct{ *spirals.SpiralsAdam }

func (failing) WriteTo(w io.Writer) (int64, error) {
	n, _ := w.Write(make([]byte, 100))
	return int64(n), errors.New("no state")
}

// unstored is an optimizer that is not stored.
type unstored struct{}

func (unstored) Update(*spirals.Spirals, *spirals.SpiralsGrad, float32) {}

// Where a checkpoint cannot be written the old one stays, and nothing beside it.
func TestCheckpointStays(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "spirals.checkpoint")
	before, _ := trained(t, path, nil)
	net, trainer := drawn(1, nil)
	wants := func(err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
			t.Errorf("the file has changed: %v", err)
		}
		if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
			t.Errorf("the folder holds %v, %v", list, err)
		}
	}
	trainer.Optimizer = failing{spirals.NewSpiralsAdam()}
	wants(trainer.Save(path, 1), "no state")
	trainer.Optimizer = unstored{}
	wants(trainer.Save(path, 1), "train_test.unstored has no WriteTo and ReadFrom")
	trainer.Optimizer = (*spirals.SpiralsAdam)(nil)
	wants(trainer.Save(path, 1), "Trainer.Optimizer is a nil *spirals.SpiralsAdam")
	trainer.Optimizer = nil
	wants(trainer.Save(path, -1), "the epoch is -1")
	wants(trainer.Save(filepath.Join(dir, "none", "x"), 1), "no such file")
	wants((*spiralsTrainer)(nil).Save(path, 1), "the Trainer is nil")
	_, err := new(spiralsTrainer).Load(path)
	wants(err, "the Trainer is nil or a zero value")
	if err := trainer.Save(path, 4); err != nil {
		t.Fatal(err)
	}
	loaded, trainer := drawn(9, nil)
	if epoch, err := trainer.Load(path); err != nil || epoch != 4 || *loaded != *net {
		t.Errorf("epoch %d, %v", epoch, err)
	}
}
