package spec

import "github.com/backpropgen/backpropgen/spec/internal/words"

// synonyms are words of other tools and habits that no edit distance would lead from: what people
// write → what a spec calls it. A word may lead to several; the first that is allowed where it
// stands is suggested.
var synonyms = map[string][]string{
	"units": {"dense"}, "width": {"dense"}, "size": {"dense", "window"}, "neurons": {"dense"},
	"nodes": {"dense"}, "out_features": {"dense"}, "outputs": {"dense"},
	"hidden": {"dense", "layers"}, "inputs": {"input"}, "in_features": {"input"}, "input_size": {"input"},
	"act": {"activation"}, "nonlinearity": {"activation"}, "use_bias": {"bias"},
	"type": {"name", "precision"}, "dtype": {"precision"}, "float": {"precision", "float32"},
	"loss": {"cost"}, "objective": {"cost"}, "criterion": {"cost"}, "batch_size": {"batch"},
	"arch": {"targets"}, "goarch": {"targets"}, "x_grad": {"input_gradient"},
	"weighted": {"sample_weights"}, "class_weights": {"sample_weights"},
	"emits": {"emit"}, "parts": {"emit"}, "inference": {"forward"}, "predict": {"forward"}, "infer": {"forward"},
	"gradient": {"grad", "input_gradient"}, "backward": {"grad"}, "train": {"step"}, "store": {"save"},
	"load": {"save"}, "batches": {"batch"}, "parallel": {"team"},
	"formula": {"expr"}, "expression": {"expr"}, "function": {"name", "expr"}, "negative_slope": {"slope"},
	"leak":      {"slope"},
	"pool_size": {"window"}, "kernel": {"window"}, "kernel_size": {"window"}, "pool": {"window", "max-pool"},
	"beta":      {"delta"},
	"threshold": {"delta"}, "swish": {"silu"}, "lrelu": {"leaky-relu"}, "atan": {"arctan"}, "mean-pool": {"avg-pool"},
	"average-pool": {"avg-pool"}, "l1": {"mae"}, "mean_absolute_error": {"mae"}, "smooth_l1": {"huber"},
	"linear": {"identity"}, "none": {"identity"}, "logistic": {"sigmoid"}, "rectifier": {"relu"},
	"l2": {"mse"}, "quadratic": {"mse"}, "sse": {"squared-error"}, "ce": {"cross-entropy"},
	"bce": {"binary-cross-entropy"}, "nll": {"cross-entropy"}, "log-loss": {"binary-cross-entropy"},
	"categorical_crossentropy": {"cross-entropy"}, "mean_squared_error": {"mse"},
	"f32": {"float32"}, "single": {"float32"}, "f64": {"float64"}, "double": {"float64"},
	"parameters": {"weights"}, "params": {"weights"}, "checkpoint": {"weights"}, "model": {"weights"},
	"pretrained": {"weights"}, "state_dict": {"weights"},
	"x86_64": {"amd64"}, "x86-64": {"amd64"}, "x64": {"amd64"}, "avx2": {"amd64"}, "avx512": {"amd64"},
	"aarch64": {"arm64"}, "arm": {"arm64"}, "armv8": {"arm64"}, "neon": {"arm64"}, "apple": {"arm64"}, "m1": {"arm64"},
	"graviton": {"arm64"},
}

// suggest returns the allowed word that wrong most likely stands for, or "" when none is close.
func suggest(wrong string, allowed []string) string { return words.Suggest(wrong, allowed, synonyms) }

// hint ends a message about an unknown word: "; did you mean …?", or what is allowed.
func hint(wrong string, allowed []string) string {
	if s := suggest(wrong, allowed); s != "" {
		return `; did you mean "` + s + `"?`
	}
	return "; use " + list(allowed, "or")
}

// list writes words as "a, b or c", with the given last conjunction.
func list(all []string, conjunction string) string { return words.List(all, conjunction) }
