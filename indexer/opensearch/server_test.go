package opensearch_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/lake"
)

// eventMs is 2026-11-22T10:00:00Z.
const eventMs = 1795341600000

// realClient is a client whose indices are the test's own and gone after it.
func realClient(t testing.TB, url string) *opensearch.Client {
	t.Helper()
	c := newClient(t, opensearch.Options{URL: url, Prefix: "t" + randomHex(6) + "-"})
	if err := c.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.InstallTemplates(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ask(t, url, "DELETE", "/"+c.Prefix()+"*", "")
		ask(t, url, "DELETE", "/_index_template/"+c.Prefix()+"*", "")
	})
	return c
}

func newClient(t testing.TB, o opensearch.Options) *opensearch.Client {
	t.Helper()
	c, err := opensearch.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// ask sends one request past the client, and returns the answer as JSON.
func ask(t testing.TB, url, method, path, body string) map[string]any {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		t.Fatalf("%s %s: %v: %.300s", method, path, err, b)
	}
	return out
}

// row is one row of either table, with its owner.
type row struct {
	product string
	log     *seamark.Log
	access  *seamark.AccessLog
}

func newLake(t testing.TB) *lake.Lake {
	t.Helper()
	l, err := lake.Open(t.Context(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// commit writes rows as one landing object.
func commit(t testing.TB, l *lake.Lake, rows ...row) *lake.Entry {
	t.Helper()
	id := lake.ID(randomHex(32))
	w := l.NewWriter(id)
	defer w.Discard()
	for _, r := range rows {
		p := lake.Partition{Table: seamark.TableLogs, Product: r.product, Environment: "prod"}
		var err error
		if r.access != nil {
			p.Table, p.Hour = seamark.TableAccessLogs, lake.HourOf(r.access.Timestamp)
			err = w.WriteAccessLogs(p, []seamark.AccessLog{*r.access}, 100)
		} else {
			p.Hour = lake.HourOf(r.log.Timestamp)
			err = w.WriteLogs(p, []seamark.Log{*r.log}, 100)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	files, err := w.Finish()
	if err != nil {
		t.Fatal(err)
	}
	e := &lake.Entry{Version: 1, ID: id, Origin: lake.Origin{URL: "landing/" + string(id)}, Arrival: time.UnixMilli(eventMs).UTC(), Parser: "1",
		Accounts: seamark.Accounts{Objects: 1, Events: int64(len(rows)), Rows: int64(len(rows))}, Files: files}
	if err := l.Commit(e); err != nil {
		t.Fatal(err)
	}
	return e
}

// plainRows are n ordinary rows with the ids from on.
func plainRows(from, n int) []row {
	rows := make([]row, n)
	for i := range rows {
		rows[i] = row{product: "booking", log: &seamark.Log{
			Timestamp: eventMs + int64(i), EventID: fmt.Sprint(from + i), AccountID: "222222222222", Source: "/aws/lambda/booking", Level: "INFO",
			EventData: fmt.Sprintf(`{"n":%d,"port":"P%d"}`, i, i%3), Message: "line " + fmt.Sprint(i), IngestedAt: eventMs}}
	}
	return rows
}

// quick are options with short waits.
func quick() indexer.Options {
	return indexer.Options{BatchDocs: 100, FirstWait: time.Millisecond, MaxWait: 20 * time.Millisecond, MaxElapsed: 20 * time.Second}
}

func newIndexer(t testing.TB, l *lake.Lake, c *opensearch.Client, o indexer.Options) *indexer.Indexer {
	t.Helper()
	ix, err := indexer.New(l, c, o)
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

// checkBalance is the sum of invariant 5 as the result claims it.
func checkBalance(t rapid.TB, r indexer.Result, documents int) {
	t.Helper()
	if r.Documents != int64(documents) || r.Created+r.Duplicates+r.Reduced != r.Documents {
		t.Errorf("%d documents do not balance: %+v", documents, r)
	}
}

// checkCount compares what the server counts with the distinct ids.
func checkCount(t testing.TB, c *opensearch.Client, table seamark.Table, want int) {
	t.Helper()
	got, err := c.CountDocuments(context.Background(), table, seamark.Span{})
	if err != nil {
		t.Fatal(err)
	}
	if got != int64(want) {
		t.Errorf("%s: %d documents in the index, want %d", table, got, want)
	}
}
