package training

import (
	"reflect"
	"testing"
)

func TestReadCSV(t *testing.T) {
	data := "x,y,colour\n1,2,red\r\n\n-3.5,4e1,blue\n5,6,red\n7,8,blue\n"
	got, err := ReadCSV("c.csv", []byte(data), 2, []string{"blue", "red"}, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := Table{
		Rows:   [][]float64{{1, 2}, {-3.5, 40}, {5, 6}, {7, 8}},
		Labels: []int{1, 0, 1, 0},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestReadCSVErrors(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"empty", "", "c.csv: the file is empty; a header line and samples are needed"},
		{"header", "x,colour\n", "c.csv:1: 2 columns; 2 features and the class make 3"},
		{"short line", "x,y,colour\n1,2,red\n1,red\n", "c.csv:3: wrong number of fields"},
		{"not a number", "x,y,colour\n1,2,red\n1,two,red\n", `c.csv:3: y: "two" is not a finite number`},
		{"after blank line", "x,y,colour\n\n\n1,,red\n", `c.csv:4: y: "" is not a finite number`},
		{"nan", "x,y,colour\nNaN,2,red\n", `c.csv:2: x: "NaN" is not a finite number`},
		{"infinite", "x,y,colour\n1,-Inf,red\n", `c.csv:2: y: "-Inf" is not a finite number`},
		{"too large", "x,y,colour\n1e39,2,red\n", `c.csv:2: x: "1e39" is not a finite number`},
		{"class", "x,y,colour\n1,2,pink\n", `c.csv:2: colour: unknown class "pink"; the classes are ["blue" "red"]`},
		{"quote", "x,y,colour\n1,2,red\n1,\"2,red\n", `c.csv:3: extraneous or missing " in quoted-field`},
		{"few", "x,y,colour\n1,2,red\n1,2,red\n1,2,blue\n", `c.csv: 1 sample of class "blue"; at least 2 are needed`},
	} {
		_, err := ReadCSV("c.csv", []byte(c.data), 2, []string{"blue", "red"}, 2)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}
