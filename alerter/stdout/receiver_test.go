package stdout_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/event"
	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
	"github.com/seamark-hq/seamark/alerter/stdout"
)

type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestWrites(t *testing.T) {
	c := cardtest.Cases()[5].Card() // hostile
	var out bytes.Buffer
	if ref, err := stdout.New(stdout.Options{Name: "out", Out: &out}).Deliver(t.Context(), c, ""); err != nil || ref != "" || !strings.HasPrefix(out.String(), "FIRING ") || strings.ContainsRune(out.String(), 0x1b) {
		t.Errorf("%q %v\n%s", ref, err, out.String())
	}
	out.Reset()
	r := stdout.New(stdout.Options{Name: "out", JSON: true, Out: &out})
	ref, err := r.Deliver(t.Context(), c, "")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := r.Deliver(t.Context(), c, ref); err != nil || again != ref {
		t.Error(again, err)
	}
	var e event.Event
	if err := json.Unmarshal(out.Bytes(), &e); err != nil || e.Kind != event.Opened || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("%v\n%s", err, out.String())
	}
	if _, err := stdout.New(stdout.Options{Name: "out", Out: closed{}}).Deliver(t.Context(), c, ""); seamark.ClassOf(err) != seamark.Temporary {
		t.Error(err)
	}
}
