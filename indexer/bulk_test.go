package indexer

import "testing"

// TestOutcome: what the server says of a document is the document's fault only where nothing else
// can be. A closed, blocked or full index, or a busy server, is no reason to reduce a document.
func TestOutcome(t *testing.T) {
	for _, c := range []struct {
		Answer
		want outcome
	}{
		{Answer{Status: 200}, created},
		{Answer{Status: 201}, created},
		{Answer{Status: 409, Type: "version_conflict_engine_exception"}, duplicate},
		{Answer{Status: 429, Type: "rejected_execution_exception"}, again},
		{Answer{Status: 500}, again},
		{Answer{Status: 503, Type: "unavailable_shards_exception"}, again},
		{Answer{Status: 400, Type: "mapper_parsing_exception"}, refused},
		{Answer{Status: 400, Type: "illegal_argument_exception"}, refused},
		{Answer{Status: 400, Type: "index_closed_exception"}, blocked},
		{Answer{Status: 400, Type: "validation_exception"}, blocked},
		{Answer{Status: 400, Type: "invalid_index_name_exception"}, blocked},
		{Answer{Status: 403, Type: "cluster_block_exception"}, blocked},
		{Answer{Status: 404, Type: "index_not_found_exception"}, blocked},
	} {
		if got := c.outcome(); got != c.want {
			t.Errorf("%d %s: %d, want %d", c.Status, c.Type, got, c.want)
		}
	}
}
