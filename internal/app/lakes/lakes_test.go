package lakes_test

import (
	"path/filepath"
	"strings"
	"testing"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/internal/app/lakes"
)

// A lake must be there to be read or changed; one may be made where there is none. A place that
// is neither a folder nor a bucket is refused.
func TestPlaces(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "lake")
	for _, place := range []string{missing, "file://" + missing} {
		if _, err := lakes.Read(t.Context(), place); seamark.ClassOf(err) != seamark.Rejected {
			t.Errorf("read %s: %v", place, err)
		}
		if _, err := lakes.Change(t.Context(), place); err == nil {
			t.Errorf("changed %s", place)
		}
		if l, err := lakes.Make(t.Context(), place); err != nil || l.Root() != missing {
			t.Errorf("make %s: %v", place, err)
		}
	}
	for _, place := range []string{"gs://bucket/lake", "https://bucket", "s3://", "s3://UPPER/x"} {
		if _, err := lakes.Store(t.Context(), place); err == nil || !strings.Contains(err.Error(), "s3://bucket/prefix") {
			t.Errorf("%s: %v", place, err)
		}
	}
}
