package train

// Float is the type of a network's parameters.
type Float interface{ ~float32 | ~float64 }

// Network is what every emitted network has, for the network P, its gradient G, its batch workspace B, and arrays of F:
// A the parameters, X an input, Y a target. All functions take any number of samples and return the sum of their
// losses.
type Network[P, G, B, A, X, Y any, F Float] interface {
	*P
	// Flat is a view of all parameters, an array of F.
	Flat() *A
	// LossBatch changes nothing but b.
	LossBatch(b *B, xs []X, ys []Y) F
	// GradBatch overwrites g with the gradient of the sum.
	GradBatch(b *B, xs []X, ys []Y, g *G) F
	// StepBatch is one step p -= rate*g with the gradient of the sum, and returns the loss before it.
	StepBatch(b *B, xs []X, ys []Y, rate F) F
}

// summing is a network whose gradient is that of its loss only for targets with this sum.
type summing[F Float] interface{ TargetSum() F }

// Gradient is what every emitted gradient has.
type Gradient[G any, F Float] interface {
	*G
	gradient[F]
}

// gradient is Gradient without the type it is of.
type gradient[F Float] interface {
	// Scale multiplies every component by k.
	Scale(k F)
	// Norm is the Euclidean length.
	Norm() F
	// Clip scales the gradient down to length max if it is longer, and returns the length before.
	Clip(max F) F
}

// Optimizer is what every emitted optimizer has: Update moves p along g, which it only reads. Weight decay and momentum
// are fields of the optimizers.
type Optimizer[P, G any, F Float] interface {
	Update(p *P, g *G, rate F)
}

// Team is what an emitted team has: the batch functions of the network on all cores.
type Team[P, G, X, Y any, F Float] interface {
	LossBatch(p *P, xs []X, ys []Y) F
	GradBatch(p *P, xs []X, ys []Y, g *G) F
	StepBatch(p *P, xs []X, ys []Y, rate F) F
}

// updatingTeam is a team whose workers share updates out: that of a network with optimizers. It takes any optimizer.
type updatingTeam[P, G any, F Float] interface {
	Update(o interface{ Update(p *P, g *G, rate F) }, p *P, g *G, rate F)
}

// solo is a team of the calling goroutine alone: the network's own functions with a workspace. It makes one core and
// many look the same to the loop.
type solo[N Network[P, G, B, A, X, Y, F], P, G, B, A, X, Y any, F Float] struct{ b *B }

func (s solo[N, P, G, B, A, X, Y, F]) LossBatch(p *P, xs []X, ys []Y) F {
	return N(p).LossBatch(s.b, xs, ys)
}

func (s solo[N, P, G, B, A, X, Y, F]) GradBatch(p *P, xs []X, ys []Y, g *G) F {
	return N(p).GradBatch(s.b, xs, ys, g)
}

func (s solo[N, P, G, B, A, X, Y, F]) StepBatch(p *P, xs []X, ys []Y, rate F) F {
	return N(p).StepBatch(s.b, xs, ys, rate)
}
