package team

import (
	"sync"
	"testing"
)

// TestShared: a team that several goroutines use at once refuses all calls but one, and that one is right. The race
// detector finds nothing.
func TestShared(t *testing.T) {
	p, xs, ys := samples(9 * xnetSlots * xnetBlock)
	team := NewXnetTeam(3)
	want := team.LossBatch(p, xs, ys)
	var users sync.WaitGroup
	for range 6 {
		users.Go(func() {
			for range 100 {
				loss := want
				refusal := panics(func() { loss = team.LossBatch(p, xs, ys) })
				if loss != want || refusal != nil && refusal != "XnetTeam: called while another call is under way" {
					t.Errorf("the loss is %v, the panic %v, want %v", loss, refusal, want)
				}
			}
		})
	}
	users.Wait()
	for range 3 {
		users.Go(team.Close)
	}
	users.Wait()
	if got := panics(func() { team.LossBatch(p, xs, ys) }); got != "XnetTeam: called after Close" {
		t.Errorf("the panic is %v", got)
	}
}
