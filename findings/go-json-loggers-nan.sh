#!/usr/bin/env bash
# One field that is NaN, and five Go loggers lose the whole JSON record or print what is no JSON.
#
# Expected: NaN is an ordinary float64 (a ratio of 0/0). JSON has no word for it (RFC 8259, section 6),
#   so a logger must put something else there: log/slog, zap and zerolog keep the record and its
#   message, and a text in place of the number.
# Seen: hclog 1.6.3 writes nothing, and says so nowhere; logrus 1.10.2 and apex/log 1.9.0 write nothing
#   but a note on standard error, without the message; log15 2.16.0 writes one object that holds the
#   encoder's error alone, and no line feed, so that the next record stands on the same line; logr's
#   funcr 1.4.4 writes a bare NaN, which no JSON parser of RFC 8259 reads.
# For who collects logs: the record that is missing is the one about the odd moment (an empty batch,
#   a rate over no requests), and a count of lines does not show it.
set -euo pipefail
room=$(mktemp -d) && trap 'rm -rf "$room"' EXIT && cd "$room"
cat >main.go <<'GO'
package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"math"

	"github.com/apex/log"
	"github.com/apex/log/handlers/json"
	"github.com/go-logr/logr/funcr"
	"github.com/hashicorp/go-hclog"
	"github.com/inconshreveable/log15"
	"github.com/sirupsen/logrus"
)

func main() {
	var b bytes.Buffer
	say := func(name string) { fmt.Printf("%-8s %q\n", name, b.String()); b.Reset() }
	rate := math.NaN()
	slog.New(slog.NewJSONHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == "time" {
			return slog.Attr{}
		}
		return a
	}})).Error("batch failed", "rate", rate)
	say("slog")
	hclog.New(&hclog.LoggerOptions{Output: &b, JSONFormat: true, DisableTime: true}).Error("batch failed", "rate", rate)
	say("hclog")
	(&logrus.Logger{Out: &b, Formatter: &logrus.JSONFormatter{}, Level: logrus.InfoLevel}).WithField("rate", rate).Error("batch failed")
	say("logrus")
	(&log.Logger{Handler: json.New(&b), Level: log.InfoLevel}).WithField("rate", rate).Error("batch failed")
	say("apex")
	l := log15.New()
	l.SetHandler(log15.StreamHandler(&b, log15.JsonFormat()))
	l.Error("batch failed", "rate", rate)
	say("log15")
	funcr.NewJSON(func(s string) { b.WriteString(s) }, funcr.Options{}).Info("batch failed", "rate", rate)
	say("funcr")
}
GO
{ go mod init x && go get github.com/apex/log@v1.9.0 github.com/go-logr/logr@v1.4.4 github.com/hashicorp/go-hclog@v1.6.3 \
	github.com/inconshreveable/log15@v2.16.0 github.com/sirupsen/logrus@v1.10.2 && go mod tidy && go build -o x .; } 2>log || { cat log; exit 2; }
go list -m github.com/apex/log github.com/go-logr/logr github.com/hashicorp/go-hclog github.com/inconshreveable/log15 github.com/sirupsen/logrus
./x >got 2>notes
cat >seen <<'END'
slog     "{\"level\":\"ERROR\",\"msg\":\"batch failed\",\"rate\":\"!ERROR:json: unsupported value: NaN\"}\n"
hclog    ""
logrus   ""
apex     ""
log15    "{\"LOG15_ERROR\":\"json: unsupported value: NaN\"}"
funcr    "{\"logger\":\"\",\"level\":0,\"msg\":\"batch failed\",\"rate\":NaN}"
END
cat got; sed 's/^/standard error: /' notes; diff seen got && echo "still so"
