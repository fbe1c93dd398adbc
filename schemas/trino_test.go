package schemas_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/schemas"
)

func TestTrinoDDL(t *testing.T) {
	for _, table := range schemas.Tables() {
		for kind, name := range map[schemas.AthenaKind]string{schemas.Injected: "injected", schemas.Enumerated: "enumerated"} {
			got := table.TrinoDDL(schemas.AthenaTable{
				Database: "seamark", Location: "local:///logs/", Kind: kind, Products: []string{"booking", "quotation"},
				Environments: []string{"prod", "staging", "unassigned"}, Since: "2026-01-01",
			})
			golden(t, fmt.Sprintf("testdata/%s.%s.trino.sql", table.Name, name), []byte(got))
		}
	}
}

// TestTrinoEscapes: what an operator configures cannot leave its literal.
func TestTrinoEscapes(t *testing.T) {
	got := schemas.Logs.TrinoDDL(schemas.AthenaTable{Database: `a"; DROP`, Location: "s3://b/it's", Environments: []string{"x'y"}, Since: "2026-01-01"})
	for _, bad := range []string{`"; DROP`, "it's", "x'y"} {
		if strings.Contains(got, bad) {
			t.Errorf("%s stands in the statement", bad)
		}
	}
}

// TestTrinoSaysWhatAthenaIsTold: both dialects name every column and every property.
func TestTrinoSaysWhatAthenaIsTold(t *testing.T) {
	o := schemas.AthenaTable{Database: "d", Location: "s3://b", Kind: schemas.Enumerated, Products: []string{"p"}, Environments: []string{"e"}, Since: "2026-01-01"}
	for _, table := range schemas.Tables() {
		athena, trino := table.AthenaDDL(o), table.TrinoDDL(o)
		if a, b := strings.Count(athena, "COMMENT '"), strings.Count(trino, "COMMENT '"); a != b {
			t.Errorf("%s: %d comments for Athena, %d for Trino", table.Name, a, b)
		}
		columns := strings.Count(athena, "'projection.") - 1 // projection.enabled is the table's
		if got := strings.Count(trino, "partition_projection_") - 2; got != columns {
			t.Errorf("%s: %d properties of columns for Athena, %d for Trino", table.Name, columns, got)
		}
	}
}
