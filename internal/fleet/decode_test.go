package fleet_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"testing"

	"github.com/seamark-hq/seamark/internal/fleet"
)

// payload is the shape of a subscription payload, as the AWS documentation gives it.
type payload struct {
	MessageType         string     `json:"messageType"`
	Owner               string     `json:"owner"`
	LogGroup            string     `json:"logGroup"`
	LogStream           string     `json:"logStream"`
	SubscriptionFilters []string   `json:"subscriptionFilters"`
	LogEvents           []logEvent `json:"logEvents"`
}

type logEvent struct {
	ID        string `json:"id"`
	Timestamp int64  `json:"timestamp"`
	Message   string `json:"message"`
}

// decode reads one payload with the standard library, strictly.
func decode(t testing.TB, data []byte) payload {
	t.Helper()
	gz, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(gz)
	if err != nil {
		t.Fatal(err)
	}
	return decodeJSON(t, text)
}

func decodeJSON(t testing.TB, text []byte) payload {
	t.Helper()
	var p payload
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		t.Fatalf("%v in %.300s", err, text)
	}
	return p
}

// collect drains a window of f.
func collect(f *fleet.Fleet, seconds int) (all []fleet.Payload, truth fleet.Truth) {
	for p := range f.Payloads(f.Start(), f.Start().Add(secondsOf(seconds))) {
		all = append(all, p)
		truth.Add(p.Truth)
	}
	return all, truth
}
