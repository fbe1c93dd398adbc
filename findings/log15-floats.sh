#!/usr/bin/env bash
# log15 2.16.0: its logfmt rounds every float to three decimals; small ones become 0.000.
#
# Expected: logfmt carries a value as text, and a logger prints a float64 so that it can be read back
#   (Go's shortest form, as log/slog's TextHandler and go-kit/log do). log15's JsonFormat does so too.
# Seen: LogfmtFormat prints all floats in the form %.3f, whatever their size: 0.0004 is 0.000,
#   1e-9 is 0.000, 99.9996 is 100.000. Nothing marks that digits are gone.
# For who collects logs: a price, a rate per second or a duration in seconds below half a millisecond
#   reads as zero, and 99.9996 per cent of availability as 100. The program's tests, which read JSON,
#   see the right figure.
set -euo pipefail
room=$(mktemp -d) && trap 'rm -rf "$room"' EXIT && cd "$room"
cat >main.go <<'GO'
package main

import (
	"bytes"
	"fmt"

	"github.com/go-kit/log"
	"github.com/inconshreveable/log15"
)

func main() {
	for _, v := range []float64{0.0004, 1e-9, 99.9996, 1234567.8912} {
		var own, json, other bytes.Buffer
		l := log15.New()
		l.SetHandler(log15.MultiHandler(log15.StreamHandler(&own, log15.LogfmtFormat()), log15.StreamHandler(&json, log15.JsonFormat())))
		l.Info("m", "v", v)
		log.NewLogfmtLogger(&other).Log("v", v)
		_, text, _ := bytes.Cut(own.Bytes(), []byte("msg=m "))
		_, object, _ := bytes.Cut(json.Bytes(), []byte(`"v":`))
		fmt.Printf("log15 logfmt %s | log15 JSON v:%s | go-kit logfmt %s\n", bytes.TrimSpace(text), bytes.Trim(object, "}\n"), bytes.TrimSpace(other.Bytes()))
	}
}
GO
{ go mod init x && go get github.com/go-kit/log@v0.2.1 github.com/inconshreveable/log15@v2.16.0 && go mod tidy && go build -o x .; } 2>log || { cat log; exit 2; }
go list -m github.com/inconshreveable/log15 github.com/go-kit/log
./x >got
cat >seen <<'END'
log15 logfmt v=0.000 | log15 JSON v:0.0004 | go-kit logfmt v=0.0004
log15 logfmt v=0.000 | log15 JSON v:1e-9 | go-kit logfmt v=1e-09
log15 logfmt v=100.000 | log15 JSON v:99.9996 | go-kit logfmt v=99.9996
log15 logfmt v=1234567.891 | log15 JSON v:1234567.8912 | go-kit logfmt v=1.2345678912e+06
END
cat got; diff seen got && echo "still so"
