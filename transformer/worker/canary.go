package worker

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/transformer"
)

// The canary is an event of our own that takes the way of all others, so that a pipeline
// that stands still is noticed though nobody writes logs.
const (
	canaryProduct     = "seamark"
	canaryEnvironment = "canary"

	canaryName   = "seamark-canary-1-"
	canaryAge    = 2 * time.Minute // before that a canary may be on its way
	canaryGroup  = "/seamark/canary"
	canaryBefore = 3 // hours in which the one before is looked for
)

// Canaried is what Canary did.
type Canaried struct {
	Key      string `json:"key"`                // the landing object that was written, or the mark of the event that Firehose took
	Previous string `json:"previous,omitempty"` // the one before, which was looked for; through Firehose the newest that is lost
	Lost     bool   `json:"lost"`               // its event is not in the lake, or Firehose takes none
}

// Canary puts an event of the product seamark to Firehose, or, where none is named, writes a
// landing object with it. It fails when that of a canary before is not in the lake.
func (w *Worker) Canary(ctx context.Context) (r Canaried, err error) {
	if w.Firehose != nil {
		return w.canaryByFirehose(ctx)
	}
	store := w.Store(ctx)
	now := w.now().UTC()
	if r.Previous, err = previousCanary(store, now); err != nil {
		return r, err
	}
	if r.Previous != "" {
		if r.Lost, err = lost(store, r.Previous); err != nil {
			return r, err
		}
	}
	key, object, err := w.canary(now)
	if err != nil {
		return r, err
	}
	if err := store.Create(key, func(out io.Writer) error { _, err := out.Write(object); return err }); err != nil {
		return r, err
	}
	r.Key = key
	lost := 0.0
	if r.Lost {
		lost = 1
		err = &seamark.Fault{Class: seamark.Temporary, Where: r.Previous, What: "the canary's event is not in the lake",
			Remedy: "look at the transform queue, its dead letters and the log of the transformer"}
	}
	w.count(map[string]float64{"CanaryMissing": lost})
	return r, err
}

// previousCanary finds the newest canary that should have arrived.
func previousCanary(store lake.Store, now time.Time) (string, error) {
	newest := ""
	for h := range canaryBefore {
		folder := lake.LandingFolder + "/" + now.Add(-time.Duration(h)*time.Hour).Format("2006/01/02/15")
		err := store.Walk(folder, func(key string, e fs.DirEntry) error {
			if strings.HasPrefix(e.Name(), canaryName) && key > newest && now.Sub(lake.Arrival(key, now)) >= canaryAge {
				newest = key
			}
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) || newest != "" {
			return newest, err
		}
	}
	return "", nil
}

// lost looks for the ledger's entry of a landing object.
func lost(store lake.Store, key string) (bool, error) {
	src, err := transformer.OpenObject(lake.Part(store), store, key)
	if err != nil {
		return false, err
	}
	defer src.Close()
	entries, err := lake.Part(store).Learn(lake.LedgerKey(src.Arrival, src.ID))
	return len(entries) == 0 || entries[0].Accounts.Rows == 0, err
}

// canary makes a landing object as Firehose would write it.
func (w *Worker) canary(now time.Time) (key string, object []byte, err error) {
	var u [16]byte
	rand.Read(u[:])
	object, err = w.canaryPayload(now, u)
	key = fmt.Sprintf("%s/%s/%s%s-%x-%x-%x-%x-%x.gz", lake.LandingFolder, now.Format("2006/01/02/15"), canaryName, now.Format("2006-01-02-15-04-05"),
		u[:4], u[4:6], u[6:8], u[8:10], u[10:16])
	return key, object, err
}

// canaryPayload is a payload as CloudWatch Logs sends it, with one event.
func (w *Worker) canaryPayload(now time.Time, u [16]byte) ([]byte, error) {
	workload := seamark.Workload{Product: canaryProduct, Environment: canaryEnvironment, Team: canaryProduct, Region: w.Region, Component: "canary"}
	text, err := json.Marshal(map[string]any{
		"timestamp": now.UnixMilli(), "level": "INFO", "product": canaryProduct, "eventName": "canary", "message": "The pipeline carries what it is given.",
	})
	if err != nil {
		return nil, err
	}
	payload := map[string]any{
		"messageType": "DATA_MESSAGE", "owner": "000000000000", "logGroup": canaryGroup, "logStream": now.Format("2006/01/02"),
		"subscriptionFilters": []string{workload.FilterName()},
		"logEvents":           []any{map[string]any{"id": canaryID(hex.EncodeToString(u[:])), "timestamp": now.UnixMilli(), "message": string(text)}},
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := json.NewEncoder(z).Encode(payload); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
