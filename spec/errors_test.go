package spec

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestErrorText(t *testing.T) {
	for _, c := range []struct {
		e    Error
		want string
	}{
		{Error{Message: "wrong"}, "wrong"},
		{Error{Path: "input", Message: "wrong"}, "input: wrong"},
		{Error{File: "a.yaml", Message: "wrong"}, "a.yaml: wrong"},
		{Error{File: "a.yaml", Line: 3, Column: 2, Path: "input", Message: "wrong", Source: " x"},
			"a.yaml:3:2: input: wrong\n     x\n     ^"},
		{Error{File: "a.yaml", Line: 3, Column: 1, Message: "wrong"}, "a.yaml:3:1: wrong"},
		{Error{Line: 3, Column: 1, Message: "wrong"}, "3:1: wrong"},
		{Error{File: "a\x1b[31m\n.yaml", Message: "wrong"}, "a␛[31m␊.yaml: wrong"},
	} {
		if got := c.e.Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestErrorList(t *testing.T) {
	var list ErrorList
	for i := range 60 {
		list = append(list, Error{Message: fmt.Sprintf("mistake %d", i+1)})
	}
	lines := strings.Split(list.Error(), "\n")
	if len(lines) != 51 || lines[0] != "mistake 1" || lines[49] != "mistake 50" || lines[50] != "and 10 more mistakes" {
		t.Errorf("got %q", lines)
	}
	if got := list[:51].Error(); !strings.HasSuffix(got, "\nmistake 51") {
		t.Errorf("the last of 51 is hidden: %q", got)
	}
	var e Error
	if !errors.As(error(list), &e) || e != list[0] {
		t.Errorf("errors.As found %+v", e)
	}
}

func TestErrorListSorted(t *testing.T) {
	list := ErrorList{
		{Line: 2, Column: 1}, {Line: 1, Column: 9, Message: "b"}, {Line: 1, Column: 9, Message: "a"},
		{Line: 1, Column: 2},
	}
	want := ErrorList{
		{Line: 1, Column: 2}, {Line: 1, Column: 9, Message: "b"}, {Line: 1, Column: 9, Message: "a"},
		{Line: 2, Column: 1},
	}
	if got := list.sorted(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v", got)
	}
}
