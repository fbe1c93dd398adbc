package transformer_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/seamark-hq/seamark/internal/fleet"
)

// maxResident is what two workers may need, in MB, whatever the input.
const maxResident = 512

// TestResidentMemory runs the real binary with two workers over the largest inputs and
// reads its peak. It takes a minute or two and 2 GB of disk: SEAMARK_TORTURE=1.
func TestResidentMemory(t *testing.T) {
	if os.Getenv("SEAMARK_TORTURE") == "" {
		t.Skip("set SEAMARK_TORTURE=1")
	}
	binary := filepath.Join(t.TempDir(), "seamark")
	if out, err := exec.Command("go", "build", "-o", binary, "../cmd/seamark").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	bulk := func(b fleet.Bulk) func(io.Writer) error {
		return func(w io.Writer) error { _, err := b.Write(w); return err }
	}
	month := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name    string
		objects []func(io.Writer) error
	}{
		{"one object of 5 GB", []func(io.Writer) error{bulk(fleet.Bulk{Seed: 1, Events: 9_500_000})}},
		{"two objects of 2,000 partitions", []func(io.Writer) error{
			bulk(fleet.Bulk{Seed: 1, Events: 600_000, Start: month, Span: 200 * time.Hour}),
			bulk(fleet.Bulk{Seed: 2, Events: 600_000, Start: month, Span: 200 * time.Hour}),
		}},
		{"two payloads of 60 MB", []func(io.Writer) error{hugePayload(1), hugePayload(2)}},
		{"two gzip members that never end", []func(io.Writer) error{bomb(1), bomb(2)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			args := []string{"transform", "--quiet", "--lake", filepath.Join(dir, "lake")}
			for i, write := range tt.objects {
				name := filepath.Join(dir, fmt.Sprint("object-", i))
				writeFile(t, name, write)
				args = append(args, name)
			}
			cmd := exec.Command(binary, args...)
			cmd.Env = append(os.Environ(), "GOMAXPROCS=2")
			out, err := cmd.CombinedOutput()
			if _, exit := err.(*exec.ExitError); err != nil && !exit { // quarantined bytes are exit code 1
				t.Fatalf("%v\n%s", err, out)
			}
			used := cmd.ProcessState.SysUsage().(*syscall.Rusage)
			resident := used.Maxrss / 1024
			t.Logf("%d MB resident, %.1f CPU s", resident, (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds())
			if resident > maxResident {
				t.Errorf("%d MB resident, want at most %d\n%s", resident, maxResident, out)
			}
		})
	}
}

func writeFile(t *testing.T, name string, write func(io.Writer) error) {
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := write(w); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}

// hugePayload is one payload of 60 MB in a gzip member.
func hugePayload(seed int) func(io.Writer) error {
	return func(w io.Writer) error {
		gz, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
		fmt.Fprintf(gz, `{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"/g","logStream":"s","subscriptionFilters":[%q],"logEvents":[`, vectorFilter)
		for i := 0; i < 400_000; i++ {
			if i > 0 {
				gz.Write([]byte{','})
			}
			fmt.Fprintf(gz, `{"id":"%028d%028d","timestamp":1656575735341,"message":"{\"level\":\"INFO\",\"message\":\"row %d\"}"}`, seed, i, i)
		}
		gz.Write([]byte("]}"))
		return gz.Close()
	}
}

// bomb is a gzip member of a gigabyte of blanks and junk.
func bomb(seed int) func(io.Writer) error {
	return func(w io.Writer) error {
		gz, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
		junk := bytes.Repeat([]byte(strings.Repeat("x", seed)), 1<<20)
		for range 1 << 10 {
			gz.Write(junk)
		}
		return gz.Close()
	}
}
