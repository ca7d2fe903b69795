package main

import (
	"context"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/backpropgen/backpropgen/generated/spirals"
)

// upright is a network by hand whose boundary is the vertical axis: the first spiral to the left, the second to the
// right.
func upright() *spirals.Spirals {
	var net spirals.Spirals
	net.W1[0][0] = 1
	net.W2[0][0] = 1
	net.W3[0][0], net.W3[1][0] = -5, 5
	return &net
}

// at is the colour of a pixel.
func at(img image.Image, x, y int) color.NRGBA {
	return color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
}

// bluish and orangish tell the two halves of the picture.
func bluish(c color.NRGBA) bool   { return c.B > c.R+20 }
func orangish(c color.NRGBA) bool { return c.R > c.B+20 }

func TestBoundaryOfAxis(t *testing.T) {
	xs := []point{{3, 3}, {-3, -3}} // each on the side of the other
	ys := []label{{1, 0}, {0, 1}}
	img := boundary(upright(), xs, ys)
	if img.Bounds() != image.Rect(0, 0, pixels, pixels) {
		t.Fatalf("the picture is %v", img.Bounds())
	}
	for _, y := range []int{0, 100, pixels / 2, pixels - 1} {
		for _, x := range []int{0, 100, 300} {
			if c := at(img, x, y); !bluish(c) {
				t.Errorf("pixel %d, %d on the left is %v", x, y, c)
			}
			if c := at(img, pixels-1-x, y); !orangish(c) {
				t.Errorf("pixel %d, %d on the right is %v", pixels-1-x, y, c)
			}
		}
		for x := range pixels {
			c := at(img, x, y)
			if middle := x == pixels/2-1 || x == pixels/2; middle != (c.R < 0x90 && c.G < 0x90 && c.B < 0x90) {
				t.Errorf("pixel %d, %d is %v; the black line belongs in the middle", x, y, c)
			}
		}
	}
	// Dots stand at their coordinates, y upwards, in the colours of their own spirals.
	x, y := int(place(3)), int(place(-3))
	if c := at(img, x, y); c != colours[0] {
		t.Errorf("the dot at %d, %d is %v, want %v", x, y, c, colours[0])
	}
	if c := at(img, pixels-1-x, pixels-1-y); c != colours[1] {
		t.Errorf("the dot at %d, %d is %v, want %v", pixels-1-x, pixels-1-y, c, colours[1])
	}
}

// A trained network's picture must have the colour of a spiral all along it.
func TestBoundaryOfSpirals(t *testing.T) {
	s := defaults()
	r, err := learn(context.Background(), 1, s.epochs, s.rate, func(int, float64) {})
	if err != nil {
		t.Fatal(err)
	}
	img := boundary(&r.net, nil, nil)
	const places = 1000
	for spiral, coloured := range []func(color.NRGBA) bool{bluish, orangish} {
		right := 0
		for i := range places {
			along := float64(i) / places
			angle, radius := 4*math.Pi*along+math.Pi*float64(spiral), 0.6+5.4*along
			x, y := place(float32(radius*math.Cos(angle))), place(float32(-radius*math.Sin(angle)))
			if coloured(at(img, int(x), int(y))) {
				right++
			}
		}
		if right < 0.97*places {
			t.Errorf("spiral %d: %d of %d places have its colour", spiral, right, places)
		}
	}
}

func TestWriteBoundary(t *testing.T) {
	file := filepath.Join(t.TempDir(), "axis.png")
	if err := os.WriteFile(file, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	xs, ys := []point{{6, 0}, {99, 99}}, []label{{1, 0}, {0, 1}} // one beyond the edge
	if err := writeBoundary(file, result{net: *upright(), xs: xs, ys: ys}); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if c := at(img, int(place(6)), pixels/2); c != colours[0] {
		t.Errorf("the dot is %v, want %v", c, colours[0])
	}
	if err := writeBoundary(filepath.Join(t.TempDir(), "nowhere", "a.png"), result{}); err == nil {
		t.Error("written into a folder that is not there")
	}
}
