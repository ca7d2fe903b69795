package checkpoint

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/tensors"
)

// storageTypes are the classes of storages whose numbers can be read.
var storageTypes = map[string]tensors.DType{
	"FloatStorage": tensors.F32, "DoubleStorage": tensors.F64, "HalfStorage": tensors.F16,
	"BFloat16Storage": tensors.BF16,
	"LongStorage":     tensors.I64, "IntStorage": tensors.I32, "ShortStorage": tensors.I16, "CharStorage": tensors.I8,
	"ByteStorage": tensors.U8, "BoolStorage": tensors.Bool,
}

// inPython is how to make a file that can be read of one that cannot.
const inPython = `in Python, save the weights by name:
    from safetensors.torch import save_file
    save_file(model.state_dict(), "model.safetensors")`

// ReadTorch reads what torch.save wrote of a state_dict, since PyTorch 1.6: a dictionary of tensors, or one that has it
// under a name such as state_dict. Nothing in the file is executed. The tensors are in the order of the dictionary.
func ReadTorch(r io.ReaderAt, size int64) (*tensors.File, error) {
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // no path is used as one
		return nil, fmt.Errorf("it is not an archive of torch.save, or it is one from before PyTorch 1.6; %s", inPython)
	}
	a := &archive{files: map[string]*zip.File{}, left: 4*size + 1<<20, size: size}
	var program *zip.File
	for _, f := range z.File {
		a.files[f.Name] = f
		if strings.HasSuffix(f.Name, "/data.pkl") {
			program = f
		}
	}
	if program == nil {
		return nil, fmt.Errorf("it has no data.pkl: it was not written by torch.save; %s", inPython)
	}
	a.folder = strings.TrimSuffix(program.Name, "data.pkl")
	if _, scripted := a.files[a.folder+"constants.pkl"]; scripted {
		return nil, fmt.Errorf("it is a TorchScript program and not a state_dict; export it by torch.onnx.export, "+
			"or %s", inPython)
	}
	if order, ok := a.files[a.folder+"byteorder"]; ok {
		if text, err := a.read(order); err != nil || string(text) != "little" {
			return nil, errors.New("its numbers have the highest byte first, or the archive is damaged")
		}
	}
	code, err := a.read(program)
	if err != nil {
		return nil, err
	}
	top, err := unpickle(code)
	if err != nil {
		return nil, fmt.Errorf("%w; %s", err, inPython)
	}
	d := stateDict(top)
	if d == nil {
		return nil, fmt.Errorf("it has no dictionary of tensors at its top; perhaps it holds a whole module; %s", inPython)
	}
	f := &tensors.File{}
	seen := map[string]bool{}
	for i, name := range d.keys {
		v, ok := d.values[i].(*view)
		if !ok || seen[name] {
			continue
		}
		seen[name] = true
		t, err := a.tensor(name, v)
		if err != nil {
			return nil, fmt.Errorf("tensor %s: %w", strconv.Quote(name), err)
		}
		f.Tensors = append(f.Tensors, t)
	}
	return f, nil
}

// stateDict finds the dictionary that has tensors: the one given, or what it has under the usual names.
func stateDict(top any) *dict {
	d, ok := top.(*dict)
	if !ok {
		return nil
	}
	for _, v := range d.values {
		if _, ok := v.(*view); ok {
			return d
		}
	}
	for _, name := range []string{"state_dict", "model_state_dict", "model_state", "model", "net", "module", "weights",
		"params"} {
		for i, key := range d.keys {
			if inner, ok := d.values[i].(*dict); ok && key == name {
				for _, v := range inner.values {
					if _, ok := v.(*view); ok {
						return inner
					}
				}
			}
		}
	}
	return nil
}

// archive is the zip that torch.save writes, whose files are not compressed.
type archive struct {
	files  map[string]*zip.File
	folder string
	size   int64 // of the zip
	left   int64 // bytes that may still be taken for what is read
}

// read reads one file of the archive.
func (a *archive) read(f *zip.File) ([]byte, error) {
	if f.Method != zip.Store || f.UncompressedSize64 > uint64(a.size) {
		return nil, fmt.Errorf("its file %s is compressed, or damaged; torch.save compresses nothing",
			strconv.Quote(f.Name))
	}
	if a.left -= int64(f.UncompressedSize64); a.left < 0 {
		return nil, errors.New("its tensors are many times as large as the file")
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data := make([]byte, f.UncompressedSize64)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, fmt.Errorf("its file %s: %w", strconv.Quote(f.Name), err)
	}
	if _, err := r.Read(make([]byte, 1)); err != io.EOF { // which also compares the checksum
		return nil, fmt.Errorf("its file %s is damaged: %v", strconv.Quote(f.Name), err)
	}
	return data, nil
}

// tensor copies a part of a storage, in the order of its axes.
func (a *archive) tensor(name string, v *view) (tensors.Tensor, error) {
	kind, ok := storageTypes[v.of.kind]
	if !ok {
		return tensors.Tensor{}, fmt.Errorf("its numbers are of the type %s", strconv.Quote(v.of.kind))
	}
	f, ok := a.files[a.folder+"data/"+v.of.key]
	if !ok {
		return tensors.Tensor{}, fmt.Errorf("the archive has no file %s", strconv.Quote("data/"+v.of.key))
	}
	data, err := a.read(f)
	if err != nil {
		return tensors.Tensor{}, err
	}
	width := int64(kind.Size())
	have := int64(len(data)) / width
	t := tensors.Tensor{Name: name, DType: kind}
	n, last := int64(1), v.offset
	for i, size := range v.size {
		if size > have || size > 0 && n > have/size {
			return t, fmt.Errorf("its shape %v is larger than its %s", v.size, plural.Of(have, "number"))
		}
		n *= size
		if v.stride[i] > have {
			return t, errPickle
		}
		last += max(0, size-1) * v.stride[i]
		t.Shape = append(t.Shape, int(size))
	}
	if n > 0 && (v.offset < 0 || last < 0 || last >= have) {
		return t, fmt.Errorf("its shape %v does not lie within its %s", v.size, plural.Of(have, "number"))
	}
	if a.left -= n * width; a.left < 0 {
		return t, errors.New("the tensors are many times as large as the file")
	}
	t.Data = make([]byte, 0, n*width)
	index := make([]int64, len(v.size))
	at := v.offset
	for range n {
		t.Data = append(t.Data, data[at*width:(at+1)*width]...)
		for i := len(index) - 1; i >= 0; i-- {
			index[i]++
			at += v.stride[i]
			if index[i] < v.size[i] {
				break
			}
			at -= v.stride[i] * v.size[i]
			index[i] = 0
		}
	}
	return t, nil
}
