package team

import "testing"

// TestNil: what is nil is said before anything is done, and the team may be used again.
func TestNil(t *testing.T) {
	p, xs, ys := samples(9)
	team := NewXnetTeam(2)
	defer team.Close()
	for want, f := range map[string]func(){
		"XnetTeam.GradBatch: g is nil": func() { team.GradBatch(p, xs, ys, nil) },
		"XnetTeam: p is nil":           func() { team.GradBatch(nil, xs, ys, new(XnetGrad)) },
	} {
		if got := panics(f); got != want {
			t.Errorf("the panic is %v, want %s", got, want)
		}
		if team.state.Load() != idle {
			t.Errorf("%s: the team is still at work", want)
		}
	}
}
