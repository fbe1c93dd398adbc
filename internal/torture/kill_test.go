package torture_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seamark-hq/seamark/internal/check"
)

// times is how often a fault is brought about: as the environment says, else n.
func times(t *testing.T, variable string, n int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return n
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%q is no number of times", variable, text)
	}
	return n
}

// appliance is `seamark up` on a data folder, started again and again.
type appliance struct {
	data, lake, config, address, url string
	*process
}

func newAppliance(t *testing.T, data string) *appliance {
	t.Helper()
	a := &appliance{data: data, lake: filepath.Join(data, "lake"), config: filepath.Join(t.TempDir(), "seamark.yml"), address: freeAddress(t)}
	a.url = "http://" + a.address
	writeFile(t, a.config, "frontDoor: {sealBytes: 200kB, sealAfter: 300ms}\nrules: {every: 1s, lag: 1s}\n")
	return a
}

func (a *appliance) up(t *testing.T) {
	t.Helper()
	a.process = run(t, "up", "--config", a.config, "--data", a.data, "--listen", a.address)
}

// key is the access key that the first start has made.
func (a *appliance) key(t *testing.T) string {
	t.Helper()
	key, err := os.ReadFile(filepath.Join(a.data, "access-key"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(key))
}

// finish lets the appliance come to rest and looks at what is there.
func (a *appliance) finish(t *testing.T, l *load) {
	t.Helper()
	a.healthy(t, a.url)
	time.Sleep(time.Second)
	l.stop()
	a.term(t)
	if l.settle(t, a.lake); t.Failed() {
		t.Logf("the last process said:\n%s", a.log)
	}
}

// TestKill kills the appliance at random moments under load. What was acknowledged is a
// row exactly once, and the accounts balance.
func TestKill(t *testing.T) {
	e2e(t)
	seed := seeded(t)
	r := rand.New(rand.NewPCG(seed, 1))
	a := newAppliance(t, filepath.Join(t.TempDir(), "data"))
	a.up(t)
	a.healthy(t, a.url)
	l := deliver(t, a.url, a.key(t), seed, 4, 400)
	for n := range times(t, "SEAMARK_KILLS", 5) {
		moment := time.Duration(r.Int64N(int64(2500 * time.Millisecond))) // also before it serves
		time.Sleep(moment)
		a.kill()
		t.Logf("kill %d, %s after the start", n+1, moment.Round(time.Millisecond))
		if n < 5 || n%10 == 0 { // the lake grows, and with it the time to check it
			for _, f := range check.Check(a.lake, check.Options{Unfinished: true}) {
				t.Errorf("after kill %d: %s", n+1, f)
			}
		}
		a.up(t)
	}
	a.finish(t, l)
}

// TestSecondInstance: two appliances on one folder: the second is refused, by its process.
func TestSecondInstance(t *testing.T) {
	e2e(t)
	data, address := filepath.Join(t.TempDir(), "data"), freeAddress(t)
	first := run(t, "up", "--data", data, "--listen", address)
	first.healthy(t, "http://"+address)
	second := run(t, "up", "--data", data, "--listen", "127.0.0.1:0")
	second.wait(t, 20*time.Second, 1)
	if log := second.log.String(); !strings.Contains(log, "another process works on this folder (pid "+strconv.Itoa(first.cmd.Process.Pid)+")") {
		t.Errorf("it is told: %s", log)
	}
	first.kill()
	third := run(t, "up", "--data", data, "--listen", address)
	third.healthy(t, "http://"+address)
	third.term(t)
}
