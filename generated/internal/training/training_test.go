package training

import "testing"

func TestDefaultsTrain(t *testing.T) {
	task := blobs()
	report, err := task.Train(task.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	if len(report) != 5 {
		t.Fatalf("%d results, want one for each of five seeds", len(report))
	}
	for i, r := range report {
		if r.Seed != uint64(i+1) {
			t.Errorf("result %d has seed %d, want %d", i, r.Seed, i+1)
		}
	}
	// Five seeds in five folds test each of the thirty samples once.
	total := 0
	for _, row := range report.Confusion().Counts {
		for _, n := range row {
			total += n
		}
	}
	if total != 30 {
		t.Errorf("%d predictions over the seeds, want 30", total)
	}
}
