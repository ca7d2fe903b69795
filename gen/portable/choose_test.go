package portable

import (
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// mustCompare returns what a network keeps and spends under each mode.
func mustCompare(t testing.TB, n spec.Network) map[spec.Cache]Caching {
	t.Helper()
	_, all, err := Compile(n)
	if err != nil {
		t.Fatal(err)
	}
	modes := map[spec.Cache]Caching{}
	for _, c := range all {
		modes[c.Mode] = c
	}
	if len(all) != 4 || len(modes) != 4 {
		t.Fatalf("%d modes: %v", len(all), all)
	}
	return modes
}

// TestAutoIsNeverWorse checks over random networks that no fixed mode keeps fewer bytes than auto and spends fewer
// operations as well; it spends no more than any of them, and where it spends as many, keeps no more.
func TestAutoIsNeverWorse(t *testing.T) {
	saved := 0
	eachNetwork(t, func(t *testing.T, d *drawn) {
		n := d.network()
		modes := mustCompare(t, n)
		auto := modes[spec.CacheAuto]
		for _, mode := range []spec.Cache{spec.CachePre, spec.CachePost, spec.CacheBoth} {
			fixed := modes[mode]
			w, v := auto.Grad.Weight(), fixed.Grad.Weight()
			if auto.Bytes > fixed.Bytes && w > v || w > v || w == v && auto.Bytes > fixed.Bytes {
				t.Errorf("auto keeps %d bytes and weighs %d, %s keeps %d and weighs %d", auto.Bytes, w, mode,
					fixed.Bytes, v)
			}
			if w < v {
				saved++
			}
		}
	})
	if saved == 0 {
		t.Error("auto saved nothing in any network")
	}
}

// TestChoose checks which mode auto comes to, in networks for which the answer is known: a gradient just over the limit
// of straight code becomes loops, which read less.
func TestChoose(t *testing.T) {
	for _, c := range []struct {
		n    spec.Network
		want spec.Cache
	}{
		{network("cross-entropy", []int{4, 8, 3}, "tanh", "softmax"), spec.CacheAuto},
		{network("mse", []int{3, 4, 2}, "arctan", "silu"), spec.CacheAuto},
		{network("squared-error", []int{1, 20, 18, 8}, "relu", "softsign", "sigmoid"), spec.CachePre},
	} {
		c.n.Unroll = spec.UnrollAuto
		c.n.Cache = spec.CacheAuto
		p := mustCompile(t, c.n)
		if p.Cache != c.want || p.Network.Cache != spec.CacheAuto {
			t.Errorf("%s: auto comes to %s, want %s, in a network with cache: %s", title(c.n), p.Cache, c.want,
				p.Network.Cache)
		}
		for _, c.n.Cache = range []spec.Cache{spec.CachePre, spec.CachePost, spec.CacheBoth} {
			if p := mustCompile(t, c.n); p.Cache != c.n.Cache {
				t.Errorf("%s: cache: %s comes to %s", title(c.n), c.n.Cache, p.Cache)
			}
		}
	}
}

// TestChooseLarge checks that code too large to be emitted is not compared.
func TestChooseLarge(t *testing.T) {
	n := network("mse", []int{2000, 2000}, "tanh")
	n.Unroll = spec.UnrollFull
	s, all, err := Compile(n)
	if err != nil || !TooLarge(s) || s.Program.Cache != spec.CacheAuto || len(all) > 0 {
		t.Errorf("%d statements are compared, cache %s: %v", s.Statements(), s.Program.Cache, err)
	}
	n.Cache = spec.CachePre
	if s, _, err = Compile(n); err != nil || s.Program.Cache != spec.CachePre {
		t.Errorf("cache: pre comes to %s: %v", s.Program.Cache, err)
	}
}
