package elementary

// Powers: exp(y·log |x|), and what the sign of x makes of it. The conventions are those of Go's math.Pow: x⁰ and 1^y
// are 1 whatever the other is, and negative numbers have powers with whole exponents only.

// pow32 computes in float64. Where the result is neither 0 nor infinite y·log |x| is at most 104, of which 2⁻⁴³ is
// lost.
var pow32 = elementary{"is x to the y, to 0.51 ULP, with the conventions of math.Pow.", func(b *body) {
	b.constants("l", economize(logSeries(), 5, 0.0161, false)...)
	b.text(magnitude + `
		m := math.Float64bits(math.Float64frombits(uint64(a)<<29) * 0x1p896) // |x|, if subnormal too
	` + logReduction(logRows32) + `
		u := float64(z*c[0]) - 1
		u2 := u * u
		p := (l0 + float64(u*l1)) + float64(u2*((l2+float64(u*l3))+float64(u2*(l4+float64(u*l5)))))
		log := (float64(kd*math.Ln2) + c[1]) + (u + float64(u2*p))
		yb := math.Float32bits(y)
		ya := yb &^ (1 << 31)
		v := math.Float64bits(math.Float64frombits(uint64(ya)<<29+896<<52|uint64(yb>>31)<<63) * log)
		t := math.Float64frombits(min(v&^(1<<63), 0x405b800000000000) | v&(1<<63)) // y·log |x|, between -110 and 110
	` + exp32ReductionBy("j") + `
		h := math.Float32bits(float32(scale * (1 + float64(r*q))))
	` + powConventions + `
		return math.Float32frombits(h)
	`)
}}

const pow64Doc = "is x to the y, to 0.6 ULP, and to 0.8 ULP where the result is subnormal, with the conventions of " +
	"math.Pow."

// pow64 has log |x| to 2⁻⁶⁷ as the sum of two numbers, and so its product with y, of which halves of 26 and 27 bits are
// multiplied.
var pow64 = elementary{pow64Doc, func(b *body) {
	b.constants("ln", pieces(logarithm(number(2)), 0x1p-42)...)
	b.constants("l", economize(logSeries()[1:], 6, 0.0081, false)...)
	exp64Constants(b, 3)
	b.text(magnitude + `
		small := (a>>52 - 1) >> 63                                // 1 where x is 0 or subnormal, and scaled
		m := a ^ (a^math.Float64bits(x*0x1p54)&^(1<<63))&(0-small)
	` + logReduction(logRows64) + log64Remainder + `
		kd -= math.Float64frombits(0x4330<<48+54*small) - 0x1p52
		// log |x| = lh + ll: w + (rh + rl) - (rh + rl)^2/2 and less
		u := rh + rl
		ul := (rh - u) + rl
		uh := math.Float64frombits(math.Float64bits(u) &^ (1<<27 - 1))
		square := float64(uh*uh) * 0.5
		w := float64(kd*ln0) + c[1]
		sum := w + u
		sum2 := sum - square
		u2 := u * u
		p := (l0 + float64(u*l1)) + float64(u2*((l2+float64(u*l3))+float64(u2*((l4+float64(u*l5))+float64(u2*l6)))))
		rest := ((w - sum) + u) + ((sum - sum2) - square)
		rest += float64((u*u2)*p) + ((ul - float64(0.5*float64((u-uh)*(u+uh)))) - float64(u*ul) + (float64(kd*ln1) + c[2]))
		lh := sum2 + rest
		ll := (sum2 - lh) + rest
		// y·log |x| = ph + pl; nothing is left to tell beyond 2^65
		yb := math.Float64bits(y)
		ya := yb &^ (1 << 63)
		yc := math.Float64frombits(min(ya, 0x440<<52) | yb&(1<<63))
		yh := math.Float64frombits(math.Float64bits(yc) &^ (1<<27 - 1))
		lt := math.Float64frombits(math.Float64bits(lh) &^ (1<<27 - 1))
		ph := float64(yc * lh)
		pl := ((float64(yh*lt) - ph) + float64(yh*(lh-lt)) + float64((yc-yh)*lt)) + float64((yc-yh)*(lh-lt)) + float64(yc*ll)
		v := math.Float64bits(ph)
		plb := math.Float64bits(pl)
		if v&^(1<<63) >= 0x4087500000000000 {
			plb = 0
		}
		t := math.Float64frombits(min(v&^(1<<63), 0x4087500000000000) | v&(1<<63)) // between -746 and 746
		// exp(t + pl) = 2^(j/64)·exp(r): j is the integer nearest 64·t/log 2
		n := float64(t*(64*math.Log2E)) + 0x1.8p52 // the low bits are j
		nd := n - 0x1.8p52
		r := (t - float64(nd*step0)) + (math.Float64frombits(plb) - float64(nd*step1))
		r2 := r * r
		j := math.Float64bits(n)
		e := int64(j<<13) >> 19
		f := &@Roots[j&63]
		q := float64(r2*(e0+float64(r*e1))) + float64((r2*r2)*(e2+float64(r*e3)))
		power := f[0] + (float64(f[0]*(r+q)) + f[1])
		h := math.Float64bits(power * math.Float64frombits(uint64(1023+e>>1)<<52) * math.Float64frombits(uint64(1023+(e-e>>1))<<52))
	` + powConventions + `
		return math.Float64frombits(h)
	`)
}}

// powConventions selects the result where it is no exponential, and its sign. y is whole where 2⁵² added to it and
// taken away leaves it, and from 2⁵² on; from 2⁵³ on it is even.
const powConventions = `
	const one, inf, whole, even = $one, $inf, $whole, $even
	// 0 and infinity become one another, or not
	extreme, up := uint$W(0), uint$W(inf)
	if a != 0 {
		extreme, up = up, extreme
	}
	if yb>>$S != 0 {
		extreme = up
	}
	if a-1 >= inf-1 {
		h = extreme
	}
	// a negative x has the sign of an odd y, and NaN where y is not whole
	rounded := math.Float$Wfrombits(ya) + 0x1p$M
	odd := math.Float$Wbits(rounded)
	if ya >= whole {
		odd = ya
	}
	if ya >= even {
		odd = 0
	}
	h |= odd << $S & b
	undefined := b >> $S
	if rounded-0x1p$M == math.Float$Wfrombits(ya) {
		undefined = 0
	}
	if ya >= whole {
		undefined = 0
	}
	if a-1 >= inf-1 {
		undefined = 0
	}
	if undefined != 0 {
		h = $nan
	}
	if a > inf {
		h = b
	}
	if ya > inf {
		h = yb
	}
	if b == one {
		h = one
	}
	if ya == 0 {
		h = one
	}
`
