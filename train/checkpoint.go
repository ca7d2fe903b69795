package train

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"github.com/backpropgen/backpropgen/internal/absent"
	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/internal/regular"
	"github.com/backpropgen/backpropgen/internal/replace"
)

// A checkpoint is a header and one or two records, those of the network and of its optimizer as their WriteTo writes
// them. The header, little-endian:
//
//	 0  8  checkpointMagic
//	 8  4  version of the format, 1
//	12  4  how many records follow, 1 or 2
//	16  8  epochs trained
//	24  8  bytes of the record of the network
//	32  8  bytes of the record of the optimizer, 0 without one
//	40  4  CRC-32C of the header before
const (
	checkpointMagic   = "\x89bpc\r\n\x1a\n"
	checkpointVersion = 1
	checkpointHeader  = 44
)

// recordMagic is how a record begins that WriteTo wrote alone.
const recordMagic = "\x89bpg\r\n\x1a\n"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// stored is what writes itself as a record, and reads one: an error leaves it as it was. Emitted networks and
// optimizers are, unless the spec's emit leaves save out.
type stored interface {
	io.WriterTo
	io.ReaderFrom
}

// Save writes a checkpoint: the number of epochs trained, the parameters, and the state of the optimizer if there is
// one, in one file. Options.OnEpoch is the place to call it, with the Number of the epoch:
//
//	o.OnEpoch = func(e train.Epoch) error { return t.Save("iris.checkpoint", e.Number) }
//
// The file is written beside path, seen to the disk, and then takes the name. So whenever the program or the machine
// stops, path holds the checkpoint of before or the new one, whole.
func (t *Trainer[P, G, X, Y, F]) Save(path string, epoch int) error {
	parts, err := t.parts("Save")
	if err != nil {
		return err
	}
	if epoch < 0 {
		return fmt.Errorf("train: Save: the epoch is %d; give the number of epochs trained, such as Epoch.Number",
			epoch)
	}
	var records bytes.Buffer
	var sizes [2]uint64
	for i, p := range parts {
		before := records.Len()
		if _, err := p.WriteTo(&records); err != nil {
			return fmt.Errorf("train: Save: %w", err)
		}
		sizes[i] = uint64(records.Len() - before)
	}
	header := checkpointHead(epoch, len(parts), sizes)
	if err := replace.File(path, func(w io.Writer) error {
		if _, err := w.Write(header); err != nil {
			return err
		}
		_, err := w.Write(records.Bytes())
		return err
	}); err != nil {
		return fmt.Errorf("train: Save: %w", err)
	}
	return nil
}

// Load reads a checkpoint that Save wrote into the network and the optimizer, and returns the number of epochs trained.
// With this number as [Options.Start], and all else as it was, Fit gives the same bits as if it had never stopped.
//
// Load refuses a file that is cut short or damaged, that is not a checkpoint, or that belongs to another network or
// optimizer. The error says which it is, and nothing is changed. If there is no file, the error is fs.ErrNotExist to
// errors.Is: then begin anew.
func (t *Trainer[P, G, X, Y, F]) Load(path string) (epoch int, err error) {
	parts, err := t.parts("Load")
	if err != nil {
		return 0, err
	}
	file, size, err := regular.Open(path)
	if err != nil {
		return 0, fmt.Errorf("train: Load: %w", err)
	}
	defer file.Close()
	if epoch, err = loadCheckpoint(file, size, parts); err != nil {
		return 0, fmt.Errorf("train: Load: %s: %w", path, err)
	}
	return epoch, nil
}

// parts are what a checkpoint stores: the network, and the optimizer if there is one.
func (t *Trainer[P, G, X, Y, F]) parts(method string) ([]stored, error) {
	if t == nil || t.net == nil {
		return nil, fmt.Errorf("train: %s: the Trainer is nil or a zero value; make one with New", method)
	}
	if absent.Pointer(t.Optimizer) {
		return nil, fmt.Errorf("train: %s: Trainer.Optimizer is a nil %T; give one that exists", method, t.Optimizer)
	}
	values := []any{t.net}
	if t.Optimizer != nil {
		values = append(values, t.Optimizer)
	}
	var parts []stored
	for _, v := range values {
		p, ok := v.(stored)
		if !ok {
			return nil, fmt.Errorf("train: %s: %T has no WriteTo and ReadFrom; "+
				"name save in the spec's emit, or leave emit out", method, v)
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// checkpointHead is the header of a checkpoint.
func checkpointHead(epoch, records int, sizes [2]uint64) []byte {
	b := make([]byte, 0, checkpointHeader)
	b = append(b, checkpointMagic...)
	b = binary.LittleEndian.AppendUint32(b, checkpointVersion)
	b = binary.LittleEndian.AppendUint32(b, uint32(records))
	b = binary.LittleEndian.AppendUint64(b, uint64(epoch))
	b = binary.LittleEndian.AppendUint64(b, sizes[0])
	b = binary.LittleEndian.AppendUint64(b, sizes[1])
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// loadCheckpoint reads a checkpoint of a number of bytes into its parts, or leaves them as they were.
func loadCheckpoint(r io.Reader, size int64, parts []stored) (epoch int, err error) {
	epoch, sizes, err := readCheckpointHead(r, size, len(parts))
	if err != nil {
		return 0, err
	}
	var before [2]bytes.Buffer
	for i, p := range parts {
		if _, err := p.WriteTo(&before[i]); err != nil {
			return 0, err
		}
	}
	for i, p := range parts {
		n, err := p.ReadFrom(io.LimitReader(r, sizes[i]))
		if err == nil && n != sizes[i] {
			err = fmt.Errorf("the file is damaged: a record has %s, not %d", plural.Of(n, "byte"), sizes[i])
		}
		if err == nil {
			continue
		}
		for k := range i + 1 {
			if _, undone := parts[k].ReadFrom(&before[k]); undone != nil {
				err = errors.Join(err, undone)
			}
		}
		return 0, err
	}
	return epoch, nil
}

// readCheckpointHead reads the header of a file of a number of bytes, and refuses what does not go with the number of
// parts.
func readCheckpointHead(r io.Reader, size int64, parts int) (epoch int, sizes [2]int64, err error) {
	h := make([]byte, checkpointHeader)
	n, err := io.ReadFull(r, h)
	begins := func(magic string) bool {
		return n > 0 && bytes.HasPrefix([]byte(magic), h[:min(n, len(magic))])
	}
	u32 := func(at int) uint32 { return binary.LittleEndian.Uint32(h[at:]) }
	u64 := func(at int) uint64 { return binary.LittleEndian.Uint64(h[at:]) }
	switch {
	case n == 0 && errors.Is(err, io.EOF):
		return 0, sizes, errors.New("the file is empty")
	case n >= len(recordMagic) && begins(recordMagic):
		return 0, sizes, errors.New("the file holds a network or an optimizer alone, and no epoch; read it with ReadFrom")
	case !begins(checkpointMagic):
		return 0, sizes, errors.New("the file is not a checkpoint of a training: it begins with other bytes")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return 0, sizes, fmt.Errorf("the file is cut short: it has %s, and the header alone has %d", plural.Of(n,
			"byte"),
			checkpointHeader)
	case err != nil:
		return 0, sizes, err
	case u32(8) != checkpointVersion:
		return 0, sizes, fmt.Errorf("the file is in version %d of its format; this code reads version %d", u32(8),
			checkpointVersion)
	case u32(40) != crc32.Checksum(h[:40], castagnoli):
		return 0, sizes, errors.New("the file is damaged: the checksum of its header is wrong")
	}
	records, e, rest := u32(12), u64(16), uint64(size-checkpointHeader)
	a, b := u64(24), u64(32)
	switch {
	case a > rest || b > rest-a:
		return 0, sizes, fmt.Errorf("the file is cut short: its header is followed by %s, not %d", plural.Of(rest, "byte"), a+b)
	case a+b < rest:
		return 0, sizes, fmt.Errorf("the checkpoint is followed by %s more", plural.Of(rest-a-b, "byte"))
	case e > math.MaxInt:
		return 0, sizes, fmt.Errorf("the file counts %s, more than this system can", plural.Of(e, "epoch"))
	case int64(records) < int64(parts):
		return 0, sizes, errors.New("the checkpoint was made without an optimizer; leave Trainer.Optimizer nil to go on from it")
	case int64(records) > int64(parts):
		return 0, sizes, errors.New("the checkpoint has the state of an optimizer; set Trainer.Optimizer to one of its kind")
	}
	return int(e), [2]int64{int64(a), int64(b)}, nil
}
