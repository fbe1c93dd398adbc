// Package servertest tells a test where the real server is that it needs. scripts/test.sh starts
// the servers, and runs of a package that has other tests, too, only those in files that import
// this one: the others have run in the step `unit`.
package servertest

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// OpenSearch is the address of a real OpenSearch, such as http://127.0.0.1:9200.
func OpenSearch(t testing.TB) string {
	t.Helper()
	return Need(t, "SEAMARK_OPENSEARCH", "start one with scripts/opensearch/start.sh and set it to the URL")
}

// WholeOpenSearch is OpenSearch for a test that uses the indices of the usual names, and no prefix of
// its own: one test at a time has it, of all packages, and finds and leaves no such index there.
func WholeOpenSearch(t testing.TB) string {
	t.Helper()
	url := OpenSearch(t)
	lock, err := os.OpenFile(filepath.Join(os.TempDir(), fmt.Sprintf("seamark-opensearch-%x.lock", sha256.Sum256([]byte(url)))[:40]), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		Empty(t, url)
		lock.Close()
	})
	Empty(t, url)
	return url
}

// Empty deletes the indices of the usual names from an OpenSearch.
func Empty(t testing.TB, url string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodDelete, url+"/app-logs-*,access-logs-*,rebuild-*-app-logs-*,rebuild-*-access-logs-*", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatal(answer.Status)
	}
}

// MiniStack is the address of an emulator of AWS.
func MiniStack(t testing.TB) string {
	t.Helper()
	return Need(t, "SEAMARK_MINISTACK", "start one with scripts/ministack/start.sh and set it to the URL")
}

// LocalEmu is the address of another.
func LocalEmu(t testing.TB) string {
	t.Helper()
	return Need(t, "SEAMARK_LOCALEMU", "start one with scripts/localemu/start.sh and set it to the URL")
}

// S3 is the address of a real S3 gateway, and the folder whose folders are its buckets.
func S3(t testing.TB) (url, folder string) {
	t.Helper()
	const how = "start a gateway with scripts/versitygw/start.sh and set SEAMARK_S3 to the URL, SEAMARK_S3_DIR to its folder buckets"
	return Need(t, "SEAMARK_S3", how), Need(t, "SEAMARK_S3_DIR", how)
}

// Need is the value of an environment variable. Without it the test is skipped with the remedy,
// and fails where everything must run: CI is set.
func Need(t testing.TB, variable, how string) string {
	t.Helper()
	value := os.Getenv(variable)
	if value != "" {
		return value
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not set, but CI is: %s, or run `make test`", variable, how)
	}
	t.Skipf("%s is not set: %s, or run `make test`", variable, how)
	return ""
}
