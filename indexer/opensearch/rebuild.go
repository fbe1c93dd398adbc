package opensearch

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/opensearch-project/opensearch-go/v2/opensearchapi"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/schemas"
)

// The index of a day that was rebuilt is called "rebuild-<n>-" and what it was called before, which
// becomes its alias: while it is filled no pattern of a reader matches it, and then all do.
var rebuiltPattern = regexp.MustCompile(`^rebuild-([1-9][0-9]{0,8})-(.*)$`)

// Daily is one day's index of a table.
type Daily struct {
	Table   seamark.Table `json:"table"`
	Day     time.Time     `json:"day"`     // 00:00 UTC
	Index   string        `json:"index"`   // its name; after a rebuild not the one that readers know
	Version int           `json:"version"` // of the template that it was made of, schemas.IndexVersion or less
}

// Days lists the daily indices of t, oldest first.
func (c *Client) Days(ctx context.Context, t seamark.Table) ([]Daily, error) {
	pattern := indexer.IndexPattern(c.prefix, t)
	allow := true
	_, b, err := c.call(ctx, opensearchapi.IndicesGetMappingRequest{Index: []string{pattern}, AllowNoIndices: &allow, IgnoreUnavailable: &allow,
		FilterPath: []string{"*.mappings._meta", "*.mappings.date_detection", "*.mappings.properties.timestamp.type"}}) // each has one of them
	if err != nil {
		return nil, err
	}
	var indices map[string]struct {
		Mappings struct {
			Meta struct{ Seamark int } `json:"_meta"`
		}
	}
	if err := json.Unmarshal(b, &indices); err != nil {
		return nil, c.nonsense(err)
	}
	var days []Daily
	for index, of := range indices {
		name := index
		if m := rebuiltPattern.FindStringSubmatch(index); m != nil {
			name = m[2]
		}
		day, err := time.Parse("2006.01.02", strings.TrimPrefix(name, strings.TrimSuffix(pattern, "*")))
		if err != nil {
			continue // somebody else's
		}
		days = append(days, Daily{t, day, index, of.Mappings.Meta.Seamark})
	}
	slices.SortFunc(days, func(a, b Daily) int { return a.Day.Compare(b.Day) })
	return days, nil
}

// StaleDays are those with an index of an older template, oldest first.
func (c *Client) StaleDays(ctx context.Context) ([]time.Time, error) {
	var days []time.Time
	for _, t := range seamark.Tables() {
		all, err := c.Days(ctx, t)
		if err != nil {
			return nil, err
		}
		for _, d := range all {
			if d.Version < schemas.IndexVersion {
				days = append(days, d.Day)
			}
		}
	}
	slices.SortFunc(days, time.Time.Compare)
	return slices.CompactFunc(days, time.Time.Equal), nil
}

// Rebuild is a day's indices being made anew, of the templates of this version. It begins with
// Client.Rebuild and ends with Swap or Drop; one that a process left half done the next removes.
type Rebuild struct {
	client *Client // whose prefix names the new indices
	of     *Client
	tables []rebuilt
}

// rebuilt is the index of one table.
type rebuilt struct {
	name string // that readers know
	was  string // the index behind that name; "": there is none
	next string
	uuid string // of next: another process may have made it anew
}

// Rebuild makes new, empty indices for a day, one for each table, and removes what another left half done.
func (c *Client) Rebuild(ctx context.Context, day time.Time) (*Rebuild, error) {
	r := &Rebuild{of: c}
	n := 1
	for _, t := range seamark.Tables() {
		name := dailyName(c.prefix, t, day)
		was, err := c.behind(ctx, name)
		if err != nil {
			return nil, err
		}
		r.tables = append(r.tables, rebuilt{name: name, was: was})
		if m := rebuiltPattern.FindStringSubmatch(was); m != nil {
			last, _ := strconv.Atoi(m[1]) // as the pattern has it
			n = max(n, last+1)
		}
		left, err := c.uuids(ctx, "rebuild-*-"+name)
		if err != nil {
			return nil, err
		}
		for index := range left {
			if index == was {
				continue
			}
			if err := c.remove(ctx, index); err != nil {
				return nil, err
			}
		}
	}
	next := *c
	next.prefix = fmt.Sprintf("rebuild-%d-%s", n, c.prefix)
	r.client = &next
	for i, table := range seamark.Tables() {
		t := &r.tables[i]
		t.next = next.prefix + strings.TrimPrefix(t.name, c.prefix)
		var err error
		if t.uuid, err = c.create(ctx, t.next, table); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// behind is the index that has a name or alias; "" where there is none.
func (c *Client) behind(ctx context.Context, name string) (string, error) {
	indices, err := c.uuids(ctx, name)
	if err != nil {
		return "", err
	}
	if len(indices) > 1 {
		return "", &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("the alias %s is of %d indices", name, len(indices)), Where: c.url,
			Remedy: "take it from those that Seamark did not make"}
	}
	for index := range indices {
		return index, nil
	}
	return "", nil
}

// uuids are the identities of the indices with a name or alias, or that match a pattern.
func (c *Client) uuids(ctx context.Context, name string) (map[string]string, error) {
	status, b, err := c.call(ctx, opensearchapi.IndicesGetSettingsRequest{Index: []string{name}, Name: []string{"index.uuid"}}, http.StatusNotFound)
	if err != nil || status == http.StatusNotFound {
		return nil, err
	}
	var indices map[string]struct {
		Settings struct{ Index struct{ UUID string } }
	}
	if err := json.Unmarshal(b, &indices); err != nil {
		return nil, c.nonsense(err)
	}
	out := map[string]string{}
	for index, of := range indices {
		out[index] = of.Settings.Index.UUID
	}
	return out, nil
}

// isStill reports whether the new index is the one that was made.
func (r *Rebuild) isStill(ctx context.Context, t rebuilt) (bool, error) {
	is, err := r.of.uuids(ctx, t.next)
	return is[t.next] == t.uuid, err
}

// create makes an index as the template of t would.
func (c *Client) create(ctx context.Context, index string, t seamark.Table) (uuid string, err error) {
	template, err := indexer.TemplateOf(t, c.prefix, c.replicas)
	if err != nil {
		return "", err
	}
	var parts struct {
		Template json.RawMessage `json:"template"`
	}
	if err := json.Unmarshal(template.Body, &parts); err != nil {
		return "", err
	}
	if _, _, err := c.call(ctx, opensearchapi.IndicesCreateRequest{Index: index, Body: bytes.NewReader(parts.Template)}); err != nil {
		return "", err
	}
	is, err := c.uuids(ctx, index)
	return is[index], err
}

func (c *Client) remove(ctx context.Context, index string) error {
	_, _, err := c.call(ctx, opensearchapi.IndicesDeleteRequest{Index: []string{index}}, http.StatusNotFound)
	return err
}

// CountDay counts the documents of the daily index of t, under whatever name it lies.
func (c *Client) CountDay(ctx context.Context, t seamark.Table, day time.Time) (int64, error) {
	index, err := c.behind(ctx, dailyName(c.prefix, t, day))
	if err != nil || index == "" {
		return 0, err
	}
	return c.countIn(ctx, index, everything)
}

func dailyName(prefix string, t seamark.Table, day time.Time) string {
	return indexer.IndexName(prefix, lake.Partition{Table: t, Hour: day.Unix() / 3600})
}

// Bulk takes the documents of the new indices.
func (r *Rebuild) Bulk() indexer.Bulk { return r.client }

// Documents counts those of the indices that are there, and of the new ones.
func (r *Rebuild) Documents(ctx context.Context) (was, now int64, err error) {
	for _, t := range r.tables {
		if t.was != "" {
			n, err := r.of.countIn(ctx, t.was, everything)
			if err != nil {
				return 0, 0, err
			}
			was += n
		}
		n, err := r.of.countIn(ctx, t.next, everything)
		if err != nil {
			return 0, 0, err
		}
		now += n
	}
	return was, now, nil
}

// Swap puts the new indices in place of the old ones, which are gone then, in one step: at no moment
// does a reader see a document twice or not at all. An index whose name is to become an alias is
// removed in that step; who asks meanwhile, for a tenth of a second, is answered 503 by OpenSearch 2.19.
// A new index that is empty and takes nobody's place is removed.
func (r *Rebuild) Swap(ctx context.Context) error {
	if err := r.dropEmpty(ctx); err != nil {
		return err
	}
	var actions []any
	for _, t := range r.tables {
		still, err := r.isStill(ctx, t)
		if err != nil {
			return err
		}
		if !still {
			return &seamark.Fault{Class: seamark.Rejected, What: "somebody else made " + t.next + " anew", Where: r.of.url, Remedy: "have one reindex of a day run at a time"}
		}
		switch t.was {
		case "":
		case t.name: // its name is to be free for an alias in the same step
			actions = append(actions, clause{"remove_index": clause{"index": t.was}})
		default:
			actions = append(actions, clause{"remove": clause{"index": t.was, "alias": t.name}})
		}
		actions = append(actions, clause{"add": clause{"index": t.next, "alias": t.name, "is_write_index": true}})
	}
	if len(actions) == 0 {
		return nil
	}
	body, err := json.Marshal(clause{"actions": actions})
	if err != nil {
		return err
	}
	if _, _, err = r.of.call(ctx, opensearchapi.IndicesUpdateAliasesRequest{Body: bytes.NewReader(body)}); err != nil {
		for _, t := range r.tables { // the answer may be what was lost
			if live, unsure := r.live(ctx, t); unsure != nil || !live {
				return err
			}
		}
	}
	for _, t := range r.tables {
		if t.was != "" && t.was != t.name {
			if err := r.of.remove(ctx, t.was); err != nil {
				return err
			}
		}
	}
	return nil
}

// dropEmpty removes the new indices that are empty and would take nobody's place.
func (r *Rebuild) dropEmpty(ctx context.Context) error {
	var kept []rebuilt
	for _, t := range r.tables {
		n, err := r.of.countIn(ctx, t.next, everything)
		if err != nil {
			return err
		}
		if t.was != "" || n > 0 {
			kept = append(kept, t)
		} else if err := r.of.remove(ctx, t.next); err != nil {
			return err
		}
	}
	r.tables = kept
	return nil
}

// live reports whether a new index has taken its place.
func (r *Rebuild) live(ctx context.Context, t rebuilt) (bool, error) {
	index, err := r.of.behind(ctx, t.name)
	return index == t.next, err
}

// Drop gives up the new indices that have taken nobody's place.
func (r *Rebuild) Drop(ctx context.Context) error {
	for _, t := range r.tables {
		live, err := r.live(ctx, t)
		if err != nil {
			return err
		}
		still, err := r.isStill(ctx, t)
		if err != nil {
			return err
		}
		if live || !still {
			continue
		}
		if err := r.of.remove(ctx, t.next); err != nil {
			return err
		}
	}
	return nil
}
