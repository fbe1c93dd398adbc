package check

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// list returns every file below root with its size.
func list(root string) (map[string]int64, error) {
	files := map[string]int64{}
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == root {
			return nil // nothing was written yet
		}
		if err != nil {
			return err
		}
		if e.IsDir() {
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		files[filepath.ToSlash(rel)] = info.Size()
		return nil
	})
	return files, err
}

func (c *checker) path(key string) string { return filepath.Join(c.root, filepath.FromSlash(key)) }

// TreeHash is a hash of every path and every byte of what the lake in folder says: of
// lake, ledger and quarantine. Two runs over the same landing objects give the same.
func TreeHash(folder string) (string, error) {
	files, err := list(folder)
	if err != nil {
		return "", err
	}
	var keys []string
	for key := range files {
		if head, _, _ := strings.Cut(key, "/"); head == "lake" || head == "ledger" || head == "quarantine" {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	all := sha256.New()
	for _, key := range keys {
		sum, _, err := hashFile(filepath.Join(folder, filepath.FromSlash(key)))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(all, "%s\x00%s\n", key, sum)
	}
	return hex.EncodeToString(all.Sum(nil)), nil
}

func hashFile(name string) (sum string, size int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	size, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), size, err
}

// grammar lists what may lie in a lake, by its first folder.
var grammar = []*regexp.Regexp{
	regexp.MustCompile(`^landing/\d{4}/\d{2}/\d{2}/\d{2}/[^/\\\x00]+$`),
	regexp.MustCompile(`^lake/(?:logs|access_logs)/product=([a-z0-9._-]{1,64})/environment=([a-z0-9._-]{1,64})/date=(\d{4}-\d{2}-\d{2})/hour=([01]\d|2[0-3])/[0-9a-f]{64}(?:(?:-[0-9a-f]{8})?\.l|\.c)\.parquet$`),
	regexp.MustCompile(`^ledger/\d{4}/\d{2}/\d{2}/\d{2}/[0-9a-f]{64}\.json$`),
	regexp.MustCompile(`^ledger/damaged/[0-9a-f]{32}/[0-9a-f]{64}$`),
	regexp.MustCompile(`^quarantine/\d{4}/\d{2}/\d{2}/[0-9a-f]{64}/\d{5,}\.bin$`),
	regexp.MustCompile(`^formats/[0-9a-f]{1,64}$`),
	regexp.MustCompile(`^collector/[a-z0-9][a-z0-9._-]{0,62}/\d{12}/[a-z0-9-]+/\d{10}\.json$`),
	regexp.MustCompile(`^indexed/[0-9a-f]{32}/[0-9a-f]{64}\.ids$`),
	regexp.MustCompile(`^indexed/[0-9a-f]{32}/[0-9a-f]{64}/[0-9a-f]{16}$`),
	regexp.MustCompile(`^senders/\d{4}-\d{2}-\d{2}/\d{12}$`),
	regexp.MustCompile(`^incidents/(?:rules/\d{10}|[a-z0-9._-]{1,100}-[0-9a-f]{12}/(?:\d{10}|heard/[0-9a-f]{32}))\.json$`),
	regexp.MustCompile(`^\.lock$`),
	regexp.MustCompile(`^ledger/packs/\d{4}/\d{2}/\d{2}\.pack$`),
	regexp.MustCompile(`^ledger/filters/\d{4}/\d{2}/\d{2}/\d{2}\.words$`),
	snapshotKey,
	watermark,
}

var (
	snapshotKey = regexp.MustCompile(`^ledger/hours/\d{4}/\d{2}/\d{2}/\d{2}/\d{6}\.json$`)
	watermark   = regexp.MustCompile(`^ledger/expired/(landing|lake|quarantine)-(\d{4}-\d{2}-\d{2}T\d{2})$`)
	ownFile     = regexp.MustCompile(`^lake/.*/[0-9a-f]{64}(?:-[0-9a-f]{8})?\.l\.parquet$`)
	// generation is the mark in the name of a file of an object that was transformed anew.
	generation = regexp.MustCompile(`/[0-9a-f]{64}-([0-9a-f]{8})\.l\.parquet$`)
)

// unfinished lists what may lie there besides while work is under way.
var unfinished = []*regexp.Regexp{
	regexp.MustCompile(`^tmp/[0-9a-f]{24}\.tmp$`),
	regexp.MustCompile(`^ledger/hours/\d{4}/\d{2}/\d{2}/\d{2}/\d{6}-[0-9a-f]{8}\.todo$`),
	regexp.MustCompile(`^ledger/\d{4}/\d{2}/\d{2}/\d{2}/[0-9a-f]{64}\.replaced$`),
	regexp.MustCompile(`^replay/[0-9a-f]{16}/\d+\.ids$`),
	regexp.MustCompile(`^spool/seamark-1-[0-9-]{19}-[0-9a-f-]{36}\.gz$`),
}

// checkKeys holds every path against the grammar.
func (c *checker) checkKeys() {
	matches := func(patterns []*regexp.Regexp, key string) bool {
		return slices.ContainsFunc(patterns, func(p *regexp.Regexp) bool { return p.MatchString(key) })
	}
	for key := range c.files {
		switch {
		case matches(grammar, key):
			if m := grammar[1].FindStringSubmatch(key); m != nil {
				c.checkPartition(key, m[1:])
			}
		case !matches(unfinished, key):
			c.blame("Keys", key, "the path follows no grammar")
		case !c.Unfinished:
			c.blame("Files", key, "left over from unfinished work")
		}
	}
}

func (c *checker) checkPartition(key string, part []string) {
	for _, slug := range part[:2] {
		if strings.Trim(slug, ".-") == "" {
			c.blame("Keys", key, "%q names nothing", slug)
		}
	}
	if _, err := time.Parse("2006-01-02", part[2]); err != nil {
		c.blame("Keys", key, "no such date")
	}
}

// hourOf is the hour of a lake file, from its key, in Unix milliseconds.
func hourOf(key string) (int64, error) {
	m := grammar[1].FindStringSubmatch(key)
	if m == nil {
		return 0, errors.New("not the key of a lake file")
	}
	t, err := time.Parse("2006-01-02 15", m[3]+" "+m[4])
	return t.UnixMilli(), err
}
