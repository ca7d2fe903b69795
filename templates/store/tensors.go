package store

// Tensors names every matrix of weights and every vector of biases, W1, b1, W2, …, in the order of Flat, and gives views of them: what
// is written to Data is written to p. The shape of weights is outputs by inputs, and Data has them row by row, one row for each output.
// Package github.com/backpropgen/backpropgen/tensors loads them from safetensors and npz files, and saves them there.
func (p *Xnet) Tensors() []struct {
	Name  string
	Shape []int
	Data  []xnetFloat
} {
	list := make([]struct {
		Name  string
		Shape []int
		Data  []xnetFloat
	}, len(xnetLayout))
	flat := p.Flat()[:]
	for i, s := range xnetLayout {
		t := &list[i]
		t.Name, t.Shape = s.name, []int{s.rows, s.cols}
		if s.cols == 0 {
			t.Name, t.Shape = "b"+s.name[1:], t.Shape[:1:1]
		}
		n := s.len()
		t.Data, flat = flat[:n:n], flat[n:]
	}
	return list
}
