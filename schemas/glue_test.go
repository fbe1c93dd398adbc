package schemas_test

import (
	"testing"

	"github.com/seamark-hq/seamark/schemas"
)

// TestGlueColumns: the tables that terraform makes have the columns of ours.
func TestGlueColumns(t *testing.T) {
	golden(t, "../terraform/modules/hub/columns.json", schemas.GlueColumns())
}
