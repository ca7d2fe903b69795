package train

import "testing"

func TestConfusion(t *testing.T) {
	c := NewConfusion([]string{"ünder", "b", "none"})
	c.Counts[0][0], c.Counts[0][2] = 119, 1
	d := NewConfusion(c.Classes)
	d.Counts[1][0], d.Counts[1][1] = 3, 5
	c.Add(d)
	want := "true\\predicted  ünder  b  none  recall\n" +
		"ünder             119  ·     1  99.2 %\n" +
		"b                   3  5     ·  62.5 %\n" +
		"none                ·  ·     0       -\n"
	if got := c.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got, want := c.Accuracy(), 124.0/128; got != want {
		t.Errorf("accuracy %g, want %g", got, want)
	}
	if r, ok := c.Recall(1); r != 0.625 || !ok {
		t.Errorf("recall of b: %g, %t; want 0.625, true", r, ok)
	}
	if _, ok := c.Recall(2); ok {
		t.Error("a class without samples has a recall")
	}
	if got := NewConfusion([]string{"a"}).Accuracy(); got != 0 {
		t.Errorf("accuracy of an empty matrix: %g, want 0", got)
	}
}

// Samples whose outputs name no class have a column of their own, and count in recall and accuracy.
func TestConfusionWithNone(t *testing.T) {
	c := NewConfusion([]string{"a", "b"})
	c.Counts[0][0], c.Counts[0][1], c.Counts[1][1], c.None[0] = 1, 1, 6, 2
	c.Add(c)
	want := "true\\predicted  a   b  none   recall\n" +
		"a               2   2     4   25.0 %\n" +
		"b               ·  12     ·  100.0 %\n"
	if got := c.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := c.Accuracy(); got != 0.7 {
		t.Errorf("accuracy %g, want 0.7", got)
	}
	if p, ok := c.Precision(1); p != 12.0/14 || !ok {
		t.Errorf("precision of b: %g, %t", p, ok)
	}
	if _, ok := NewConfusion([]string{"a"}).Precision(0); ok {
		t.Error("a class that was never predicted has a precision")
	}
}
