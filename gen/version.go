package gen

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"regexp"
)

// Version is the version of backpropgen that emitted files name. It is written here and not taken from how the command
// was built, so that the same source emits the same bytes everywhere. Raise it with every release.
const Version = "v0.1.0"

// stampLine is the second line of an emitted file: the version, and a checksum of what follows, by which an edit is
// told from everything else that makes a file differ.
var stampLine = regexp.MustCompile(`^// backpropgen (v[0-9A-Za-z.+-]+), text sha256:([0-9a-f]{16})$`)

// stamp puts the second line into an emitted file.
func stamp(data []byte) []byte {
	first, rest, _ := bytes.Cut(data, []byte("\n"))
	return fmt.Appendf(nil, "%s\n// backpropgen %s, text sha256:%s\n%s", first, Version, textSum(rest), rest)
}

// Stamp is what the second line of an emitted file says.
type Stamp struct {
	Version string
	Intact  bool // the text is what that version wrote
}

// ReadStamp returns what an emitted file says of its making. It is false for files of the time before they did, and for
// files whose second line was edited. Line ends do not count: version control may have rewritten them.
func ReadStamp(data []byte) (Stamp, bool) {
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	_, rest, _ := bytes.Cut(data, []byte("\n"))
	line, text, _ := bytes.Cut(rest, []byte("\n"))
	m := stampLine.FindSubmatch(line)
	if m == nil {
		return Stamp{}, false
	}
	return Stamp{string(m[1]), string(m[2]) == textSum(text)}, true
}

// textSum is the checksum of a text, short enough to be read aloud.
func textSum(text []byte) string { return fmt.Sprintf("%x", sha256.Sum256(text))[:16] }
