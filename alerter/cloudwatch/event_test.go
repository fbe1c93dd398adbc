package cloudwatch_test

import (
	"encoding/json"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/cloudwatch"
	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
)

var update = flag.Bool("update", false, "write the golden files")

func TestParseGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/events/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no events", err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".golden.json") {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			alarms, err := cloudwatch.Parse(data)
			if (err != nil) != strings.Contains(file, "one_bad") {
				t.Errorf("error %v", err)
			}
			got, err := json.MarshalIndent(alarms, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			cardtest.Golden(t, strings.TrimSuffix(file, ".json")+".golden.json", append(got, '\n'), *update)
		})
	}
}

// Each file of bad is no alarm; its golden message says why, and what to do.
func TestParseFaults(t *testing.T) {
	files, err := filepath.Glob("testdata/events/bad/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no events", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			alarms, err := cloudwatch.Parse(data)
			if err == nil || len(alarms) > 0 {
				t.Fatalf("got %v, %v", alarms, err)
			}
			if got, want := seamark.ClassOf(err), seamark.Rejected; got != want {
				t.Errorf("class %v, want %v", got, want)
			}
			cardtest.Golden(t, strings.TrimSuffix(file, ".json")+".golden", []byte(err.Error()+"\n"), *update)
		})
	}
	if _, err := cloudwatch.Parse(make([]byte, 9<<20)); err == nil {
		t.Error("9 MiB were read")
	}
}

// Whatever the bytes, Parse returns alarms that make a card, or a Rejected fault.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/events/*.json", "testdata/events/bad/*.json"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		alarms, err := cloudwatch.Parse(data)
		if len(alarms) == 0 && err == nil {
			t.Fatal("neither alarm nor error")
		}
		if _, ok := errors.AsType[*seamark.Fault](err); err != nil && !ok {
			t.Fatalf("a %T", err)
		}
		for _, a := range alarms {
			if a.Name == "" || a.Scope.Product == "" || a.Scope.Environment == "" || a.Severity == "" || math.IsNaN(a.Value) || math.IsInf(a.Threshold, 0) {
				t.Fatalf("incomplete: %+v", a)
			}
			if seamark.Slug(a.Scope.Product) != a.Scope.Product {
				t.Fatalf("product %q", a.Scope.Product)
			}
			in := seamark.Incident{Product: a.Scope.Product, Environment: a.Scope.Environment, Alarms: []seamark.Alarm{a}, Status: seamark.IncidentOpen, OpenedAt: a.Since, UpdatedAt: a.Since}
			if s := card.Text(card.Build(&in, cardtest.Links())); strings.ContainsAny(s, "\x1b\x00\u202e") {
				t.Fatalf("text drives a terminal: %q", s)
			}
		}
	})
}
