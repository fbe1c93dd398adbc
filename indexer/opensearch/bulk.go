package opensearch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/opensearch-project/opensearch-go/v2/opensearchapi"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
)

// cause is an error as OpenSearch writes it.
type cause struct {
	Type     string `json:"type"`
	Reason   string `json:"reason"`
	CausedBy *cause `json:"caused_by"`
}

func (c *cause) text() string {
	if c.CausedBy == nil || c.CausedBy.Reason == "" {
		return c.Reason
	}
	return c.Reason + ": " + c.CausedBy.Reason
}

// decodeError reads the error of a whole request; some are plain text.
func decodeError(body []byte) string {
	var full struct{ Error cause }
	if json.Unmarshal(body, &full) == nil && full.Error.Type != "" {
		return full.Error.Type + ": " + full.Error.text()
	}
	var short struct{ Error string }
	if json.Unmarshal(body, &short) == nil {
		return short.Error
	}
	return ""
}

// bulkAnswer is what is asked of the answer to a bulk request.
type bulkAnswer struct {
	Errors *bool `json:"errors"`
	Items  []struct {
		Create *itemAnswer `json:"create"`
		Index  *itemAnswer `json:"index"`
	} `json:"items"`
}

type itemAnswer struct {
	Status int    `json:"status"`
	Error  *cause `json:"error"`
}

// filterPath keeps the answer short: a third of the bytes of a request otherwise.
var filterPath = []string{"errors", "error", "items.*.status", "items.*.error.type", "items.*.error.reason", "items.*.error.caused_by.reason"}

// Bulk implements indexer.Bulk. An answer that is not one for each document is Temporary:
// nobody knows what was done, and asking again is safe.
func (c *Client) Bulk(ctx context.Context, body []byte, n int) ([]indexer.Answer, error) {
	_, b, err := c.call(ctx, opensearchapi.BulkRequest{Body: bytes.NewReader(body), FilterPath: filterPath})
	if err != nil {
		return nil, err
	}
	var a bulkAnswer
	if err := json.Unmarshal(b, &a); err != nil {
		return nil, c.nonsense(errors.New("not JSON: " + err.Error()))
	}
	if a.Errors == nil || len(a.Items) != n {
		return nil, c.nonsense(fmt.Errorf("%d answers to %d documents", len(a.Items), n))
	}
	answers := make([]indexer.Answer, n)
	for i, item := range a.Items {
		one := item.Create
		if one == nil {
			one = item.Index
		}
		if one == nil || one.Status < 200 {
			return nil, c.nonsense(fmt.Errorf("no status of document %d", i))
		}
		answers[i].Status = one.Status
		if e := one.Error; e != nil {
			answers[i].Type, answers[i].Reason = e.Type, e.text()
		}
	}
	return answers, nil
}

func (c *Client) nonsense(err error) error {
	return &seamark.Fault{Class: seamark.Temporary, What: "OpenSearch gave an answer that makes no sense", Where: c.url, Err: err,
		Remedy: "check that nothing between here and the server changes answers"}
}
