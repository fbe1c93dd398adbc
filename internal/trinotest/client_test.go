package trinotest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// trino asks a server over its REST protocol.
// Source: https://trino.io/docs/current/develop/client-protocol.html
type trino struct {
	url    string
	schema string
}

// stats are what a statement has cost.
type stats struct {
	PhysicalInputBytes int64 `json:"physicalInputBytes"` // read from files
	ProcessedRows      int64 `json:"processedRows"`
	CPUTimeMillis      int64 `json:"cpuTimeMillis"`
	ElapsedTimeMillis  int64 `json:"elapsedTimeMillis"`
}

// answer is what came of a statement: rows of text, a line each.
type answer struct {
	rows  []string
	stats stats
}

func (a answer) String() string { return strings.Join(a.rows, "\n") }

// page is one piece of an answer.
type page struct {
	NextURI string  `json:"nextUri"`
	Data    [][]any `json:"data"`
	Stats   stats   `json:"stats"`
	Error   *struct {
		Message   string `json:"message"`
		ErrorName string `json:"errorName"`
	} `json:"error"`
}

// query runs a statement to its end. session holds settings such as "hive.x=false".
func (c *trino) query(ctx context.Context, statement string, session ...string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	var a answer
	p, err := c.call(ctx, http.MethodPost, c.url+"/v1/statement", statement, session)
	for err == nil {
		if p.Error != nil {
			return a, fmt.Errorf("%s: %s", p.Error.ErrorName, p.Error.Message)
		}
		for _, row := range p.Data {
			a.rows = append(a.rows, line(row))
		}
		a.stats = p.Stats
		if p.NextURI == "" {
			return a, nil
		}
		p, err = c.call(ctx, http.MethodGet, p.NextURI, "", session)
	}
	return a, fmt.Errorf("Trino at %s: %w", c.url, err)
}

func line(row []any) string {
	texts := make([]string, len(row))
	for i, v := range row {
		texts[i] = "NULL"
		if v != nil {
			texts[i] = fmt.Sprint(v)
		}
	}
	return strings.Join(texts, apart)
}

// apart stands between the values of a line; texts of the fleet do not hold it.
const apart = "\x1f"

func (c *trino) call(ctx context.Context, method, url, body string, session []string) (page, error) {
	var p page
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return p, err
	}
	for key, value := range map[string]string{"User": "seamark", "Catalog": "hive", "Schema": c.schema, "Time-Zone": "UTC", "Session": strings.Join(session, ",")} {
		r.Header.Set("X-Trino-"+key, value)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return p, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return p, err
	}
	if resp.StatusCode != http.StatusOK {
		return p, fmt.Errorf("%s: %.200s", resp.Status, b)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	return p, d.Decode(&p)
}
