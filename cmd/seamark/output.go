package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/term"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/words"
	"github.com/seamark-hq/seamark/internal/config"
)

// printFault writes an error to standard error: one line for people, or JSON.
func (c *cli) printFault(err error) {
	if faults, ok := errors.AsType[config.Faults](err); ok {
		for _, f := range faults {
			c.printFault(f)
		}
		return
	}
	if !c.json {
		text := err.Error()
		if f, ok := errors.AsType[*seamark.Fault](err); ok && f.Remedy != "" && strings.Contains(f.What, "\n") { // SQL with a mark below it
			text = strings.TrimSuffix(text, ": "+f.Remedy) + "\n" + f.Remedy
		}
		fmt.Fprintf(c.err, "seamark: %s\n", visible(text))
		return
	}
	type fault struct {
		What   string `json:"what"`
		Where  string `json:"where"`
		Remedy string `json:"remedy"`
	}
	out := fault{What: err.Error()}
	if f, ok := errors.AsType[*seamark.Fault](err); ok {
		out = fault{f.What, f.Where, f.Remedy}
		if f.Err != nil {
			out.What += ": " + f.Err.Error()
		}
	}
	c.writeJSON(c.err, map[string]fault{"error": out})
}

func (c *cli) writeJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(plainJSON(b.Bytes()))
	return err
}

// plainJSON is the same JSON with everything written out that a terminal obeys or that hides
// or reorders text: C1 controls, DEL, bidirectional controls. C0 controls are, in any JSON.
func plainJSON(b []byte) []byte {
	unseen := func(r rune) bool { return r == 0x7f || r != utf8.RuneError && words.Hidden(r) }
	if bytes.IndexFunc(b, unseen) < 0 {
		return b
	}
	var out bytes.Buffer
	for _, r := range string(b) {
		if !unseen(r) {
			out.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&out, `\u%04x`, unit)
		}
	}
	return out.Bytes()
}

// visible makes text safe for a terminal: no escape sequence, no bidirectional trick.
func visible(s string) string { return words.Visible(s) }

// isTerminal reports whether w is one.
func isTerminal(w any) bool {
	f := fileOf(w)
	return f != nil && term.IsTerminal(int(f.Fd()))
}

// colours reports whether w may be coloured.
func colours(w io.Writer) bool {
	return isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// width is the terminal's, or 0 where there is none to cut to.
func width(w io.Writer) int {
	if f := fileOf(w); f != nil {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil {
			return n
		}
	}
	return 0
}

// count writes 412906 as 412,906.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	var b strings.Builder
	for i, d := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// size writes bytes in units of 1000.
func size(n int64) string {
	f, units := float64(n), []string{"B", "kB", "MB", "GB", "TB"}
	i := 0
	for f >= 1000 && i < len(units)-1 {
		f, i = f/1000, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", f, units[i])
}

// lasted writes a duration as a person would.
func lasted(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	default:
		return fmt.Sprintf("%d m %02d s", int(d.Minutes()), int(d.Seconds())%60)
	}
}

// progress shows how far long work is: on a terminal one line that is overwritten,
// from the second second on; elsewhere a line a minute.
type progress struct {
	c       *cli
	what    string
	begin   time.Time
	last    time.Time
	visible bool
}

func (c *cli) progress(what string) *progress {
	return &progress{c: c, what: what, begin: time.Now(), last: time.Now()}
}

func (p *progress) show(done, total int) {
	if p.c.quiet || p.c.json {
		return
	}
	now, tty := time.Now(), isTerminal(p.c.err)
	every := time.Minute
	if tty {
		every = 200 * time.Millisecond
		if now.Sub(p.begin) < time.Second {
			return
		}
	}
	if now.Sub(p.last) < every {
		return
	}
	p.last = now
	left := ""
	if done > 0 {
		left = ", about " + lasted(time.Duration(float64(now.Sub(p.begin))/float64(done)*float64(total-done))) + " left"
	}
	line := fmt.Sprintf("%s %s of %s%s", p.what, count(int64(done)), count(int64(total)), left)
	if tty {
		fmt.Fprintf(p.c.err, "\r\x1b[K%s", line)
		p.visible = true
	} else {
		fmt.Fprintln(p.c.err, line)
	}
}

// clear takes the line away before something else is written.
func (p *progress) clear() {
	if p.visible {
		fmt.Fprint(p.c.err, "\r\x1b[K")
		p.visible = false
	}
}

// logger writes what happens to standard error.
func (c *cli) logger(level slog.Level) *slog.Logger {
	if c.json {
		return slog.New(slog.NewJSONHandler(c.err, &slog.HandlerOptions{Level: level}))
	}
	return slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: level}))
}
