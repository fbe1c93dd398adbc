package app

import (
	"fmt"
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/dashboards/boards"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/internal/config"
)

// BoardTools are what ExportBoards writes for.
var BoardTools = []string{"opensearch-dashboards"}

// ExportBoards writes the boards of these names, or all, for a tool of BoardTools.
func ExportBoards(c *config.Config, tool string, names []string) ([]byte, error) {
	if tool != BoardTools[0] {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("nobody writes boards for %q", tool), Remedy: "say --to " + strings.Join(BoardTools, " or ")}
	}
	all := boards.All()
	if len(names) > 0 {
		all = nil
	}
	for _, name := range names {
		b, ok := boards.Named(name)
		if !ok {
			return nil, &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("there is no board %q", name), Remedy: "see `seamark boards list`"}
		}
		all = append(all, b)
	}
	return boards.OpenSearchDashboards(all, boards.Target{
		Logs:   boards.Index{ID: c.Links.LogsPattern, Pattern: indexer.IndexPattern("", seamark.TableLogs)},
		Access: boards.Index{ID: c.Links.AccessPattern, Pattern: indexer.IndexPattern("", seamark.TableAccessLogs)},
		Filter: opensearch.Filter,
	})
}
