package arm64

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// lane is the factor of a product that is one lane of a register: which of the two, and which lane.
type lane struct{ factor, number int }

// byLane finds lanes of registers that are put into every lane for products alone, which can read them where they are.
func (f *writer) byLane(b *assembly.Block) {
	f.lanes = map[*assembly.Node]lane{}
	users := map[*assembly.Home][]*assembly.Node{}
	for _, n := range b.Nodes {
		for i, v := range n.Sources() {
			if !slices.Contains(n.Sources()[:i], v) {
				users[v] = append(users[v], n)
			}
		}
	}
	for _, n := range b.Nodes {
		s, ok := n.Step.(*vec.Apply)
		if !ok || n.Kind != assembly.Compute || n.Out.Cell || n.In[0].Cell || n.Mask != nil || len(users[n.Out]) == 0 {
			continue
		}
		from := 0
		switch s.Op {
		case vec.Repeat:
			from = s.Imm
		case vec.Broadcast:
		default:
			continue
		}
		if slices.ContainsFunc(users[n.Out], func(user *assembly.Node) bool {
			_, taken := f.lanes[user]
			return taken || !factorOf(user, n.Out, s.Out.Type.Elem.Size())
		}) {
			continue
		}
		for _, user := range users[n.Out] {
			k := slices.Index(user.In, n.Out)
			user.In = slices.Clone(user.In)
			user.In[k] = n.In[0]
			f.lanes[user] = lane{factor: k, number: from}
		}
	}
}
