package lake_test

import (
	"testing"

	"github.com/seamark-hq/seamark/lake"
)

func TestLakeFormats(t *testing.T) {
	store, err := lake.OpenDir(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	const text = `$context.requestId,$context.status`
	hash := lake.FormatHash(text)
	for range 2 { // each sweep puts it
		if err := (lake.Formats{Store: store}).PutFormat(t.Context(), hash, text); err != nil {
			t.Fatal(err)
		}
	}
	key, err := lake.FormatKey(hash)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := store.ReadFile(key); string(got) != text || err != nil {
		t.Errorf("%q, %v; want %q", got, err, text)
	}
	if err := (lake.Formats{Store: store}).PutFormat(t.Context(), "../x", text); err == nil {
		t.Error("a hash that is a path was taken")
	}
}
