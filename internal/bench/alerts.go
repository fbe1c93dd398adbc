package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/seamark-hq/seamark/internal/fleet"
)

// The load on the alerter: as many alarms a second, each the first of an incident of its
// own, over as many products, each with a channel of its own.
const (
	alarmsPerSecond = 100
	alarmProducts   = 50
	alarmsLast      = 30 * time.Second
	stormAlarms     = 5000
	cardPatience    = 30 * time.Second // after the last alarm
)

// alertSample is what became of a load of alarms.
type alertSample struct {
	name  string
	waits []time.Duration // from the request to the accepted card, sorted
	lost  int
	rssMB int64
	cpu   time.Duration
}

// channels are the media: they accept cards and say when.
type channels struct {
	mu    sync.Mutex
	at    map[string]time.Time // of the first card, by incident
	cards int
}

// incidentOf finds whose a message is: Seamark writes "p07 e0012", Alertmanager labels.
var incidentOf = regexp.MustCompile(`p\d\d e\d{4}|"environment":"(e\d{4})"[^}]*"product":"(p\d\d)"`)

// ServeHTTP implements http.Handler.
func (c *channels) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	now := time.Now()
	c.mu.Lock()
	c.cards++
	for _, m := range incidentOf.FindAllSubmatch(body, -1) {
		name := string(m[0])
		if len(m[1]) > 0 {
			name = string(m[2]) + " " + string(m[1])
		}
		if _, known := c.at[name]; !known {
			c.at[name] = now
		}
	}
	c.mu.Unlock()
	w.WriteHeader(http.StatusAccepted)
}

// alerts measures how long the first alarm of an incident takes to its accepted card, with
// a lake behind it from which cards are enriched, beside a plain Alertmanager.
func (b *bench) alerts() (string, error) {
	object, truth, err := b.object("alerts.gz", fleet.Bulk{Seed: 9, Events: b.rows})
	if err != nil {
		return "", err
	}
	lake := filepath.Join(b.work, "alerts")
	defer os.RemoveAll(lake)
	if _, err := b.transformInto(lake, "GOMAXPROCS=2", truth, object); err != nil {
		return "", err
	}
	os.Remove(object)
	ours, err := b.alarmsTo("Seamark", func(url string) (*exec.Cmd, string, error) { return b.seamarkUp(lake, url) })
	if err != nil {
		return "", err
	}
	samples := []alertSample{ours}
	if b.alertmanager != "" {
		peer, err := b.alarmsTo("Alertmanager 0.34.2, group_wait 0s, webhook", b.alertmanagerUp)
		if err != nil {
			return "", err
		}
		samples = append(samples, peer)
	}
	cards, took, err := b.storm(lake)
	if err != nil {
		return "", err
	}
	return describeAlerts(truth, samples, cards, took), nil
}

// seamarkUp starts an appliance whose products have a Teams channel each.
func (b *bench) seamarkUp(lake, url string) (*exec.Cmd, string, error) {
	var text strings.Builder
	text.WriteString("alerts: {grace: 0s}\nreceivers:\n")
	var env []string
	for i := range alarmProducts {
		fmt.Fprintf(&text, "  - {name: c%02d, teams: {urlEnv: CHANNEL_%02d}}\n", i, i)
		env = append(env, fmt.Sprintf("CHANNEL_%02d=%s/%d", i, url, i))
	}
	text.WriteString("route:\n  receiver: c00\n  routes:\n")
	for i := range alarmProducts {
		fmt.Fprintf(&text, "    - {matchers: ['product=\"p%02d\"'], receiver: c%02d}\n", i, i)
	}
	cmd, base, _, err := b.applianceUp(lake, text.String(), env...)
	return cmd, base, err
}

// applianceUp starts an appliance over a lake, and returns its address and its data folder.
func (b *bench) applianceUp(lake, config string, env ...string) (cmd *exec.Cmd, base, data string, err error) {
	if data, err = os.MkdirTemp(b.work, "up-"); err != nil {
		return nil, "", "", err
	}
	file := filepath.Join(data, "seamark.yml")
	text := fmt.Sprintf("data: %s\nlake: %s\nlisten: 127.0.0.1:0\ncompact: {enabled: false}\n%s", data, lake, config)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, "", "", err
	}
	cmd = exec.Command(b.seamark, "up", "--json", "--config", file)
	cmd.Env, cmd.Stderr = append(os.Environ(), env...), os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, "", "", err
	}
	if err := cmd.Start(); err != nil {
		return nil, "", "", err
	}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	var at struct {
		FrontDoor string `json:"front_door"`
	}
	if err == nil {
		err = json.Unmarshal(line, &at)
	}
	return cmd, strings.TrimSuffix(at.FrontDoor, "/ingest/firehose"), data, err
}

// alertmanagerUp starts a plain Alertmanager that tells one webhook of each group at once.
func (b *bench) alertmanagerUp(url string) (*exec.Cmd, string, error) {
	data, err := os.MkdirTemp(b.work, "am-")
	if err != nil {
		return nil, "", err
	}
	file := filepath.Join(data, "alertmanager.yml")
	text := "route: {receiver: hook, group_by: [product, environment], group_wait: 0s, group_interval: 5m, repeat_interval: 4h}\nreceivers:\n  - {name: hook, webhook_configs: [{url: '" + url + "/0'}]}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, "", err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	address := l.Addr().String()
	l.Close()
	cmd := exec.Command(b.alertmanager, "--config.file", file, "--storage.path", data, "--web.listen-address", address, "--cluster.listen-address=", "--log.level=error")
	if err := cmd.Start(); err != nil {
		return nil, "", err
	}
	return cmd, "http://" + address, ready("http://" + address + "/-/ready")
}

// ready waits until a server answers.
func ready(url string) error {
	for range 200 {
		if resp, err := http.Get(url); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("%s does not answer", url)
}

// alarmsTo sends the load to what start starts.
func (b *bench) alarmsTo(name string, start func(url string) (*exec.Cmd, string, error)) (alertSample, error) {
	c := &channels{at: map[string]time.Time{}}
	media := httptest.NewServer(c)
	defer media.Close()
	cmd, url, err := start(media.URL)
	if err != nil {
		return alertSample{}, fmt.Errorf("%s: %w", name, err)
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	sent, err := sendAlarms(url)
	if err != nil {
		return alertSample{}, fmt.Errorf("%s: %w", name, err)
	}
	for end := time.Now().Add(cardPatience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		c.mu.Lock()
		n := len(c.at)
		c.mu.Unlock()
		if n >= len(sent) {
			break
		}
	}
	s := alertSample{name: name, rssMB: peakMB(cmd.Process.Pid)}
	c.mu.Lock()
	for incident, at := range sent {
		if card, ok := c.at[incident]; ok {
			s.waits = append(s.waits, card.Sub(at))
		} else {
			s.lost++
		}
	}
	c.mu.Unlock()
	slices.Sort(s.waits)
	cmd.Process.Signal(syscall.SIGTERM)
	cmd.Wait()
	s.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return s, nil
}

// sendAlarms posts the load and returns when each incident's alarm was sent.
func sendAlarms(url string) (map[string]time.Time, error) {
	sent := map[string]time.Time{}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 20 * time.Second}
	var mu sync.Mutex
	var failed error
	var wg sync.WaitGroup
	begin := time.Now()
	for i := range int(alarmsLast.Seconds() * alarmsPerSecond) {
		time.Sleep(time.Until(begin.Add(time.Duration(i) * time.Second / alarmsPerSecond)))
		product, environment := fmt.Sprintf("p%02d", i%alarmProducts), fmt.Sprintf("e%04d", i/alarmProducts)
		sent[product+" "+environment] = time.Now()
		wg.Go(func() {
			if err := postAlarm(client, url, product, environment, "Down"); err != nil {
				mu.Lock()
				failed = errors.Join(failed, err)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return sent, failed
}

func postAlarm(client *http.Client, url, product, environment, name string) error {
	body, err := json.Marshal([]map[string]any{{
		"labels": map[string]string{"alertname": name, "product": product, "environment": environment, "severity": "critical"}, "annotations": map[string]string{"summary": "it is down"},
		"startsAt": time.Now().UTC().Format(time.RFC3339Nano), "endsAt": time.Now().Add(time.Hour).UTC().Format(time.RFC3339Nano),
	}})
	if err != nil {
		return err
	}
	resp, err := client.Post(url+"/api/v2/alerts", "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the alarm was answered %d", resp.StatusCode)
	}
	return nil
}

// storm sends many alarms of one product as fast as they are taken, and counts the cards.
func (b *bench) storm(lake string) (cards int, took time.Duration, err error) {
	c := &channels{at: map[string]time.Time{}}
	media := httptest.NewServer(c)
	defer media.Close()
	cmd, url, err := b.seamarkUp(lake, media.URL)
	if err != nil {
		return 0, 0, err
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: time.Minute}
	begin := time.Now()
	names := make(chan int)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range names {
				if e := postAlarm(client, url, "p00", "e0000", fmt.Sprintf("Down%04d", i)); e != nil {
					mu.Lock()
					err = e
					mu.Unlock()
				}
			}
		})
	}
	for i := range stormAlarms {
		names <- i
	}
	close(names)
	wg.Wait()
	took = time.Since(begin)
	time.Sleep(2 * time.Second)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cards, took, err
}

func describeAlerts(truth fleet.Truth, samples []alertSample, cards int, took time.Duration) string {
	var w strings.Builder
	fmt.Fprintf(&w, "## Alarms\n\nFrom the request that brings the first alarm of an incident to the accepted card: %d alarms a second for %v, %d products and as many channels (Teams webhooks, `alerts.grace: 0s`), behind them a lake of %d events.\n\n",
		alarmsPerSecond, alarmsLast, alarmProducts, truth.Events)
	w.WriteString("| | p50 | p99 | longest | lost | peak memory | CPU |\n|---|---|---|---|---|---|---|\n")
	for _, s := range samples {
		at := func(q float64) time.Duration {
			if len(s.waits) == 0 {
				return 0
			}
			return s.waits[min(len(s.waits)-1, int(q*float64(len(s.waits))))].Round(time.Millisecond)
		}
		fmt.Fprintf(&w, "| %s | %v | %v | %v | %d | %d MB | %.1f s |\n", s.name, at(0.5), at(0.99), at(1), s.lost, s.rssMB, s.cpu.Seconds())
	}
	fmt.Fprintf(&w, "\nA storm of %d alarms of one product: taken in %.1f s, each on disk before its answer; %d cards.\n", stormAlarms, took.Seconds(), cards)
	return w.String()
}
