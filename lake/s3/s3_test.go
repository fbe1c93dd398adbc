package s3_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/internal/servertest"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/s3"
	"github.com/seamark-hq/seamark/lake/storetest"
)

// gateway is a real S3: scripts/versitygw/start.sh starts one. It returns its address and
// the folder whose folders are its buckets.
func gateway(t testing.TB) (url, folder string) {
	t.Helper()
	url, folder = servertest.S3(t)
	t.Setenv("AWS_ENDPOINT_URL", url)
	t.Setenv("AWS_ACCESS_KEY_ID", "seamark")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "seamark-secret")
	t.Setenv("AWS_REGION", "us-east-1")
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	return url, folder
}

// bucket makes a bucket for one test.
func bucket(t testing.TB, folder string) string {
	name := "test-" + fmt.Sprintf("%x", func() []byte { b := make([]byte, 6); rand.Read(b); return b }())
	if err := os.Mkdir(filepath.Join(folder, name), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(filepath.Join(folder, name)) })
	return name
}

// hasty is patient enough for a server on this machine.
func hasty(t testing.TB) s3.Options {
	return s3.Options{Scratch: t.TempDir(), Attempts: 4, MaxBackoff: 5 * time.Millisecond, Stall: 5 * time.Second, BlockBytes: 1 << 20, PartBytes: 5 << 20}
}

func open(t testing.TB, place string, o s3.Options) *s3.Store {
	t.Helper()
	s, err := s3.Open(context.Background(), place, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) {
	_, folder := gateway(t)
	t.Run("bucket", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) lake.Store { return open(t, "s3://"+bucket(t, folder), hasty(t)) })
	})
	t.Run("prefix", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) lake.Store { return open(t, "s3://"+bucket(t, folder)+"/a/b c/", hasty(t)) })
	})
}
