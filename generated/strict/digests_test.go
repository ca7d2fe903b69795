package strict

import (
	"io"

	"github.com/backpropgen/backpropgen/generated/internal/digests"
)

// WriteDigests writes digests of what the networks compute. Every machine writes the same lines.
func WriteDigests(w io.Writer) error {
	for _, d := range [][]digests.Digest{
		digests.Of(new(Xor), digests.Data{Samples: 70}, NewXorTeam, NewXorSGD(), NewXorMomentum(), NewXorNesterov(),
			NewXorRMSprop(), NewXorAdam(), NewXorAdamW()),
		digests.Of(new(Iris), digests.Data{Samples: 70, Classes: true}, NewIrisTeam),
		digests.Of(new(Control), digests.Data{Samples: 70}, NewControlTeam, NewControlAdamW()),
		digests.Of(new(Digits), digests.Data{Samples: 70, Classes: true}, NewDigitsTeam, NewDigitsAdam()),
		digests.Of(new(Pixels), digests.Data{Samples: 33, Classes: true}, NewPixelsTeam),
		digests.Of(new(Functions), digests.Data{Samples: 70, Extremes: true}, NewFunctionsTeam, NewFunctionsNesterov(),
			NewFunctionsRMSprop(), NewFunctionsAdam()),
		digests.Of(new(Doubles), digests.Data{Samples: 70, Extremes: true}, NewDoublesTeam, NewDoublesNesterov(),
			NewDoublesRMSprop(), NewDoublesAdam()),
		digests.Of(new(Exact), digests.Data{Samples: 70, Extremes: true}, NewExactTeam),
	} {
		if err := digests.Write(w, d); err != nil {
			return err
		}
	}
	return nil
}
