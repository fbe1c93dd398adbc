package opensearch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/opensearch-project/opensearch-go/v2/opensearchapi"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
)

// info is what the server says of itself.
type info struct {
	ClusterUUID string `json:"cluster_uuid"`
	Version     struct {
		Distribution string `json:"distribution"`
		Number       string `json:"number"`
	} `json:"version"`
	Tagline string `json:"tagline"`
}

func (c *Client) info(ctx context.Context) (info, error) {
	var i info
	_, body, err := c.call(ctx, opensearchapi.InfoRequest{})
	if err != nil {
		return i, err
	}
	if err := json.Unmarshal(body, &i); err != nil || i.Version.Number == "" {
		return i, &seamark.Fault{Class: seamark.Rejected, What: "the server is not an OpenSearch", Where: c.url, Err: reason(body), Remedy: "check the address"}
	}
	// Amazon's service leaves the distribution out when it plays an older Elasticsearch.
	if i.Version.Distribution != "opensearch" && !strings.Contains(i.Tagline, "OpenSearch") {
		return i, &seamark.Fault{Class: seamark.Rejected, What: "the server is an Elasticsearch " + i.Version.Number + ", not an OpenSearch", Where: c.url,
			Remedy: "use OpenSearch 2 or newer, without its compatibility mode"}
	}
	return i, nil
}

// Check tells whether an OpenSearch answers, and why not.
func (c *Client) Check(ctx context.Context) error {
	_, err := c.info(ctx)
	return err
}

// Target implements indexer.Bulk. It is the identity that a cluster gives itself when
// it is made, not its address.
func (c *Client) Target(ctx context.Context) (string, error) {
	i, err := c.info(ctx)
	if err != nil {
		return "", err
	}
	id := i.ClusterUUID
	switch id {
	case "_na_":
		return "", &seamark.Fault{Class: seamark.Temporary, What: "the OpenSearch cluster is still forming", Where: c.url, Remedy: "wait, or check its nodes"}
	case "":
		id = c.url
	}
	return id + "/" + c.prefix, nil
}

// InstallTemplates brings the index templates to what this version needs. What is right
// already is not written; a template of the same name that Seamark did not make is left
// alone and reported.
func (c *Client) InstallTemplates(ctx context.Context) error {
	templates, err := indexer.Templates(c.prefix, c.replicas)
	if err != nil {
		return err
	}
	for _, t := range templates {
		right, err := c.installed(ctx, t)
		if err != nil {
			return err
		}
		if right {
			continue
		}
		if _, _, err := c.call(ctx, opensearchapi.IndicesPutIndexTemplateRequest{Name: t.Name, Body: bytes.NewReader(t.Body)}); err != nil {
			return err
		}
	}
	return nil
}

// Stale names the index templates that are not as this version needs them: missing, of another
// version, or not Seamark's.
func (c *Client) Stale(ctx context.Context) (names []string, err error) {
	templates, err := indexer.Templates(c.prefix, c.replicas)
	if err != nil {
		return nil, err
	}
	for _, t := range templates {
		right, err := c.installed(ctx, t)
		if err != nil && seamark.ClassOf(err) != seamark.Rejected {
			return nil, err
		}
		if !right {
			names = append(names, t.Name)
		}
	}
	return names, nil
}

// installed reports whether a template is there as this version needs it; one of its name that is
// not Seamark's is a fault.
func (c *Client) installed(ctx context.Context, t indexer.Template) (bool, error) {
	want, err := normalTemplate(t.Body)
	if err != nil {
		return false, err
	}
	status, body, err := c.call(ctx, opensearchapi.IndicesGetIndexTemplateRequest{Name: []string{t.Name}}, 404)
	if err != nil || status == 404 {
		return false, err
	}
	var list struct {
		IndexTemplates []struct {
			Name          string          `json:"name"`
			IndexTemplate json.RawMessage `json:"index_template"`
		} `json:"index_templates"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		return false, c.nonsense(err)
	}
	for _, is := range list.IndexTemplates {
		got, err := normalTemplate(is.IndexTemplate)
		if err != nil {
			return false, c.nonsense(err)
		}
		if is.Name == t.Name && reflect.DeepEqual(got, want) {
			return true, nil
		}
		if meta, _ := got["_meta"].(map[string]any); is.Name == t.Name && meta["made_by"] != "seamark" {
			return false, &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("the index template %q is not Seamark's", t.Name), Where: c.url,
				Remedy: "rename or delete it"}
		}
	}
	return false, nil
}

// normalTemplate brings a template to the form in which the server's and ours can be
// compared: settings flat and as text, without what the server adds.
func normalTemplate(body []byte) (map[string]any, error) {
	var t map[string]any
	if err := json.Unmarshal(body, &t); err != nil {
		return nil, err
	}
	if composed, _ := t["composed_of"].([]any); len(composed) == 0 {
		delete(t, "composed_of")
	}
	if template, ok := t["template"].(map[string]any); ok {
		flat := map[string]string{}
		flatten(flat, "", template["settings"])
		template["settings"] = flat
	}
	return t, nil
}

func flatten(into map[string]string, path string, v any) {
	m, ok := v.(map[string]any)
	if !ok {
		into[path] = fmt.Sprint(v)
		return
	}
	for k, inner := range m {
		flatten(into, strings.TrimPrefix(path+"."+k, "."), inner)
	}
}

// CountDocuments counts the documents of t whose time lies in span, after making the
// latest visible. Where there is no index there are none.
func (c *Client) CountDocuments(ctx context.Context, t seamark.Table, span seamark.Span) (int64, error) {
	return c.countIn(ctx, indexer.IndexPattern(c.prefix, t), clause{"range": clause{"timestamp": bounds(span)}})
}

// everything matches each document.
var everything = clause{"match_all": clause{}}

// countIn counts the documents of an index, or of those that a pattern matches.
func (c *Client) countIn(ctx context.Context, pattern string, query clause) (int64, error) {
	allow := true
	if _, _, err := c.call(ctx, opensearchapi.IndicesRefreshRequest{Index: []string{pattern}, AllowNoIndices: &allow}); err != nil {
		return 0, err
	}
	body, err := json.Marshal(clause{"query": query})
	if err != nil {
		return 0, err
	}
	_, b, err := c.call(ctx, opensearchapi.CountRequest{Index: []string{pattern}, Body: bytes.NewReader(body), AllowNoIndices: &allow})
	if err != nil {
		return 0, err
	}
	var a struct {
		Count  *int64 `json:"count"`
		Shards struct {
			Failed int `json:"failed"`
		} `json:"_shards"`
	}
	if err := json.Unmarshal(b, &a); err != nil {
		return 0, c.nonsense(err)
	}
	if a.Count == nil {
		return 0, c.nonsense(errors.New("no count"))
	}
	if a.Shards.Failed > 0 {
		return 0, &seamark.Fault{Class: seamark.Temporary, What: fmt.Sprintf("%d shards did not count", a.Shards.Failed), Where: c.url,
			Remedy: "look at the health of the cluster"}
	}
	return *a.Count, nil
}

// HasDocument reports whether the index holds the document, searchable yet or not. Where
// there is no such index there is no document.
func (c *Client) HasDocument(ctx context.Context, index, id string) (bool, error) {
	status, _, err := c.call(ctx, opensearchapi.ExistsRequest{Index: index, DocumentID: id}, http.StatusNotFound)
	return err == nil && status == http.StatusOK, err
}

// bounds are those of a range query; a span without any matches every document, for
// each has a time.
func bounds(s seamark.Span) map[string]any {
	b := map[string]any{"format": "epoch_millis"}
	if !s.From.IsZero() {
		b["gte"] = s.From.UnixMilli()
	}
	if !s.To.IsZero() {
		b["lt"] = s.To.UnixMilli()
	}
	return b
}
