package store

// Tensors names every matrix of weights and every vector of biases, W1, b1, W2, …, in the order of Flat, and gives
// views of them in flat: what is written to Data is written there. The shape of weights is outputs by inputs, and Data
// has them row by row, one row for each output. Package tensors loads them from files of weights, and saves them there.
func Tensors[F Float](n *Network, flat []F) []struct {
	Name  string
	Shape []int
	Data  []F
} {
	list := make([]struct {
		Name  string
		Shape []int
		Data  []F
	}, len(n.Shapes))
	for i, s := range n.Shapes {
		t := &list[i]
		t.Name, t.Shape = s.Name, []int{s.Rows, s.Cols}
		if s.Cols == 0 {
			t.Name, t.Shape = "b"+s.Name[1:], t.Shape[:1:1]
		}
		n := s.len()
		t.Data, flat = flat[:n:n], flat[n:]
	}
	return list
}
