package team

import "testing"

// foreign is an optimizer that is more than the one it is made of, which does updates in parts.
type foreign struct{ XnetSGD }

// Update moves p twice as far.
func (o *foreign) Update(p *Xnet, g *XnetGrad, rate float32) { o.XnetSGD.Update(p, g, 2*rate) }

// TestUpdates compares updates by teams of all sizes with those of the optimizer, and steps on batches with what they
// consist of.
func TestUpdates(t *testing.T) {
	for workers := 1; workers <= xnetSlots; workers++ {
		team := NewXnetTeam(workers)
		for _, count := range []int{0, 1, 9, 4*xnetSlots*xnetBlock + 1} {
			p, xs, ys := samples(count)
			wantLoss, g := sequential(p, xs, ys)
			for name, o := range map[string]xnetUpdater{"SGD": new(XnetSGD), "foreign": new(foreign)} {
				want, got, batched, given := *p, *p, *p, g
				o.Update(&want, &g, 0.125)
				team.Update(o, &got, &g, 0.125)
				loss := team.UpdateBatch(o, &batched, xs, ys, 0.125)
				if got != want || batched != want || loss != wantLoss || g != given {
					t.Errorf("%s, %d workers, %d samples: %v and %v, loss %v, want %v, %v", name, workers, count, got,
						batched, loss, want, wantLoss)
				}
				if counted, ok := o.(*XnetSGD); ok && counted.T != 3 {
					t.Errorf("%d workers: %d updates counted, want 3", workers, counted.T)
				}
			}
		}
		team.Close()
	}
}

// TestUpdateShares checks that ranges of an update cover each parameter once, however many workers share them.
func TestUpdateShares(t *testing.T) {
	p, xs, ys := samples(9)
	_, g := sequential(p, xs, ys)
	team := NewXnetTeam(xnetSlots)
	defer team.Close()
	w := (*xnetWorkers)(team)
	want := *p
	new(XnetSGD).Update(&want, &g, 0.125)
	for sharing := 1; sharing <= xnetSlots; sharing++ {
		got := *p
		xnetTeam.begin(w, &got, nil)
		w.o, w.from, w.rate = new(XnetSGD), &g, 0.125
		w.run("update", sharing)
		w.end()
		if got != want {
			t.Errorf("shared by %d workers: %v, want %v", sharing, got, want)
		}
	}
}

// broken is an optimizer that panics.
type broken struct{}

func (broken) Update(*Xnet, *XnetGrad, float32) { panic("no update") }

// TestUpdateRefuses: what is nil, also a nil pointer in an interface, is said before anything is done, a panic of an
// optimizer comes out, and the team may be used again.
func TestUpdateRefuses(t *testing.T) {
	p, xs, ys := samples(9)
	g := new(XnetGrad)
	team := NewXnetTeam(2)
	defer team.Close()
	for want, f := range map[string]func(){
		"XnetTeam.Update: o is nil":                        func() { team.Update(nil, p, g, 1) },
		"XnetTeam.Update: g is nil":                        func() { team.Update(new(XnetSGD), p, nil, 1) },
		"XnetTeam: p is nil":                               func() { team.Update(new(XnetSGD), nil, g, 1) },
		"XnetTeam.UpdateBatch: o is nil":                   func() { team.UpdateBatch((*XnetSGD)(nil), p, xs, ys, 1) },
		"XnetTeam.UpdateBatch: xs and ys differ in length": func() { team.UpdateBatch(new(XnetSGD), p, xs, ys[1:], 1) },
		"no update": func() { team.Update(broken{}, p, g, 1) },
	} {
		before := *p
		if got := panics(f); got != want {
			t.Errorf("the panic is %v, want %s", got, want)
		}
		if team.state.Load() != idle || *p != before {
			t.Errorf("%s: the team is still at work, or parameters are written", want)
		}
	}
}
