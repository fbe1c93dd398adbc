package main

import (
	"archive/zip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/seamark-hq/seamark/internal/lambda/runtimetest"
)

// What is asked of the functions.
const (
	mostZip  = 15_000_000 // bytes
	mostCold = 400 * time.Millisecond
)

// function is a Lambda function with the first event that it is handed.
type function struct {
	name, config, event string
}

// functions measures the size of the zips, and how long it takes from the start of a process
// to its first event and to the answer. The lake is a folder: what S3 takes comes on top.
func (b *bench) functions() (string, error) {
	if out, err := exec.Command("scripts/lambda.sh").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	search := httptest.NewServer(http.HandlerFunc(openSearch))
	defer search.Close()
	object, cards := filepath.Join(b.work, "lake", "landing", "2026", "11", "22", "08", "a.gz"), filepath.Join(b.work, "cards")
	var w strings.Builder
	fmt.Fprintf(&w, "## Lambda functions\n\nZips in MB, of at most %.0f. Cold start: from the start of the process (here, %s, no network) until it asks for its first event, and until that is done; medians of %d, the target is %d ms. "+
		"The lake is a folder; the transformer makes an object of 1,000 events done, the alerter posts a card into a folder, the indexer looks up what is not indexed and finds nothing, the collector is asked for no place.\n\n"+
		"| function | arm64 MB | amd64 MB | asks for an event after ms | has done it after ms |\n|---|---|---|---|---|\n", mb(mostZip), runtime.GOARCH, b.rounds, mostCold.Milliseconds())
	late := ""
	for _, f := range []function{
		{"collector", "deployment: acme\naccounts: [{id: \"111122223333\", alias: web}]\nregions: [eu-central-1]\nonboard: {destination: \"arn:aws:logs:{region}:999999999999:destination:seamark\"}\n", `{"places":[]}`},
		{"transformer", "", `{"do":"transform","key":"landing/2026/11/22/08/a.gz"}`},
		{"indexer", "opensearch: {url: \"" + search.URL + "\"}\n", `{"do":"reconcile"}`},
		{"alerter", "receivers: [{name: files, folder: {path: " + cards + "}}]\n", alarm},
	} {
		var ready, done []time.Duration
		for range b.rounds {
			if err := os.RemoveAll(filepath.Join(b.work, "lake")); err != nil {
				return "", err
			}
			if err := landingObject(object); err != nil {
				return "", err
			}
			asked, answered, err := b.coldStart(f)
			if err != nil {
				return "", fmt.Errorf("%s: %w", f.name, err)
			}
			ready, done = append(ready, asked), append(done, answered)
		}
		slices.Sort(ready)
		slices.Sort(done)
		fmt.Fprintf(&w, "| %s |", f.name)
		for _, arch := range []string{"arm64", "amd64"} {
			info, err := os.Stat("dist/lambda/" + f.name + "-" + arch + ".zip")
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&w, " %.1f |", mb(info.Size()))
			if info.Size() > mostZip {
				late += fmt.Sprintf(" The zip of %s for %s is too large.", f.name, arch)
			}
		}
		at := done[len(done)/2]
		fmt.Fprintf(&w, " %d | **%d** |\n", ready[len(ready)/2].Milliseconds(), at.Milliseconds())
		if at > mostCold {
			late += fmt.Sprintf(" %s is too slow.", f.name)
		}
	}
	fmt.Fprintf(&w, "\n%s\n", strings.TrimSpace("Targets: "+map[bool]string{true: "all met.", false: strings.TrimSpace(late)}[late == ""]))
	return w.String(), nil
}

// coldStart starts a function from its zip and hands it its first event.
func (b *bench) coldStart(f function) (asked, answered time.Duration, err error) {
	path, err := b.unzip("dist/lambda/" + f.name + "-" + runtime.GOARCH + ".zip")
	if err != nil {
		return 0, 0, err
	}
	run, err := runtimetest.Start(path, "SEAMARK_CONFIG="+f.config+"\n", "SEAMARK_LAKE="+filepath.Join(b.work, "lake"), "SEAMARK_QUEUE_URL=http://127.0.0.1:1/1/q", "AWS_REGION=eu-central-1",
		"AWS_ACCESS_KEY_ID=1", "AWS_SECRET_ACCESS_KEY=x", "AWS_EC2_METADATA_DISABLED=true", "HOME="+b.work, "TMPDIR="+b.work)
	if err != nil {
		return 0, 0, err
	}
	defer run.Close()
	a, err := run.Invoke(f.event, time.Minute)
	answered = time.Since(run.Began)
	if err == nil && a.Failed {
		err = fmt.Errorf("it failed: %s", a.Body)
	}
	if err != nil {
		return 0, 0, err
	}
	asked, err = run.Ready()
	return asked, answered, err
}

func (b *bench) unzip(name string) (string, error) {
	z, err := zip.OpenReader(name)
	if err != nil {
		return "", err
	}
	defer z.Close()
	in, err := z.Open("bootstrap")
	if err != nil {
		return "", err
	}
	defer in.Close()
	path := filepath.Join(b.work, "bootstrap")
	if err := os.RemoveAll(path); err != nil {
		return "", err
	}
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		return "", err
	}
	if _, err := io.Copy(out, in); err != nil {
		return "", err
	}
	return path, out.Close()
}

// landingObject writes one of 1,000 events.
func landingObject(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	var events []string
	for i := range 1000 {
		events = append(events, fmt.Sprintf(`{"id":"%d","timestamp":%d,"message":"hello %d"}`, i, 1795341600000+i, i))
	}
	return os.WriteFile(path, []byte(`{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"/aws/lambda/f","logStream":"s","subscriptionFilters":["seamark/1/p/prod/team/eu-central-1/f"],"logEvents":[`+strings.Join(events, ",")+`]}`), 0o600)
}

// alarm is one as EventBridge tells it.
const alarm = `{"version":"0","id":"1","detail-type":"CloudWatch Alarm State Change","source":"aws.cloudwatch","account":"222222222222","time":"2026-11-22T14:03:00Z","region":"eu-central-1","resources":["arn:aws:cloudwatch:eu-central-1:222222222222:alarm:seamark/booking/prod/fn/errors"],"detail":{"alarmName":"seamark/booking/prod/fn/errors","state":{"value":"ALARM","reason":"Threshold Crossed","timestamp":"2026-11-22T14:03:00.000+0000"},"previousState":{"value":"OK","timestamp":"2026-11-22T14:00:00.000+0000"},"configuration":{"metrics":[]}}}`

// openSearch answers what the indexer asks at its start: for the server, and for templates,
// of which there are none.
func openSearch(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.URL.Path == "/":
		io.WriteString(w, `{"cluster_uuid":"bench","version":{"distribution":"opensearch","number":"2.19.4"},"tagline":"The OpenSearch Project: https://opensearch.org/"}`)
	case r.Method == http.MethodPut:
		io.WriteString(w, `{"acknowledged":true}`)
	default:
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, `{}`)
	}
}
