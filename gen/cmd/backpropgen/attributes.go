package main

import (
	"bytes"
	"io/fs"
	"slices"
	"strings"
)

// attributesFile tells reviewers' tools which files are generated. When it exists already init appends what it lacks.
const attributesFile = ".gitattributes"

// generatedNames are the patterns of emitted files.
var generatedNames = []string{"*_gen.go", "*_gen_test.go", "*_gen.s"}

// generatedAttribute keeps a file out of the diffs that people review.
const generatedAttribute = "linguist-generated"

// withAttributes returns a .gitattributes with a line for every pattern of emitted files that has none yet, and
// which patterns those were. Lines that are there keep every byte, and a pattern that somebody has given the attribute,
// or has taken it from, keeps that.
func withAttributes(data []byte) (text []byte, added []string) {
	for _, pattern := range generatedNames {
		if !hasAttribute(data, pattern) {
			added = append(added, pattern)
		}
	}
	if len(added) == 0 {
		return data, nil
	}
	end := "\n"
	if bytes.Contains(data, []byte("\r\n")) {
		end = "\r\n"
	}
	text = bytes.Clone(data)
	if len(data) > 0 && !bytes.HasSuffix(data, []byte("\n")) {
		text = append(text, end...)
	}
	for _, pattern := range added {
		text = append(text, pattern+" "+generatedAttribute+end...)
	}
	return text, added
}

// hasAttribute says whether a line of a .gitattributes sets, clears or gives a value to the attribute for a pattern.
func hasAttribute(data []byte, pattern string) bool {
	for line := range strings.Lines(string(data)) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] != pattern {
			continue
		}
		if slices.ContainsFunc(words[1:], func(word string) bool {
			name, _, _ := strings.Cut(strings.TrimLeft(word, "-!"), "=")
			return name == generatedAttribute
		}) {
			return true
		}
	}
	return false
}

// maxAttributes is the size of a .gitattributes that init still appends to; git itself ignores files of 100 MB.
const maxAttributes = 1 << 20

// attributesChange is what becomes of the folder's .gitattributes: a new file, or lines behind those that are there. It
// is false if nothing is to change, or if the file is nothing to append to: a link, or no text.
func (f *folder) attributesChange() (change, bool) {
	fresh, _ := withAttributes(nil)
	c := change{name: attributesFile, data: fresh}
	if f.root == nil || !slices.Contains(f.names, attributesFile) {
		return c, true
	}
	info, err := f.root.Lstat(attributesFile)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxAttributes {
		return c, false
	}
	old, err := fs.ReadFile(f.root.FS(), attributesFile)
	if err != nil || bytes.ContainsRune(old, 0) {
		return c, false
	}
	text, added := withAttributes(old)
	return change{name: attributesFile, data: text, mode: info.Mode(), exists: true, old: old}, len(added) > 0
}
