package main

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// plotDir is the folder of the plots, in the page's.
const plotDir = "plots"

// Every plot has the same size and, for an activation, the same axes.
const (
	plotWidth  = 9 * vg.Centimeter
	plotHeight = 6 * vg.Centimeter
)

// The colours stand out from a white page and from a black one alike, and from one another for colour-blind readers.
// The background is the page's.
var (
	axisColor   = color.NRGBA{R: 0x80, G: 0x88, B: 0x90, A: 0xff}
	gridColor   = color.NRGBA{R: 0x80, G: 0x88, B: 0x90, A: 0x40}
	valueColor  = color.NRGBA{R: 0x3a, G: 0x86, B: 0xd8, A: 0xff}
	slopeColor  = color.NRGBA{R: 0xd9, G: 0x6f, B: 0x1e, A: 0xff}
	thirdColor  = color.NRGBA{R: 0x2b, G: 0xa0, B: 0x6f, A: 0xff}
	fourthColor = color.NRGBA{R: 0xb0, G: 0x6c, B: 0xc8, A: 0xff}
)

// dashed is how derivatives are drawn, dotted a second one.
var (
	dashed = []vg.Length{vg.Points(5), vg.Points(3)}
	dotted = []vg.Length{vg.Points(1.5), vg.Points(2.5)}
)

// curve is a function of one variable to be drawn, with the points where it jumps.
type curve struct {
	name   string
	at     func(float64) (float64, error)
	color  color.NRGBA
	dashes []vg.Length
	// breaks are where the function may jump: the curve ends there on either side, and its value there is a dot.
	breaks []float64
}

// frame is what is drawn of the plane.
type frame struct {
	x           string
	left, right float64
	low, high   float64
	// legend is how far from the left the legend stands, where no curve is.
	legend vg.Length
}

// plots draws every plot of the page.
func plots() ([]file, error) {
	list, err := pointwise(false)
	if err != nil {
		return nil, err
	}
	var files []file
	for _, row := range list {
		f, err := drawn(row.Name, frame{"z", -6, 6, -2, 3, vg.Points(6)}, activationCurves(row)...)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	for _, drawing := range []func() (file, error){radialPlot, softmaxPlot, costPlot, slopePlot} {
		f, err := drawing()
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// activationCurves are the value and the derivative of an activation.
func activationCurves(row expr.Activation) []curve {
	var breaks []float64
	for _, k := range row.Kinks {
		if at, ok := k.At.(expr.Num); ok {
			breaks = append(breaks, at.Value())
		}
	}
	return []curve{
		{name: "a", at: of(row.Value, expr.Z), color: valueColor},
		{name: "a′", at: of(row.Deriv, expr.Z), color: slopeColor, dashes: dashed, breaks: breaks},
	}
}

// of is an expression as a function of one variable.
func of(e expr.Expr, v expr.Var) func(float64) (float64, error) {
	return func(x float64) (float64, error) { return expr.Eval(e, expr.Env[float64]{v: x}) }
}

// drawn is a plot of curves as a file.
func drawn(name string, f frame, curves ...curve) (file, error) {
	p := plot.New()
	p.BackgroundColor = nil
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = f.left, f.right, f.low, f.high
	p.X.Label.Text = f.x
	face := font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Points(10)}
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Color, axis.Tick.Color, axis.Tick.Label.Color, axis.Label.TextStyle.Color = axisColor, axisColor,
			axisColor, axisColor
		axis.Tick.Label.Font, axis.Label.TextStyle.Font = face, face
		axis.Tick.Marker = plot.TickerFunc(whole)
		axis.Padding = 0
	}
	p.Legend.TextStyle.Color, p.Legend.TextStyle.Font = axisColor, face
	p.Legend.Top, p.Legend.Left = true, true
	p.Legend.XOffs, p.Legend.YOffs = f.legend, vg.Points(-2)
	p.Legend.Padding = vg.Points(1)
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = gridColor, gridColor
	p.Add(grid)
	for _, c := range curves {
		if err := add(p, f, c); err != nil {
			return file{}, fmt.Errorf("%s, %s: %w", name, c.name, err)
		}
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = f.left, f.right, f.low, f.high // Add widens them
	drawing, err := p.WriterTo(plotWidth, plotHeight, "svg")
	if err != nil {
		return file{}, err
	}
	var b bytes.Buffer
	if _, err := drawing.WriteTo(&b); err != nil {
		return file{}, err
	}
	// Who reads the page may not have the font: any other without serifs does.
	svg := bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans;"),
		[]byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif;"))
	return file{plotDir + "/" + name + ".svg", svg}, nil
}

// whole has a tick at every whole number, and a label at every second one if there are many.
func whole(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for v := math.Ceil(low); v <= high; v++ {
		label := strings.Replace(fmt.Sprint(v), "-", "−", 1)
		if high-low > 8 && int(v)%2 != 0 {
			label = ""
		}
		ticks = append(ticks, plot.Tick{Value: v, Label: label})
	}
	return ticks
}

// steps is how many points a curve has from one end of its frame to the other.
const steps = 144

// add draws a curve, each stretch between two breaks on its own, with no line across a jump. At a break a full dot is
// the value, an empty one a limit that is not the value.
func add(p *plot.Plot, f frame, c curve) error {
	ends := slices.Concat([]float64{f.left}, c.breaks, []float64{f.right})
	slices.Sort(ends)
	ends = slices.Compact(ends)
	var full, empty plotter.XYs
	for i := range len(ends) - 1 {
		points, err := stretch(c, ends[i], ends[i+1], (f.right-f.left)/steps)
		if err != nil {
			return err
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			return err
		}
		line.Color, line.Width, line.Dashes = c.color, vg.Points(1.6), c.dashes
		p.Add(line)
		if i == 0 {
			p.Legend.Add(c.name, line)
		}
		for _, end := range []plotter.XY{points[0], points[len(points)-1]} {
			if slices.Contains(c.breaks, end.X) {
				empty = append(empty, end)
			}
		}
	}
	for _, x := range c.breaks {
		y, err := c.at(x)
		if err != nil {
			return err
		}
		full = append(full, plotter.XY{X: x, Y: y})
		empty = slices.DeleteFunc(empty, func(e plotter.XY) bool { return e.X == x && math.Abs(e.Y-y) < 1e-9 })
	}
	return dots(p, c.color, full, empty)
}

// stretch is the points of a curve between two breaks, its ends taken just inside.
func stretch(c curve, from, to, step float64) (plotter.XYs, error) {
	n := max(int(math.Round((to-from)/step)), 1)
	var points plotter.XYs
	for i := range n + 1 {
		x := from + (to-from)*float64(i)/float64(n)
		inside := x
		switch {
		case i == 0:
			inside = math.Nextafter(from, to)
		case i == n:
			x, inside = to, math.Nextafter(to, from)
		}
		y, err := c.at(inside)
		if err != nil {
			return nil, err
		}
		if !math.IsInf(y, 0) { // the curve leaves the frame before that
			points = append(points, plotter.XY{X: x, Y: y})
		}
	}
	return points, nil
}

// dots draws the full and the empty dots of a curve.
func dots(p *plot.Plot, c color.Color, full, empty plotter.XYs) error {
	for _, kind := range []struct {
		points plotter.XYs
		shape  draw.GlyphDrawer
	}{{full, draw.CircleGlyph{}}, {empty, draw.RingGlyph{}}} {
		if len(kind.points) == 0 {
			continue
		}
		scatter, err := plotter.NewScatter(kind.points)
		if err != nil {
			return err
		}
		scatter.GlyphStyle = draw.GlyphStyle{Color: c, Radius: vg.Points(2.6), Shape: kind.shape}
		p.Add(scatter)
	}
	return nil
}
