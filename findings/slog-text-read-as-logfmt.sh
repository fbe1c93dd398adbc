#!/usr/bin/env bash
# go-logfmt 0.6.1 stops at a line that log/slog or logrus 1.10.2 has written with a control character.
#
# Expected: slog's TextHandler and logrus' TextFormatter write key=value lines that are read as logfmt,
#   and github.com/go-logfmt/logfmt, the usual decoder in Go, reads them.
# Seen: the writers quote as Go does (\x1b, \a), the decoder unquotes as JSON does (\u001b; go-kit/log
#   and charmbracelet/log write so). logfmt has no specification that decides. A value with a colour
#   code, which many a child process prints, gives "invalid quoted value", and the decoder ends there:
#   what follows in the same stream is not read either.
# For who collects logs: one coloured value ends the reading of a file, at a line that looks sound.
set -euo pipefail
room=$(mktemp -d) && trap 'rm -rf "$room"' EXIT && cd "$room"
cat >main.go <<'GO'
package main

import (
	"bytes"
	"fmt"
	"log/slog"

	kit "github.com/go-kit/log"
	"github.com/go-logfmt/logfmt"
	"github.com/sirupsen/logrus"
)

func read(name string, b *bytes.Buffer) {
	fmt.Printf("%s\n", name)
	d := logfmt.NewDecoder(b)
	for d.ScanRecord() {
		fmt.Print("  record")
		for d.ScanKeyval() {
			if k := string(d.Key()); k == "msg" || k == "out" {
				fmt.Printf(" %s=%q", k, d.Value())
			}
		}
		fmt.Println()
	}
	fmt.Println("  failed:", d.Err() != nil)
}

func main() {
	const coloured = "\x1b[31mred\x1b[0m"
	var b bytes.Buffer
	l := slog.New(slog.NewTextHandler(&b, nil))
	l.Info("one", "out", coloured)
	l.Info("two")
	read("slog", &b)
	r := &logrus.Logger{Out: &b, Formatter: &logrus.TextFormatter{DisableColors: true}, Level: logrus.InfoLevel}
	r.WithField("out", coloured).Info("one")
	r.Info("two")
	read("logrus", &b)
	k := kit.NewLogfmtLogger(&b)
	k.Log("msg", "one", "out", coloured)
	k.Log("msg", "two")
	read("go-kit", &b)
}
GO
{ go mod init x && go get github.com/go-kit/log@v0.2.1 github.com/go-logfmt/logfmt@v0.6.1 github.com/sirupsen/logrus@v1.10.2 && go mod tidy && go build -o x .; } 2>log || { cat log; exit 2; }
go version; go list -m github.com/go-logfmt/logfmt github.com/sirupsen/logrus github.com/go-kit/log
./x >got
cat >seen <<'END'
slog
  record msg="one"
  failed: true
logrus
  record msg="one"
  failed: true
go-kit
  record msg="one" out="\x1b[31mred\x1b[0m"
  record msg="two"
  failed: false
END
cat got; diff seen got && echo "still so"
