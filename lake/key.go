package lake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// The folders of a lake.
const (
	LandingFolder    = "landing"
	LakeFolder       = "lake"
	LedgerFolder     = "ledger"
	QuarantineFolder = "quarantine"
	FormatsFolder    = "formats"
)

// ID identifies the content of a landing object: its SHA-256 in hex.
type ID string

// Valid reports whether id has the form of an ID.
func (id ID) Valid() bool { return len(id) == 64 && isHex(string(id)) }

// Partition is the folder of a lake file: whose rows, of which hour.
type Partition struct {
	Table       seamark.Table
	Product     string // slug
	Environment string // slug
	Hour        int64  // hours since 1970, UTC: the event's own time
}

// HourOf returns the partition hour of a time in Unix milliseconds.
func HourOf(ms int64) int64 {
	h := ms / 3_600_000
	if ms%3_600_000 < 0 {
		h--
	}
	return h
}

// Start is the beginning of the partition's hour.
func (p Partition) Start() time.Time { return time.Unix(p.Hour*3600, 0).UTC() }

// Folder is lake/<table>/product=<p>/environment=<e>/date=<yyyy-mm-dd>/hour=<hh>.
func (p Partition) Folder() string {
	return fmt.Sprintf("%s/%s/product=%s/environment=%s/%s", LakeFolder, p.Table, p.Product, p.Environment,
		p.Start().Format("date=2006-01-02/hour=15"))
}

// The ends of a lake file's key: made from one landing object, or compacted from many, so
// that only new data wakes the indexer.
const (
	newSuffix       = ".l.parquet"
	compactedSuffix = ".c.parquet"
)

// FileKey is the key of the rows of landing object id in p, when it is done for the first time.
func FileKey(p Partition, id ID) string { return generationKey(p, id, "") }

// generationKey is FileKey of one generation; see Entry.Generation.
func generationKey(p Partition, id ID, generation string) string {
	if generation != "" {
		generation = "-" + generation
	}
	return p.Folder() + "/" + string(id) + generation + newSuffix
}

// compactedKey is the key of a compacted file of p.
func compactedKey(p Partition, id ID) string { return p.Folder() + "/" + string(id) + compactedSuffix }

// IsCompacted reports whether a lake file's key is that of a compacted one.
func IsCompacted(key string) bool { return strings.HasSuffix(key, compactedSuffix) }

// ParseFileKey takes a lake file's key apart, and refuses every other key. id is the landing
// object's; of a compacted file it is its own.
func ParseFileKey(key string) (p Partition, id ID, err error) {
	p, id, _, err = parseFileKey(key)
	return p, id, err
}

// parseFileKey is by hand: a question about a week parses thousands of keys (BenchmarkParseFileKey).
func parseFileKey(key string) (p Partition, id ID, generation string, err error) {
	refused := func() (Partition, ID, string, error) {
		return Partition{}, "", "", fmt.Errorf("%q is not the key of a lake file", key)
	}
	parts := strings.Split(key, "/")
	if len(parts) != 7 || parts[0] != LakeFolder {
		return refused()
	}
	ok := true
	cut := func(s, prefix string) string {
		s, has := strings.CutPrefix(s, prefix)
		ok = ok && has
		return s
	}
	p.Table, p.Product, p.Environment = seamark.Table(parts[1]), cut(parts[2], "product="), cut(parts[3], "environment=")
	date, clock := cut(parts[4], "date="), cut(parts[5], "hour=")
	id, generation, named := parseFileName(parts[6])
	t, timeErr := time.Parse("2006-01-02 15", date+" "+clock)
	known := p.Table == seamark.TableLogs || p.Table == seamark.TableAccessLogs
	if !ok || !named || !known || timeErr != nil || len(date) != 10 || len(clock) != 2 || !seamark.IsSlug(p.Product) || !seamark.IsSlug(p.Environment) {
		return refused()
	}
	p.Hour = t.Unix() / 3600
	return p, id, generation, nil
}

// parseFileName takes <id>.l.parquet, <id>-<generation>.l.parquet and <id>.c.parquet apart.
func parseFileName(name string) (id ID, generation string, ok bool) {
	if len(name) < 64 {
		return "", "", false
	}
	id, rest := ID(name[:64]), name[64:]
	if rest == compactedSuffix || rest == newSuffix {
		return id, "", isHex(string(id))
	}
	generation, isNew := strings.CutSuffix(rest, newSuffix)
	if !isNew || len(generation) != 9 || generation[0] != '-' {
		return "", "", false
	}
	return id, generation[1:], isHex(string(id)) && isHex(generation[1:])
}

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// LedgerKey is the key of the ledger entry of landing object id that arrived then.
func LedgerKey(arrival time.Time, id ID) string {
	return LedgerFolder + "/" + arrival.UTC().Format("2006/01/02/15") + "/" + string(id) + ".json"
}

var ledgerKeyPattern = regexp.MustCompile(`^ledger/\d{4}/\d{2}/\d{2}/\d{2}/([0-9a-f]{64})\.json$`)

// QuarantineKey is the key of the n-th piece of bad input of landing object id.
func QuarantineKey(arrival time.Time, id ID, n int) string {
	return fmt.Sprintf("%s/%s/%s/%05d.bin", QuarantineFolder, arrival.UTC().Format("2006/01/02"), id, n)
}

var quarantineKeyPattern = regexp.MustCompile(`^quarantine/\d{4}/\d{2}/\d{2}/([0-9a-f]{64})/\d{5,}\.bin$`)

var formatHashPattern = regexp.MustCompile(`^[0-9a-f]{16,64}$`)

// FormatHash names an access-log format in a filter's name: 16 hex digits of its SHA-256.
func FormatHash(format string) string {
	sum := sha256.Sum256([]byte(format))
	return hex.EncodeToString(sum[:8])
}

// FormatKey is the key of the access-log format with that hash, 16 to 64 hex digits; any
// other hash, which may come from outside, has none.
func FormatKey(hash string) (string, error) {
	if !formatHashPattern.MatchString(hash) {
		return "", fmt.Errorf("%q is not the hash of a format", hash)
	}
	return FormatsFolder + "/" + hash, nil
}

var quarantineDay = regexp.MustCompile(`^quarantine/(\d{4}/\d{2}/\d{2})/`)

var (
	landingHour  = regexp.MustCompile(`(?:^|/)landing/(\d{4}/\d{2}/\d{2}/\d{2})/`)
	firehoseTime = regexp.MustCompile(`-(\d{4}-\d{2}-\d{2}-\d{2}-\d{2}-\d{2})-[0-9a-f-]{36}(?:\.[A-Za-z0-9.]+)?$`)
)

// Arrival tells when a landing object arrived: from the second in a name as Firehose
// gives it, else from the hour in its key, else its modification time. The worker's
// clock never counts, so that a retry writes the same bytes.
func Arrival(url string, modified time.Time) time.Time {
	m := landingHour.FindStringSubmatch(url)
	if m == nil {
		return modified.UTC().Truncate(time.Millisecond)
	}
	hour, err := time.Parse("2006/01/02/15", m[1])
	if err != nil {
		return modified.UTC().Truncate(time.Millisecond)
	}
	if f := firehoseTime.FindStringSubmatch(url[strings.LastIndexByte(url, '/')+1:]); f != nil {
		// Firehose names an object when it opens it, so the second may lie in another hour.
		if t, err := time.Parse("2006-01-02-15-04-05", f[1]); err == nil && t.Sub(hour).Abs() < 2*time.Hour {
			return t
		}
	}
	return hour
}
