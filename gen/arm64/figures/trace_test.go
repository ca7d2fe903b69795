package figures

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// program is a program for AArch64, whose instructions are known by their addresses.
type program struct {
	path  string
	texts map[uint64]string
	// aside is the code of Go's runtime, but for what moves and clears memory: under qemu a call takes so long that a
	// goroutine is made to give way, which is no part of the call.
	aside map[uint64]bool
	mark  uint64 // where the function begins that is called between the calls that are counted
}

var (
	disassembled = regexp.MustCompile(`^ *([0-9a-f]+):\t[0-9a-f]{8} *\t(.*)$`)
	symbol       = regexp.MustCompile(`^([0-9a-f]+) <(.*)>:$`)
	// What a disassembler adds: names of addresses, and remarks.
	named  = regexp.MustCompile(` <[^>]*>`)
	remark = regexp.MustCompile(`\s*//.*$`)
	// The address that a branch goes to, or that is formed, is none that llvm-mca could look up.
	target = regexp.MustCompile(`^(b|b\.\w+|bl|cbn?z|tbn?z|adrp?)(\s.*?)([0-9a-f]+)$`)
	// A call or a return takes as long as a branch: llvm-mca gives it a hundred cycles, for what it does not see.
	jump = regexp.MustCompile(`^(bl|blr|br|ret)\b.*$`)
)

// read disassembles a program.
func read(t *testing.T, path, mark string) *program {
	t.Helper()
	p := &program{path: path, texts: map[uint64]string{}, aside: map[uint64]bool{}}
	out, err := exec.Command("aarch64-linux-gnu-objdump", "-d", "-z", path).Output()
	if err != nil {
		t.Fatalf("objdump of %s: %v", path, err)
	}
	aside := false
	for line := range bytes.Lines(out) {
		line := strings.TrimRight(string(line), "\n")
		if m := symbol.FindStringSubmatch(line); m != nil {
			if m[2] == mark {
				p.mark, _ = strconv.ParseUint(m[1], 16, 64)
			}
			aside = strings.HasPrefix(m[2], "runtime.") && !strings.HasPrefix(m[2], "runtime.mem")
		}
		if m := disassembled.FindStringSubmatch(line); m != nil {
			at, _ := strconv.ParseUint(m[1], 16, 64)
			text := strings.TrimSpace(remark.ReplaceAllString(named.ReplaceAllString(m[2], ""), ""))
			p.aside[at] = aside
			p.texts[at] = jump.ReplaceAllString(target.ReplaceAllString(text, "${1}${2}#0x1000"), "b #0x1000")
		}
	}
	if p.mark == 0 {
		t.Fatalf("%s has no function %s", path, mark)
	}
	return p
}

// block is a run of instructions that are executed one after the other, begin being the address of the first.
type block struct {
	begin uint64
	n     int
}

// instructions is how many blocks have.
func instructions(blocks []block) (n int) {
	for _, b := range blocks {
		n += b.n
	}
	return n
}

// calls runs a program under qemu and returns what is executed between one mark and the next. qemu's log has every
// block that is executed, and the instructions of each when it is translated.
func (p *program) calls(t *testing.T, args ...string) (calls [][]block) {
	t.Helper()
	log, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("qemu-aarch64", append([]string{"-cpu", "max,sve-default-vector-length=16", "-d",
		"exec,nochain,in_asm", "-D", "/dev/fd/3", p.path}, args...)...)
	cmd.ExtraFiles, cmd.Env = []*os.File{write}, append(os.Environ(), "GOMAXPROCS=1", "GOGC=off",
		"GODEBUG=asyncpreemptoff=1")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = write.Close()
	calls = p.between(t, bufio.NewReaderSize(log, 1<<20))
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%s %q: %v\n%s", p.path, args, err, said.String())
	}
	return calls
}

// between reads such a log.
func (p *program) between(t *testing.T, log *bufio.Reader) (calls [][]block) {
	t.Helper()
	lengths := map[uint64]int{}
	begin, translated := uint64(0), false // of the block whose instructions are being listed
	thread, marked := "", false
	var call []block
	for {
		line, err := log.ReadSlice('\n')
		if err != nil {
			return calls
		}
		switch {
		case bytes.HasPrefix(line, []byte("IN:")):
			begin, translated = 0, true
		case translated && bytes.HasPrefix(line, []byte("0x")):
			at, err := strconv.ParseUint(string(line[2:bytes.IndexByte(line, ':')]), 16, 64)
			if err != nil {
				t.Fatalf("the log has %q", line)
			}
			if begin == 0 {
				begin, lengths[at] = at, 0
			}
			lengths[begin]++
		case bytes.HasPrefix(line, []byte("Trace ")):
			// Trace 0: 0x7f… [0000000000000000/0000000000401234/…] name
			translated = false
			colon, open := bytes.IndexByte(line, ':'), bytes.IndexByte(line, '[')
			fields := bytes.SplitN(line[open+1:], []byte("/"), 3)
			at, err := strconv.ParseUint(string(fields[1]), 16, 64)
			if err != nil {
				t.Fatalf("the log has %q", line)
			}
			on := line[:colon]
			switch {
			case at == p.mark:
				if marked {
					calls = append(calls, call)
				}
				thread, marked, call = string(on), true, nil
			case marked && string(on) == thread && !p.aside[at]:
				call = append(call, block{at, lengths[at]})
			}
		}
	}
}

// text is what a block executes, as llvm-mca reads it.
func (p *program) text(b block) (string, error) {
	var all strings.Builder
	for i := range b.n {
		at := b.begin + uint64(4*i)
		text, ok := p.texts[at]
		if !ok {
			return "", fmt.Errorf("%s: nothing is known of %#x", p.path, at)
		}
		all.WriteString(text + "\n")
	}
	return all.String(), nil
}
