package ingest

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// maxKey is what Firehose allows.
const maxAccessKey = 4096

// LoadOrCreateKey reads the access key in the file path, or makes one: 32 random bytes in
// base64url, in a file that only its owner can read. Two processes that start at once get
// the same key. A file that others can read, or that holds no key, is a fault.
func LoadOrCreateKey(path string) (key string, created bool, err error) {
	key, err = loadKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, false, err
	}
	var secret [32]byte
	rand.Read(secret[:])
	err = createKey(path, base64.RawURLEncoding.EncodeToString(secret[:])+"\n")
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return "", false, &seamark.Fault{Class: seamark.Permanent, What: "cannot make the access key", Where: path, Err: err, Remedy: "give this user the right to write there"}
	}
	created = err == nil
	key, err = loadKey(path)
	return key, created, err
}

func loadKey(path string) (string, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err != nil {
		return "", &seamark.Fault{Class: seamark.Permanent, What: "cannot read the access key", Where: path, Err: err, Remedy: "give this user the right to read it"}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", &seamark.Fault{Class: seamark.Rejected, What: "the access key is not a regular file", Where: path, Remedy: "remove it, a new one is made"}
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return "", &seamark.Fault{Class: seamark.Rejected, What: fmt.Sprintf("others can read the access key (mode %04o)", mode), Where: path,
			Remedy: "chmod 600 it, or remove it and give the new key to Firehose"}
	}
	text := make([]byte, maxAccessKey+2)
	n, err := f.Read(text)
	key := strings.TrimSpace(string(text[:n]))
	if err != nil && n == 0 || len(key) < 16 || len(key) > maxAccessKey || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", &seamark.Fault{Class: seamark.Rejected, What: "the file holds no access key", Where: path,
			Remedy: "write 16 to 4096 visible characters into it, or remove it and give the new key to Firehose"}
	}
	return key, nil
}

// createKey makes the file with its text, durably and as a whole; it fails with fs.ErrExist
// when it is there.
func createKey(path, text string) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, ".access-key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
