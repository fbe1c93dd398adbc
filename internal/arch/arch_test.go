// Package arch holds the import table of docs/architecture.md as a test.
package arch

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/seamark-hq/seamark"

// room is one row of the import table: what production code below a folder may import
// beside the standard library. A name that ends in /... covers all below.
type room struct {
	folder string
	own    []string // rooms of this module
	sdk    []string // modules of others
}

// table is the import table. The first row whose folder matches counts, so that the
// narrower ones come first.
var table = []room{
	{".", nil, nil},
	{"schemas", nil, nil},
	{"query/words", nil, nil},
	{"query/split", rooms(".", "query"), nil},
	{"query/journey", rooms(".", "query"), nil},
	{"query/querytest", rooms(".", "query", "query/words"), []string{"github.com/google/go-cmp", "pgregory.net/rapid"}},
	{"query", rooms(".", "schemas"), nil},
	{"lake/duckdb", rooms(".", "schemas", "lake", "query"), []string{"github.com/duckdb/duckdb-go/v2"}},
	{"lake/parquetfile", rooms(".", "schemas"), []string{"github.com/klauspost/compress", "github.com/parquet-go/parquet-go"}},
	{"lake/s3", rooms(".", "schemas", "lake"), []string{"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go"}},
	{"lake/cache", rooms(".", "schemas", "lake"), nil},
	{"lake/stats", rooms(".", "lake"), nil},
	{"lake/changes", rooms(".", "lake"), nil},
	{"lake/quarantine", rooms(".", "lake"), nil},
	{"lake/athena", rooms(".", "schemas", "lake"), nil},
	{"lake/glue", rooms(".", "schemas", "lake/athena"), []string{"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go"}},
	{"lake/lifecycle", rooms("lake", "lake/stats"), nil},
	{"lake/revision", nil, nil},
	{"lake/senders", rooms("."), nil},
	{"lake/storetest", rooms(".", "schemas", "lake"), nil},
	{"lake", rooms(".", "schemas", "query/words"), []string{"github.com/parquet-go/parquet-go", "golang.org/x/sync", "golang.org/x/sys"}},
	{"collector/inventory", nil, nil},
	{"collector/quota", rooms("collector/inventory"), nil},
	{"collector/rule", rooms(".", "collector/inventory"), nil},
	{"collector/hint", rooms("collector/inventory"), nil},
	{"collector/state", rooms(".", "lake", "lake/revision", "collector/inventory"), nil},
	{"collector/rehearsal", rooms(".", "collector/inventory", "collector/quota", "collector/rule", "collector"), nil},
	{"collector/proof", rooms(".", "collector/inventory", "collector/quota", "collector"), nil},
	{"collector/explain", rooms("collector/inventory", "collector"), nil},
	{"collector/onboard", rooms(".", "lake", "collector/inventory", "collector/quota", "collector/hint", "collector/state", "collector", "collector/cloudtrail", "collector/explain", "collector/history", "collector/rehearsal"), nil},
	{"collector/internal/rig", rooms("collector/inventory", "collector/state", "collector", "internal/fleet/cloud"), nil},
	{"collector/history", rooms(".", "lake", "collector/inventory", "collector/quota", "collector/state", "collector"), nil},
	{"collector/ingest", rooms(".", "schemas", "lake", "collector"), []string{"github.com/klauspost/compress", "golang.org/x/sys"}},
	{"collector/cloudtrail", rooms(".", "collector/inventory", "collector/hint", "collector"), nil},
	{"collector/worker", rooms(".", "lake", "collector/inventory", "collector/hint", "collector", "collector/cloudtrail", "collector/history"), nil},
	{"collector/aws", rooms(".", "collector/inventory", "collector"), []string{"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go"}},
	{"collector/cloudtest", rooms("collector/inventory", "collector"), []string{"github.com/google/go-cmp"}},
	{"collector", rooms(".", "schemas", "lake"), nil},
	{"transformer/replay", rooms(".", "lake", "lake/changes", "lake/quarantine", "transformer", "transformer/origin"), []string{"golang.org/x/sync"}},
	{"transformer/origin", rooms(".", "lake", "transformer"), []string{"golang.org/x/sync"}},
	{"transformer/firehose", rooms("."), []string{"github.com/aws/aws-sdk-go-v2"}},
	{"transformer/inline", rooms(".", "lake", "transformer"), []string{"github.com/klauspost/compress"}},
	{"transformer/worker", rooms(".", "lake", "lake/senders", "transformer"), nil},
	{"transformer/redact", rooms("."), nil},
	{"transformer/inflate", nil, nil},
	{"transformer/scan", rooms("schemas"), nil},
	{"transformer/landing", rooms(".", "lake", "transformer/inflate", "transformer/scan"), []string{"github.com/klauspost/compress"}},
	{"transformer/lines", rooms(".", "schemas", "transformer/scan"), nil},
	{"transformer", rooms(".", "schemas", "lake"), nil},
	{"indexer/worker", rooms(".", "lake", "indexer"), nil},
	{"indexer/opensearch", rooms(".", "schemas", "lake", "query", "indexer"), []string{"github.com/opensearch-project/opensearch-go/v2", "github.com/aws/aws-sdk-go-v2"}},
	{"indexer", rooms(".", "schemas", "lake"), []string{"golang.org/x/sync"}},
	{"alerter/worker", rooms(".", "lake/revision", "alerter", "alerter/card", "alerter/cloudwatch", "alerter/incident", "alerter/rulebook", "alerter/rules"), nil},
	{"alerter/words", rooms("."), nil},
	{"alerter/links", rooms(".", "query", "alerter/words"), nil},
	{"alerter/card", rooms(".", "alerter/links", "alerter/words"), nil},
	{"alerter/cloudwatch", rooms(".", "alerter/links", "alerter/words"), nil},
	{"alerter/incident", rooms(".", "lake/revision", "alerter/card", "alerter/links", "alerter/words"), nil},
	{"alerter/act", rooms(".", "alerter/incident", "alerter/links", "alerter/words"), nil},
	{"alerter/route", rooms(".", "alerter/words"), nil},
	{"alerter/alertmanager", rooms(".", "alerter/route", "alerter/words"), []string{"github.com/prometheus/alertmanager", "github.com/prometheus/client_golang", "github.com/prometheus/common", "go.yaml.in/yaml/v3", "google.golang.org/protobuf"}},
	{"alerter/sns", rooms("."), nil},
	{"alerter/outgoing/sdk", rooms(".", "alerter/card", "alerter/outgoing"), []string{"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go"}},
	{"alerter/outgoing", rooms(".", "alerter/card"), nil},
	{"alerter/internal/cardtest", rooms(".", "alerter/card", "alerter/links"), []string{"github.com/google/go-cmp"}},
	{"alerter/slack", rooms(".", "alerter/card", "alerter/links", "alerter/outgoing", "alerter/words"), []string{"github.com/slack-go/slack"}},
	{"alerter/teams", rooms(".", "alerter/card", "alerter/links", "alerter/outgoing", "alerter/words"), nil},
	{"alerter/folder", rooms(".", "alerter/card"), nil},
	{"alerter/event", rooms(".", "alerter/card", "alerter/words"), nil},
	{"alerter/webhook", rooms(".", "alerter/card", "alerter/event", "alerter/outgoing", "alerter/words"), nil},
	{"alerter/eventbridge", rooms(".", "alerter/card", "alerter/event", "alerter/outgoing/sdk"), []string{"github.com/aws/aws-sdk-go-v2"}},
	{"alerter/email", rooms(".", "alerter/card", "alerter/links", "alerter/outgoing", "alerter/words"), []string{"github.com/wneessen/go-mail"}},
	{"alerter/pagerduty", rooms(".", "alerter/card", "alerter/event", "alerter/outgoing", "alerter/words"), nil},
	{"alerter/zabbix", rooms(".", "alerter/card", "alerter/event", "alerter/outgoing", "alerter/words"), nil},
	{"alerter/topic", rooms(".", "alerter/card", "alerter/event", "alerter/outgoing/sdk", "alerter/words"), []string{"github.com/aws/aws-sdk-go-v2"}},
	{"alerter/stdout", rooms(".", "alerter/card", "alerter/event"), nil},
	{"alerter/rules", rooms(".", "alerter/rulebook"), nil},
	{"alerter/heartbeat", rooms(".", "alerter/outgoing"), nil},
	{"alerter/rulebook", rooms(".", "alerter/words", "query"), []string{"go.yaml.in/yaml/v3"}},
	{"alerter", rooms(".", "schemas", "lake"), nil},
	{"dashboards/boards", rooms("."), nil},
	{"dashboards", rooms(".", "query", "query/journey"), nil},
	{"internal/check", rooms("."), []string{"github.com/parquet-go/parquet-go"}},
	{"internal/config", rooms(".", "collector/inventory", "collector/rule", "collector", "alerter", "alerter/links", "alerter/route", "alerter/rules", "transformer/redact"), []string{"go.yaml.in/yaml/v3"}},
	{"internal/arch", nil, nil},
	{"internal/notice", nil, nil},
	{"internal/servertest", nil, nil},
	{"internal/bench", rooms(".", "internal/cost", "internal/fleet", "internal/lambda/runtimetest"), nil},
	{"internal/cost", rooms("."), nil},
	{"internal/probe", rooms(".", "internal/hub/aws"), []string{"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go"}},
	{"internal/torture", nil, nil},
	{"internal/trinotest", nil, nil},
	{"internal/lambda/coldstart", rooms(".", "lake", "lake/s3", "internal/config", "internal/lambda"), []string{"github.com/aws/aws-sdk-go-v2"}},
	{"internal/lambda/recordtest", nil, nil},
	{"internal/lambda/runtimetest", nil, nil},
	{"internal/lambda/zip", nil, nil},
	{"internal/lambda/queue", rooms("."), []string{"github.com/aws/aws-sdk-go-v2"}},
	{"internal/lambda", rooms("."), []string{"github.com/aws/aws-lambda-go"}},
	{"internal/fleet/cloud", rooms("collector/inventory", "collector"), nil},
	{"internal/fleet", rooms("."), []string{"github.com/klauspost/compress"}},
	{"internal/doctor", rooms("collector", "collector/inventory", "internal/hub", "lake/athena", "lake/senders"), nil},
	{"internal/app/checkup", rooms(".", "collector/aws", "collector/inventory", "collector/onboard", "internal/app/lakes", "internal/app/oncall", "internal/config", "internal/doctor", "internal/hub/aws", "internal/parts/search", "lake", "lake/athena", "lake/senders"), nil},
	{"internal/hub/dlq", rooms(".", "alerter/cloudwatch", "internal/hub", "internal/lambda"), nil},
	{"internal/hub/aws", rooms(".", "internal/doctor", "internal/hub", "internal/hub/dlq", "lake", "lake/s3"), []string{"github.com/aws/aws-sdk-go-v2", "github.com/aws/smithy-go"}},
	{"internal/hub", nil, nil},
	{"internal/app/lakes", rooms(".", "internal/config", "lake", "lake/cache", "lake/duckdb", "lake/s3", "transformer/origin"), nil},
	{"internal/app/stage", rooms(".", "collector", "collector/onboard", "indexer", "internal/config", "internal/parts/states", "lake", "lake/senders", "transformer"), nil},
	{"internal/app/calmlog", nil, nil},
	{"internal/app/oncall", rooms(".", "alerter", "alerter/act", "alerter/alertmanager", "alerter/card", "alerter/cloudwatch", "alerter/incident", "alerter/links", "alerter/outgoing", "alerter/route", "alerter/slack", "alerter/teams", "alerter/worker", "collector/ingest", "internal/app/lakes", "internal/config", "internal/parts/cards", "lake", "lake/duckdb"), []string{"github.com/prometheus/client_golang"}},
	{"internal/app/explain", rooms(".", "indexer", "indexer/opensearch", "internal/app/lakes", "internal/app/oncall", "internal/config", "internal/parts/rows", "internal/parts/search", "lake", "lake/duckdb", "transformer", "transformer/origin"), nil},
	{"internal/app/demo", rooms(".", "alerter", "alerter/card", "internal/app", "internal/config", "internal/fleet", "internal/parts/cards"), nil},
	{"internal/app", rooms("..."), []string{"github.com/prometheus/client_golang", "golang.org/x/net"}},
	{"internal/parts/rows", rooms(".", "internal/config", "transformer", "transformer/redact"), nil},
	{"internal/parts/search", rooms(".", "indexer", "indexer/opensearch", "internal/config", "lake", "query/split"), nil},
	{"internal/parts/cards", rooms(".", "alerter", "alerter/alertmanager", "alerter/card", "alerter/email", "alerter/eventbridge", "alerter/folder", "alerter/pagerduty", "alerter/slack", "alerter/stdout", "alerter/teams", "alerter/topic", "alerter/webhook", "alerter/zabbix", "internal/config", "lake"), nil},
	{"internal/parts/states", rooms(".", "alerter/cloudwatch", "collector/inventory"), nil},
	{"internal/functions/local", rooms(".", "internal/config", "internal/lambda", "internal/lambda/coldstart", "internal/functions/alerter", "internal/functions/collector", "internal/functions/indexer", "internal/functions/transformer"), nil},
	{"internal/functions/collector", rooms(".", "lake", "lake/athena", "lake/glue", "collector/inventory", "collector/quota", "collector/state", "collector", "collector/aws", "collector/cloudtrail", "collector/worker", "collector/onboard", "internal/lambda", "collector/history", "internal/lambda/coldstart", "internal/lambda/queue"), nil},
	{"internal/functions/transformer", rooms(".", "lake", "transformer", "transformer/firehose", "transformer/inline", "transformer/worker", "internal/lambda", "internal/lambda/coldstart", "internal/lambda/queue", "internal/parts/rows"), nil},
	{"internal/functions/indexer", rooms(".", "lake", "indexer", "indexer/worker", "internal/lambda", "internal/lambda/coldstart", "internal/lambda/queue", "internal/parts/search"), nil},
	{"internal/functions/alerter", rooms(".", "alerter", "alerter/alertmanager", "alerter/incident", "alerter/worker", "collector/aws", "collector/inventory", "collector/onboard", "collector/state", "internal/config", "internal/lambda", "internal/lambda/coldstart", "internal/parts/cards", "internal/parts/states", "alerter/rulebook", "alerter/rules", "indexer/opensearch", "internal/parts/search", "query"), nil},
	{"internal/functions", nil, nil},
	{"cmd/collector", rooms("internal/functions/collector", "internal/lambda"), nil},
	{"cmd/transformer", rooms("internal/functions/transformer", "internal/lambda"), nil},
	{"cmd/indexer", rooms("internal/functions/indexer", "internal/lambda"), nil},
	{"cmd/alerter", rooms("internal/functions/alerter", "internal/lambda"), nil},
	{"cmd/seamark", rooms(".", "alerter/incident", "alerter/rulebook", "alerter/words", "collector", "collector/cloudtrail", "collector/explain", "collector/hint", "collector/history", "collector/inventory", "collector/onboard", "collector/proof", "collector/rehearsal", "dashboards", "dashboards/boards", "internal/app", "internal/app/checkup", "internal/app/demo", "internal/app/explain", "internal/app/lakes", "internal/app/oncall", "internal/config", "internal/cost", "internal/doctor", "internal/functions/local", "internal/hub", "internal/hub/aws", "internal/hub/dlq", "internal/parts/rows", "internal/probe", "lake", "lake/athena", "lake/changes", "lake/duckdb", "lake/lifecycle", "lake/quarantine", "lake/stats", "query", "query/journey", "query/split", "schemas", "transformer/origin", "transformer/replay"), []string{"github.com/spf13/cobra", "github.com/spf13/pflag", "golang.org/x/term"}},
}

func rooms(names ...string) []string { return names }

type pkg struct {
	ImportPath string
	Imports    []string
	Standard   bool
	DepOnly    bool
	Doc        string
	GoFiles    []string
	CgoFiles   []string
}

func list(t *testing.T, args ...string) []pkg {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports,Standard,DepOnly,Doc,GoFiles,CgoFiles"}, args...)...)
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %s", exit.Stderr)
		}
		t.Fatal(err)
	}
	var pkgs []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

// local is a package's folder, or "" for one of another module.
func local(path string) string {
	if path == module {
		return "."
	}
	folder, ok := strings.CutPrefix(path, module+"/")
	if !ok {
		return ""
	}
	return folder
}

func TestImports(t *testing.T) {
	std := map[string]bool{}
	for _, p := range list(t, "-deps", "./...") {
		std[p.ImportPath] = p.Standard
	}
	for _, p := range list(t, "./...") {
		folder := local(p.ImportPath)
		r, ok := roomOf(folder)
		if !ok {
			t.Errorf("%s: no row in the table; say what it may import, here and in docs/architecture.md", folder)
			continue
		}
		for _, imp := range p.Imports {
			if imp == "C" && folder == "lake/duckdb" { // the room of what needs a C compiler: DuckDB, and its memory
				continue
			}
			if imp == "C" {
				t.Errorf("%s uses cgo itself", folder)
			}
			if std[imp] {
				continue
			}
			if !allowed(r, folder, imp) {
				t.Errorf("%s may not import %s", folder, imp)
			}
		}
		if len(p.GoFiles) > 0 && p.Doc == "" && folder != "." {
			t.Errorf("%s has no package comment", folder)
		}
	}
}

func roomOf(folder string) (room, bool) {
	for _, r := range table {
		if folder == r.folder || r.folder != "." && strings.HasPrefix(folder, r.folder+"/") {
			return r, true
		}
	}
	return room{}, false
}

func allowed(r room, from, imp string) bool {
	if to := local(imp); to != "" {
		within := to == r.folder || strings.HasPrefix(to, r.folder+"/")
		return within || slices.Contains(r.own, to) || slices.Contains(r.own, "...")
	}
	for _, m := range r.sdk {
		if imp == m || strings.HasPrefix(imp, m+"/") {
			return true
		}
	}
	return false
}

// TestStagesDoNotMeet: the stages import one another nowhere but in internal/app.
func TestStagesDoNotMeet(t *testing.T) {
	stages := []string{"collector", "transformer", "indexer", "alerter", "dashboards"}
	stageOf := func(folder string) string { head, _, _ := strings.Cut(folder, "/"); return head }
	for _, p := range list(t, "./...") {
		from := stageOf(local(p.ImportPath))
		if !slices.Contains(stages, from) {
			continue
		}
		for _, imp := range p.Imports {
			if to := stageOf(local(imp)); to != from && slices.Contains(stages, to) {
				t.Errorf("%s imports %s", p.ImportPath, imp)
			}
		}
	}
}

// TestLambdasLinkNoCgo: a Lambda function is one static file for arm64. go list fails where
// a package has files for cgo only, and names none of DuckDB's.
func TestLambdasLinkNoCgo(t *testing.T) {
	t.Setenv("CGO_ENABLED", "0")
	t.Setenv("GOOS", "linux")
	t.Setenv("GOARCH", "arm64")
	for _, main := range []string{"./cmd/collector", "./cmd/transformer", "./cmd/indexer", "./cmd/alerter"} {
		for _, p := range list(t, "-deps", main) {
			if !p.Standard && len(p.CgoFiles) > 0 || strings.Contains(p.ImportPath, "duckdb") {
				t.Errorf("%s links %s", main, p.ImportPath)
			}
		}
	}
}
