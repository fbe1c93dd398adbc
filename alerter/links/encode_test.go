package links

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// vectors were written by the npm packages rison 0.1.1 and jsurl 0.1.5.
func vectors(t *testing.T, path string, encode func(any) string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Value any
		Want  string
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if got := encode(c.Value); got != c.Want {
			t.Errorf("%#v: got %s, want %s", c.Value, got, c.Want)
		}
	}
}

// integers turns the numbers of JSON into those that the encoders know.
func integers(v any) any {
	switch v := v.(type) {
	case float64:
		if v == math.Trunc(v) {
			return int(v)
		}
	case []any:
		for i := range v {
			v[i] = integers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = integers(v[k])
		}
	}
	return v
}

func TestRison(t *testing.T) {
	vectors(t, "testdata/rison.json", func(v any) string { return rison(integers(v)) })
}

func TestJSURL(t *testing.T) {
	vectors(t, "testdata/jsurl.json", func(v any) string { return jsurl(integers(v)) })
}
