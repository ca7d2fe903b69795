package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/backpropgen/backpropgen/spec"
)

// choosePackage returns the Go package that a network's files belong to: the -pkg flag, else the spec's
// own, else $GOPACKAGE for files of the working directory, where go generate runs, else that of the
// folder's Go files, else the folder's name. It is an error if the folder's files are of another package.
func choosePackage(s *source, f *folder, flag string, getenv func(string) string) (string, error) {
	inPlace, err := f.packageOf()
	if err != nil {
		return "", err
	}
	name, from := flag, "the -pkg flag"
	if name == "" {
		name, from = s.network.Package, "its spec"
	}
	if name == "" && f.key == folderKey(s.dir) {
		// In a file of an external test go generate sets the package with its suffix.
		name, from = strings.TrimSuffix(getenv("GOPACKAGE"), "_test"), "$GOPACKAGE"
	}
	if name == "" {
		name, from = inPlace, ""
	}
	if name == "" {
		name, from = identifierFrom(f.key), "the folder's name"
		if packageProblem(name) != nil {
			return "", fmt.Errorf("%s: the name of its folder, %s, does not make a Go package name; "+
				"write 'package: NAME' in the spec or use -pkg NAME", shown(s.path), shown(f.key))
		}
	}
	if err := packageProblem(name); err != nil {
		return "", fmt.Errorf("%s: package (from %s): %w", shown(s.path), from, err)
	}
	if inPlace != "" && inPlace != name {
		return "", fmt.Errorf("%s: %s holds Go files of package %s (such as %s), "+
			"and the network is to be in package %s (from %s); one folder holds one package",
			shown(s.path), f.title(), inPlace, shown(f.handwritten[0].name), name, from)
	}
	return name, nil
}

// packageProblem says why name cannot be the package of a network, in the words of package spec.
func packageProblem(name string) error {
	if name == "" {
		return errors.New("the name is empty")
	}
	err := spec.Network{Name: "Net", Input: 1, Layers: []spec.Layer{{Dense: 1}}, Cost: spec.Function{Name: "mse"},
		Package: name}.Validate()
	var list spec.ErrorList
	if errors.As(err, &list) {
		return errors.New(list[0].Message)
	}
	return err
}
