package indexer

import (
	"strings"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/schemas"
)

// Template is an index template as the server takes it.
type Template struct {
	Name string
	Body []byte // JSON
}

// Templates returns the index templates of both tables for indices whose names begin
// with prefix, with so many replicas of each shard.
func Templates(prefix string, replicas int) ([]Template, error) {
	var out []Template
	for _, t := range seamark.Tables() {
		one, err := TemplateOf(t, prefix, replicas)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// TemplateOf is the template of one table.
func TemplateOf(t seamark.Table, prefix string, replicas int) (Template, error) {
	table := tableOf(t)
	body, err := table.IndexTemplate(prefix, replicas)
	return Template{strings.TrimSuffix(prefix+"seamark-"+table.IndexPrefix(), "-"), body}, err
}

// IndexName is the daily index of a partition: by the date under which the lake files
// the event, which is its own unless that cannot be true.
func IndexName(prefix string, p lake.Partition) string {
	return prefix + tableOf(p.Table).IndexPrefix() + p.Start().Format("2006.01.02")
}

// IndexPattern matches the names of all indices of t.
func IndexPattern(prefix string, t seamark.Table) string {
	return prefix + tableOf(t).IndexPrefix() + "*"
}

func tableOf(t seamark.Table) schemas.Table {
	if t == seamark.TableAccessLogs {
		return schemas.AccessLogs
	}
	return schemas.Logs
}
