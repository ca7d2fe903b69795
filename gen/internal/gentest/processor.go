package gentest

import (
	"flag"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/spec"
)

// qemu is for machines that are no AArch64, to run what they emit for it.
var qemu = flag.Bool("qemu", false, "compile what is emitted for arm64, and run it under qemu-aarch64")

// Processor is what emitted code is compiled for and runs on, as GOARCH has it.
func Processor() string {
	if *qemu {
		return "arm64"
	}
	return runtime.GOARCH
}

// Emulated is what the go command needs in its environment to compile for the emulated processor: without a C compiler,
// and so that go test runs programs under the emulator.
func Emulated() []string {
	return []string{"GOARCH=arm64", "CGO_ENABLED=0", "GOFLAGS=" + goFlags + " -exec=" + Emulator}
}

// Emulating says whether what is emitted runs under an emulator, which takes it many times as long.
func Emulating() bool { return *qemu }

// Command runs a program that the go command has made in a module.
func Command(program string, args ...string) *exec.Cmd {
	if *qemu {
		program, args = Emulator, append([]string{program}, args...)
	}
	return exec.Command(program, args...)
}

// Emulator is the program that runs others for AArch64. Debian has it in qemu-user.
const Emulator = "qemu-aarch64"

// emittedBackends are the backends that a network is emitted with: that of the processor which it runs on. Under
// emulation half of the networks have all, as a user's: the first chooses the tiles of all.
func emittedBackends(n spec.Network) []gen.Backend {
	if *qemu && sum(n.Name)/4%2 == 0 {
		return gen.Backends()
	}
	return NativeBackends()
}

// NativeBackends is the backend of the processor that emitted code runs on, of one that has none the first. What others
// would emit is not compiled, and takes time.
func NativeBackends() []gen.Backend {
	all := gen.Backends()
	i := slices.IndexFunc(all, func(b gen.Backend) bool { return b.Name == Processor() })
	return all[max(0, i):][:1]
}

// AssemblyFile is the name in the module of the assembly for that processor of a network of a package, or, with the
// extension go, of its declarations.
func AssemblyFile(pkg string, n spec.Network, extension string) string {
	return filepath.Join(pkg, strings.ToLower(n.Name)+AssemblyEnding(extension))
}

// AssemblyEnding is how the name of such a file ends.
func AssemblyEnding(extension string) string {
	return "_" + NativeBackends()[0].Name + "_gen." + extension
}

// Levels is how many levels the assembly for that processor has.
func Levels() int {
	if NativeBackends()[0].Name == "amd64" {
		return 2
	}
	return 1
}
