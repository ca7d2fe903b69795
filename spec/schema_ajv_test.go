package spec

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// ajvProgram reads a schema and documents, and prints for each document whether it validates. Every option of Ajv's
// strict mode is an error, also those that it only warns of by default.
const ajvProgram = `
const Ajv = require("ajv/dist/2020").default
const input = JSON.parse(require("fs").readFileSync(0, "utf8"))
const ajv = new Ajv({strict: true, strictTypes: true, strictTuples: true, strictRequired: true})
const validate = ajv.compile(input.schema)
console.log(JSON.stringify({id: validate.schema.$id, valid: input.documents.map(d => validate(d))}))
`

// TestStrictAjv: Ajv, which editors and web tools use, takes the schema in its strict mode, accepts every spec of the
// repository, and says the same of every document of TestSchemaAgrees as the validator of the other tests.
func TestStrictAjv(t *testing.T) {
	if out, err := exec.Command("node", "-e", `require.resolve("ajv/dist/2020")`).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: the schema is not compiled by Ajv: it needs Node, and NODE_PATH to the node_modules of "+
			"npm install ajv: %v\n%s", err, out)
	}
	s := compileSchema(t)
	var texts []string
	var documents []any
	var want []bool
	add := func(name, text string) {
		data, err := generalJSON(name, text)
		if err != nil {
			return // a general reader refuses it
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			return
		}
		texts, documents = append(texts, text), append(documents, doc)
		want = append(want, s.Validate(doc) == nil)
	}
	for _, line := range agreement {
		add("x.yaml", specWith(line))
	}
	for path, text := range repositorySpecs(t) {
		add(path, text)
		if !want[len(want)-1] {
			t.Errorf("%s does not validate", path)
		}
	}
	input, err := json.Marshal(map[string]any{"schema": json.RawMessage(Schema()), "documents": documents})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "-e", ajvProgram)
	cmd.Stdin = bytes.NewReader(input)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("Ajv: %v\n%s", err, &stderr)
	}
	var got struct {
		ID    string
		Valid []bool
	}
	if err := json.Unmarshal(out, &got); err != nil || len(got.Valid) != len(want) {
		t.Fatalf("%v: %d verdicts on %d documents", err, len(got.Valid), len(want))
	}
	if got.ID != SchemaID {
		t.Errorf("the schema is called %s, and SchemaID is %s", got.ID, SchemaID)
	}
	for i := range want {
		if got.Valid[i] != want[i] {
			t.Errorf("%s\nAjv: %v, want %v", texts[i], got.Valid[i], want[i])
		}
	}
}
