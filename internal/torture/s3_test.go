package torture_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/internal/fleet"
	"github.com/seamark-hq/seamark/internal/servertest"
	"github.com/seamark-hq/seamark/lake/s3"
)

// bucket makes a bucket of the gateway that scripts/versitygw/start.sh has started, and
// signs this process and those it starts in. It returns the bucket's URL and its folder.
func bucket(t *testing.T) (url, folder string) {
	t.Helper()
	t.Helper()
	gateway, folders := servertest.S3(t)
	for k, v := range map[string]string{
		"AWS_ENDPOINT_URL": gateway, "AWS_ACCESS_KEY_ID": "seamark", "AWS_SECRET_ACCESS_KEY": "seamark-secret", "AWS_REGION": "us-east-1",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "XDG_CACHE_HOME": t.TempDir(),
	} {
		t.Setenv(k, v)
	}
	var b [6]byte
	rand.Read(b[:])
	name := "torture-" + hex.EncodeToString(b[:])
	if err := os.Mkdir(filepath.Join(folders, name), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(filepath.Join(folders, name)) })
	return "s3://" + name, filepath.Join(folders, name)
}

// put copies landing objects into a bucket, as Firehose does, and returns their URLs.
func put(t *testing.T, place string, landing map[string]string) []string {
	t.Helper()
	s, err := s3.Open(context.Background(), place, s3.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var urls []string
	for key, file := range landing {
		err := s.Create(key, func(w io.Writer) error {
			f, err := os.Open(file)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = io.Copy(w, f)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		urls = append(urls, place+"/"+key)
	}
	slices.Sort(urls)
	return urls
}

// answers is what the lake at place says to a few questions.
func answers(t *testing.T, place string) string {
	t.Helper()
	var all []string
	for _, sql := range []string{
		"SELECT count(*), min(timestamp), max(timestamp), count(DISTINCT event_id), sum(length(message)) FROM logs",
		"SELECT product, environment, count(*), sum(latency_ms), sum(status) FROM access_logs GROUP BY ALL ORDER BY ALL",
		"SELECT count(*) FROM logs WHERE product = 'booking' AND date = '2026-11-18'",
	} {
		p := run(t, "query", "--lake", place, "--json", sql)
		p.wait(t, time.Minute, 0)
		all = append(all, p.out.String())
	}
	return strings.Join(all, "")
}

// TestS3 takes the same landing objects the four ways between folders and buckets: the rows are
// the same, and so are the answers; then once more after compaction.
func TestS3(t *testing.T) {
	url, folder := bucket(t)
	local := filepath.Join(t.TempDir(), "lake")
	release1(t, local)
	for _, sub := range []string{"lake", "ledger", "quarantine"} {
		if err := os.RemoveAll(filepath.Join(local, sub)); err != nil {
			t.Fatal(err)
		}
	}
	files := landing(t, local)
	keys := map[string]string{}
	for _, f := range files {
		rel, err := filepath.Rel(local, f)
		if err != nil {
			t.Fatal(err)
		}
		keys[filepath.ToSlash(rel)] = f
	}
	other := filepath.Join(t.TempDir(), "from-bucket")
	there := put(t, url+"/own", keys)
	foreign := put(t, url+"/elsewhere", keys)
	lakes := []struct {
		what, place, folder string
		objects             []string
	}{
		{"files into a folder", local, local, files},
		{"files into a bucket", url + "/files", filepath.Join(folder, "files"), files},
		{"a bucket into a folder", other, other, foreign},
		{"a bucket's own objects", url + "/own", filepath.Join(folder, "own"), there},
	}
	var rows, said string
	for _, l := range lakes {
		seamark(t, append([]string{"transform", "--quiet", "--lake", l.place}, l.objects...)...)
		hash, n, err := check.RowHash(l.folder)
		if err != nil || n == 0 {
			t.Fatalf("%s: %d rows, %v", l.what, n, err)
		}
		if said == "" {
			rows, said = hash, answers(t, l.place)
		}
		for _, f := range check.Lake(l.folder, nil) {
			t.Errorf("%s: %s", l.what, f)
		}
		if answer := verified(t, l.place); answer["balanced"] != true || answer["objects_waiting"] != 0.0 {
			t.Errorf("%s: verify says %v", l.what, answer)
		}
		if got := answers(t, l.place); got != said {
			t.Errorf("%s: got %s, want %s", l.what, got, said)
		}
		if l.objects[0] == files[0] && hash != rows {
			t.Errorf("%s: other rows", l.what)
		}
		before, err := check.TreeHash(l.folder)
		if err != nil {
			t.Fatal(err)
		}
		seamark(t, append([]string{"transform", "--quiet", "--lake", l.place}, l.objects...)...)
		if after, err := check.TreeHash(l.folder); err != nil || after != before {
			t.Errorf("%s: a second run changed something (%v)", l.what, err)
		}
		seamark(t, "compact", "--grace", "0s", "--lake", l.place)
		if got := answers(t, l.place); got != said {
			t.Errorf("%s, compacted: got %s, want %s", l.what, got, said)
		}
	}
}

// TestS3TwoTransformers lets several processes transform the same objects of one bucket at once, as two
// functions do that got the same message: one result.
func TestS3TwoTransformers(t *testing.T) {
	url, folder := bucket(t)
	release := filepath.Join(t.TempDir(), "release")
	release1(t, release)
	keys := map[string]string{}
	for _, f := range landing(t, release) {
		rel, _ := filepath.Rel(release, f)
		keys[filepath.ToSlash(rel)] = f
	}
	for n := range times(t, "SEAMARK_RACES", 5) {
		place := fmt.Sprintf("%s/%d", url, n)
		objects := put(t, place, keys)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { seamark(t, append([]string{"transform", "--quiet", "--lake", place}, objects...)...) })
		}
		wg.Wait()
		for _, f := range check.Lake(filepath.Join(folder, fmt.Sprint(n)), nil) {
			t.Errorf("race %d: %s", n, f)
		}
	}
}

// writeObject writes a landing object and returns how many events are in it.
func writeObject(t *testing.T, name string) int64 {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const events = 500
	if _, err := fleet.WriteObject(f, 99, events); err != nil {
		t.Fatal(err)
	}
	return events
}

// TestS3Kill kills an appliance whose lake is in a bucket, under load. What was acknowledged is
// a row exactly once; what the front door took and the bucket does not have yet waits in the data folder.
func TestS3Kill(t *testing.T) {
	e2e(t)
	url, folder := bucket(t)
	seed := seeded(t)
	r := mathrand.New(mathrand.NewPCG(seed, 3))
	a := newAppliance(t, filepath.Join(t.TempDir(), "data"))
	a.lake = filepath.Join(folder, "up")
	text, err := os.ReadFile(a.config)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, a.config, string(text)+"lake: "+url+"/up\n")
	// What others put into the bucket is found, too.
	other := filepath.Join(t.TempDir(), "other")
	truth := writeObject(t, other)
	put(t, url+"/up", map[string]string{"landing/2026/11/22/08/firehose-2-2026-11-22-08-00-00-20000000-0000-4000-8000-000000000002.gz": other})
	a.up(t)
	a.healthy(t, a.url)
	l := deliver(t, a.url, a.key(t), seed, 4, 400)
	for n := range times(t, "SEAMARK_KILLS", 5) {
		moment := time.Duration(r.Int64N(int64(2500 * time.Millisecond)))
		time.Sleep(moment)
		a.kill()
		t.Logf("kill %d, %s after the start", n+1, moment.Round(time.Millisecond))
		for _, f := range check.Check(a.lake, check.Options{Unfinished: true}) {
			t.Errorf("after kill %d: %s", n+1, f)
		}
		a.up(t)
	}
	a.healthy(t, a.url)
	time.Sleep(time.Second)
	l.stop()
	a.term(t)
	acked, events, _ := l.sum()
	events += truth
	for _, f := range check.Lake(a.lake, acked) {
		t.Error(f)
	}
	answer := verified(t, url+"/up")
	if answer["balanced"] != true || answer["objects_waiting"] != 0.0 || answer["rows"] != float64(events) {
		t.Errorf("%d events were acknowledged; verify says %v\n%s", events, answer, a.log)
	}
	t.Logf("%d requests with %d events were acknowledged", len(acked), events)
}
