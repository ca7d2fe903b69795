package code

// Stmt is a statement.
type Stmt interface{ stmt() }

// Comment is a comment, of a line for each of its text.
type Comment struct{ Text string }

// Blank is an empty line.
type Blank struct{}

// Let names values: each its own, or the results of one call. Remark stands at the end of the line.
type Let struct {
	Names  []string
	Values []Expr
	Remark string
}

// Declare names variables that are 0.
type Declare struct {
	Names []string
	Type  Type
}

// Const names constants.
type Const struct {
	Names  []string
	Values []Expr
	Remark string
}

// Assign changes places: to values or, where Op is not Set, to what the operator makes of the old ones and them. All
// values are found before a place changes.
type Assign struct {
	To     []Expr
	Op     Op
	Values []Expr
	Remark string
}

// Increment counts a variable up.
type Increment struct{ X Expr }

// Do is a call for its effect.
type Do struct{ X Expr }

// Touch reads what pointers point to, which ends the program where one is nil, before anything is written.
type Touch struct{ Pointers []Expr }

// Return ends a function.
type Return struct {
	Values []Expr
	Remark string
}

// Panic ends the program with a message.
type Panic struct{ Message string }

// If does something on a condition.
type If struct {
	Cond Expr
	Then *Block
}

// For counts Var from Low to below High.
type For struct {
	Var       string
	Low, High Expr
	Step      int
	Body      *Block
}

// Range goes through an array or a slice: Index counts, and Value, where it is not empty, is the element. Where Index
// is empty it is not needed.
type Range struct {
	Index, Value string
	X            Expr
	Body         *Block
}

// While repeats on a condition.
type While struct {
	Cond Expr
	Body *Block
}

// Scope is a block of its own.
type Scope struct{ Body *Block }

func (*Comment) stmt()   {}
func (*Blank) stmt()     {}
func (*Let) stmt()       {}
func (*Declare) stmt()   {}
func (*Const) stmt()     {}
func (*Assign) stmt()    {}
func (*Increment) stmt() {}
func (*Do) stmt()        {}
func (*Touch) stmt()     {}
func (*Return) stmt()    {}
func (*Panic) stmt()     {}
func (*If) stmt()        {}
func (*For) stmt()       {}
func (*Range) stmt()     {}
func (*While) stmt()     {}
func (*Scope) stmt()     {}
