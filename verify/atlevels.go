package verify

// Levels are the levels of a network's assembly. The zero value is for builds without any.
type Levels struct {
	// Set sets the level that functions use, 0 for the portable Go.
	Set func(level int)
	// Names are the names of the levels. The first is that of level 1, and each has twice the number of the one before.
	Names []string
}

// Each calls a test with every level that the machine has, the portable Go first, and sets the machine's own again. A
// machine above level 1 has all that are higher: its number says only which of them it prefers.
func (l Levels) Each(machine int, test func(level string)) {
	if l.Set == nil {
		test("portable")
		return
	}
	defer l.Set(machine)
	l.Set(0)
	test("portable")
	for i, name := range l.Names {
		if level := 1 << i; level <= machine || machine > 1 {
			l.Set(level)
			test(name)
		}
	}
}
