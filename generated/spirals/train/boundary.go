package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"

	"github.com/backpropgen/backpropgen/generated/internal/training"
	"github.com/backpropgen/backpropgen/generated/spirals"
)

const (
	pixels = 640         // width and height of the picture
	edge   = outer * 1.2 // what it shows: coordinates from -edge to edge
	radius = 2.8         // of a dot, in pixels
	rim    = 1.0         // of white around it
)

// formats are the extensions of a picture.
var formats = []string{".png"}

// The colours of the two spirals, and of the places where the network cannot tell.
var (
	colours = [2]color.NRGBA{training.Blue, training.Orange}
	white   = color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}
	black   = color.NRGBA{R: 0x20, G: 0x20, B: 0x20, A: 0xff}
)

// boundary draws what the network makes of every point of the plane: pale blue and orange for the two spirals, white in
// between, a black line where they are as likely, and the points that it learnt from as dots in the colour of their
// spiral.
func boundary(net *spirals.Spirals, xs []point, ys []label) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, pixels, pixels))
	p := probabilities(net)
	for y := range pixels {
		for x := range pixels {
			// How sure the network is, from -1 for the first spiral to 1 for the second.
			sure := 2*p[y][x] - 1
			c := mix(white, colours[0], 0.45*max(-sure, 0))
			if sure > 0 {
				c = mix(white, colours[1], 0.45*sure)
			}
			img.SetNRGBA(x, y, mix(c, black, line(p, x, y)))
		}
	}
	for i, at := range xs {
		dot(img, place(at[0]), place(-at[1]), colours[int(ys[i][1])])
	}
	return img
}

// place is the pixel of a coordinate, and coordinate that of the middle of a pixel.
func place(v float32) float64 { return (float64(v)/edge + 1) / 2 * pixels }

func coordinate(pixel int) float32 {
	return float32(((float64(pixel)+0.5)/pixels*2 - 1) * edge)
}

// probabilities are those of the second spiral for every pixel, row by row from above: a call of ForwardBatch for each
// row.
func probabilities(net *spirals.Spirals) [][]float64 {
	var b spirals.SpiralsBatch
	xs, out := make([]point, pixels), make([]label, pixels)
	rows := make([][]float64, pixels)
	for y := range rows {
		for x := range xs {
			xs[x] = point{coordinate(x), -coordinate(y)}
		}
		net.ForwardBatch(&b, xs, out)
		rows[y] = make([]float64, pixels)
		for x, a := range out {
			rows[y][x] = float64(a[1])
		}
	}
	return rows
}

// line is how much of the line of equal probability lies in a pixel, from 0 to 1. How far away the line is follows from
// the log odds, which are 0 on it, and their slope. Odds beyond what float32 can tell are taken for even.
func line(p [][]float64, x, y int) float64 {
	odds := func(x, y int) float64 {
		v := p[min(max(y, 0), pixels-1)][min(max(x, 0), pixels-1)]
		return math.Log(max(v, 1e-7)) - math.Log(max(1-v, 1e-7))
	}
	slope := math.Hypot(odds(x+1, y)-odds(x-1, y), odds(x, y+1)-odds(x, y-1)) / 2
	if slope == 0 {
		return 0
	}
	return min(max(1.3-math.Abs(odds(x, y))/slope, 0), 1)
}

// dot draws a filled circle with a rim, its edges smooth.
func dot(img *image.NRGBA, cx, cy float64, c color.NRGBA) {
	const reach = radius + rim + 1
	for y := int(cy - reach); y <= int(cy+reach); y++ {
		for x := int(cx - reach); x <= int(cx+reach); x++ {
			if !(image.Point{X: x, Y: y}).In(img.Rect) {
				continue
			}
			d := math.Hypot(float64(x)+0.5-cx, float64(y)+0.5-cy)
			under := mix(img.NRGBAAt(x, y), white, min(max(radius+rim-d+0.5, 0), 1))
			img.SetNRGBA(x, y, mix(under, c, min(max(radius-d+0.5, 0), 1)))
		}
	}
}

// mix is a with the part t of b in it.
func mix(a, b color.NRGBA, t float64) color.NRGBA {
	part := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + t*(float64(b)-float64(a)))) }
	return color.NRGBA{R: part(a.R, b.R), G: part(a.G, b.G), B: part(a.B, b.B), A: 0xff}
}

// writeBoundary draws the boundary of a result into file, replacing one that exists.
func writeBoundary(file string, r result) error {
	// Encoded in memory first: a drawing that fails leaves an existing file as it was.
	var buf bytes.Buffer
	if err := png.Encode(&buf, boundary(&r.net, r.xs, r.ys)); err != nil {
		return fmt.Errorf("%s: drawing the boundary: %w", file, err)
	}
	if err := os.WriteFile(file, buf.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing the boundary: %w", err)
	}
	return nil
}
