package team

import "sync/atomic"

// A task consists of parts. A worker begins with those that are its share and goes on with what others have not begun.
// So the caller does everything while the others wake up, and none is waited for that has no part under way. What a
// part computes does not depend on who does it.

// parts hands out the parts of tasks, one task after another.
type parts struct {
	// open is the task under way: its number, which is one more for each, and in the lower partBits how many parts it
	// has. A worker knows no more of a task until it has a part. At the end it is closed.
	open    atomic.Uint64
	sharing atomic.Int64 // how many workers are meant to take part
	_       line
	left    atomic.Int64  // parts that are not done
	done    atomic.Uint64 // the last task that is done, as it was open
	failed  atomic.Bool   // whether a part of it panicked
	_       line
	each    []part
}

// part is a part of whatever task is under way.
type part struct {
	taken   atomic.Uint64 // the last task of which it is taken, as that was open
	failure any           // what it panicked with, if it did
	_       line
}

// line keeps what several processors write out of the lines of the cache around it.
type line [64]byte

// A number of a task has 48 bits. A team that has a task every microsecond needs nine years for as many.
const (
	partBits = 16
	partMask = 1<<partBits - 1
	closed   = 1<<64 - 1
)

// begin opens a task of so many parts, which so many workers are meant to take part in.
func (p *parts) begin(count, sharing int) (task uint64) {
	task = (p.open.Load()>>partBits+1)<<partBits | uint64(count)
	p.sharing.Store(int64(sharing))
	p.left.Store(int64(count))
	p.open.Store(task)
	return task
}

// work has a worker do parts of a task until all are taken, and says whether it did the last that was left. All parts
// of a task that is over are taken: a worker that comes late finds none.
func (p *parts) work(task uint64, index, sharing int, do func(k int)) (last bool) {
	count := int(task & partMask)
	finished := 0
	k := index * count / sharing
	for range count {
		if taken := p.each[k].taken.Load(); taken < task && p.each[k].taken.CompareAndSwap(taken, task) {
			p.attempt(k, do)
			finished++
		}
		if k++; k == count {
			k = 0
		}
	}
	if finished == 0 || p.left.Add(-int64(finished)) > 0 {
		return false
	}
	p.done.Store(task)
	return true
}

// attempt does a part and keeps what it panics with.
func (p *parts) attempt(k int, do func(k int)) {
	defer func() {
		if failure := recover(); failure != nil {
			p.each[k].failure = failure
			p.failed.Store(true)
		}
	}()
	do(k)
}

// failure returns what the first part that panicked did so with, nil if none did, and forgets it.
func (p *parts) failure() (first any) {
	if !p.failed.Load() {
		return nil
	}
	p.failed.Store(false)
	for k := range p.each {
		if first == nil {
			first = p.each[k].failure
		}
		p.each[k].failure = nil
	}
	return first
}
