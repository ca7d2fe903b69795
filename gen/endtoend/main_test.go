package endtoend

import (
	"testing"

	"github.com/backpropgen/backpropgen/gen/internal/gentest"
)

func TestMain(m *testing.M) { gentest.Main(m) }
