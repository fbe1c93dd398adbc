#!/usr/bin/env bash
# Alertmanager 0.34.2: an alert posted with a future endsAt and no startsAt starts when it ends.
#
# Expected: docs/alerts_api.md: both times are optional; an omitted startsAt is set to the current
#   time, and endsAt is when the alert should be resolved. The OpenAPI document says no more.
# Seen: where endsAt is given, an omitted startsAt becomes endsAt, however far ahead. POST
#   /api/v2/alerts answers 200, and the alert that is held starts at the very moment it ends.
# For who collects logs: the usual body of a source that knows how long its alarm holds, and not since
#   when. Notifications and pages say "since tomorrow", ages are negative. Send startsAt always.
set -euo pipefail
room=$(mktemp -d) && trap 'rm -rf "$room"' EXIT && cd "$room"
cat >main.go <<'GO'
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"time"

	v2 "github.com/prometheus/alertmanager/api/v2"
	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/featurecontrol"
	"github.com/prometheus/alertmanager/provider/mem"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
)

func main() {
	l, reg := slog.New(slog.DiscardHandler), prometheus.NewRegistry()
	alerts, err := mem.NewAlerts(context.Background(), time.Hour, 0, nil, l, eventrecorder.NopRecorder(), reg, featurecontrol.NoopFlags{})
	check(err)
	api, err := v2.NewAPI(alerts, nil, nil, nil, nil, l, reg)
	check(err)
	conf, err := config.Load("route: {receiver: r}\nreceivers: [{name: r}]\n")
	check(err)
	api.Update(conf, func(context.Context, model.LabelSet) {})
	s := httptest.NewServer(api.Handler)
	defer s.Close()
	now := time.Now().Truncate(time.Second)
	end := now.Add(24 * time.Hour).UTC().Format(time.RFC3339)
	for _, a := range []map[string]any{{"startsAt": now.UTC().Format(time.RFC3339), "endsAt": end}, {}, {"endsAt": end}} {
		given := slices.Sorted(maps.Keys(a))
		a["labels"] = map[string]string{"alertname": fmt.Sprint(given)}
		body, _ := json.Marshal([]any{a})
		r, err := http.Post(s.URL+"/api/v2/alerts", "application/json", bytes.NewReader(body))
		check(err)
		for pending := range alerts.GetPending().Next() {
			if pending.Data.Name() != fmt.Sprint(given) {
				continue
			}
			fmt.Println("given", given, "| POST", r.StatusCode, "| starts in", pending.Data.StartsAt.Sub(now).Round(time.Minute))
		}
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
{ go mod init x && go get github.com/prometheus/alertmanager@v0.34.2 && go mod tidy && go build -o x .; } 2>log || { tail log; exit 2; }
go list -m github.com/prometheus/alertmanager
./x >got
cat >seen <<'END'
given [endsAt startsAt] | POST 200 | starts in 0s
given [] | POST 200 | starts in 0s
given [endsAt] | POST 200 | starts in 24h0m0s
END
cat got; diff seen got && echo "still so"
