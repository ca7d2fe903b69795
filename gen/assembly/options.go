package assembly

// Options are what a plan does not say of the file that its assembly is printed to.
type Options struct {
	Package string
	Header  string // the first line, without its slashes
	Prefix  string // of the names of functions
	// Macros shortens the text by macros, which the file defines.
	Macros bool
}
