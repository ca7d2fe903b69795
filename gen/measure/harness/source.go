package harness

import "embed"

// Source is this package, to be copied: all its files but this one and tests.
//
//go:embed harness.go clock.go memory.go machine_amd64.go machine_amd64.s machine_other.go
var Source embed.FS
