package functions_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/incident"
	"github.com/seamark-hq/seamark/indexer/opensearch"
	"github.com/seamark-hq/seamark/internal/check"
	"github.com/seamark-hq/seamark/internal/lambda/runtimetest"
	"github.com/seamark-hq/seamark/internal/servertest"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/lake/s3"
)

// built are the functions' binaries, each built once.
var built sync.Map

func binary(t *testing.T, name string) string {
	t.Helper()
	once, _ := built.LoadOrStore(name, sync.OnceValues(func() (string, error) {
		dir, err := os.MkdirTemp("", "seamark-functions-*")
		if err != nil {
			return "", err
		}
		path := filepath.Join(dir, name)
		return path, runtimetest.Build("../..", name, path)
	}))
	path, err := once.(func() (string, error))()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMain(m *testing.M) {
	code := m.Run()
	built.Range(func(_, once any) bool {
		if path, err := once.(func() (string, error))(); err == nil {
			os.RemoveAll(filepath.Dir(path))
		}
		return true
	})
	os.Exit(code)
}

// hub is a bucket with a lake below a prefix, and the environment of functions that use it.
type hub struct {
	url    string // of the gateway
	bucket string
	folder string // the lake's, as the gateway keeps it
	store  lake.Store
	env    []string
}

const prefix = "company/logs" // keys in notifications begin with it

func newHub(t *testing.T, config string) *hub {
	t.Helper()
	url, buckets := servertest.S3(t)
	h := &hub{url: url, bucket: "functions-" + hexID(6)}
	root := filepath.Join(buckets, h.bucket)
	h.folder = filepath.Join(root, prefix)
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	for k, v := range map[string]string{"AWS_ENDPOINT_URL": h.url, "AWS_ACCESS_KEY_ID": "seamark", "AWS_SECRET_ACCESS_KEY": "seamark-secret", "AWS_REGION": "us-east-1",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull} {
		t.Setenv(k, v)
	}
	outer, err := s3.Open(context.Background(), s3.Scheme+h.bucket, s3.Options{})
	if err == nil {
		err = outer.PutBytes("config/seamark.yml", []byte(config))
	}
	if err != nil {
		t.Fatal(err)
	}
	if h.store, err = s3.Open(context.Background(), s3.Scheme+h.bucket+"/"+prefix, s3.Options{}); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	h.env = []string{
		"AWS_ENDPOINT_URL_S3=" + h.url, "AWS_ACCESS_KEY_ID=seamark", "AWS_SECRET_ACCESS_KEY=seamark-secret", "AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true",
		"HOME=" + dir, "TMPDIR=" + dir, "SEAMARK_CONFIG_FILE=s3://" + h.bucket + "/config/seamark.yml", "SEAMARK_LAKE=s3://" + h.bucket + "/" + prefix,
		"SEAMARK_QUEUE_URL=http://127.0.0.1:1/999999999999/seamark", "AWS_LAMBDA_FUNCTION_NAME=seamark",
	}
	return h
}

func hexID(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// start starts a function; later variables win.
func (h *hub) start(t *testing.T, name string, env ...string) *runtimetest.Function {
	t.Helper()
	f, err := runtimetest.Start(binary(t, name), append(append([]string{}, h.env...), env...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the log of %s:\n%s", name, f.Log())
		}
		f.Close()
	})
	return f
}

// invoke fails the test where there is no answer.
func invoke(t *testing.T, f *runtimetest.Function, payload string, timeout time.Duration) runtimetest.Answer {
	t.Helper()
	a, err := f.Invoke(payload, timeout)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// land puts a landing object of 2 n events into the bucket, and returns its key in it.
func (h *hub) land(t *testing.T, key string, n int) string {
	t.Helper()
	var out bytes.Buffer
	for p := range 2 {
		var events []string
		for i := range n {
			events = append(events, fmt.Sprintf(`{"id":"%s-%d-%d","timestamp":%d,"message":"hello %d"}`, url.PathEscape(key), p, i, time.Date(2026, 11, 22, 17, 0, i%3600, 0, time.UTC).UnixMilli(), i))
		}
		w := gzip.NewWriter(&out)
		fmt.Fprintf(w, `{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"/aws/lambda/f","logStream":"s","subscriptionFilters":["seamark/1/p%d/prod/team/eu-central-1/f"],"logEvents":[%s]}`, p, strings.Join(events, ","))
		w.Close()
	}
	if err := h.store.PutBytes(key, out.Bytes()); err != nil {
		t.Fatal(err)
	}
	return prefix + "/" + key
}

// notification is S3's own, with its encoding of keys.
func (h *hub) notification(key string) string {
	b, _ := json.Marshal(url.QueryEscape(key))
	return fmt.Sprintf(`{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:CompleteMultipartUpload","s3":{"bucket":{"name":%q},"object":{"key":%s}}}]}`, h.bucket, b)
}

// created is S3's event by way of EventBridge.
func (h *hub) created(key string) string {
	b, _ := json.Marshal(key)
	return fmt.Sprintf(`{"version":"0","source":"aws.s3","detail-type":"Object Created","detail":{"bucket":{"name":%q},"object":{"key":%s}}}`, h.bucket, b)
}

// sound checks all invariants and counts rows, past the functions.
func (h *hub) sound(t *testing.T, rows int64) {
	t.Helper()
	for _, f := range check.Lake(h.folder, nil) {
		if !strings.Contains(f.String(), "landing/product") { // keys that Firehose does not write
			t.Errorf("%s", f)
		}
	}
	l := lake.New(h.store)
	if err := l.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := l.Accounts().Rows; got != rows {
		t.Errorf("%d rows, want %d", got, rows)
	}
}

func landing(i int) string {
	return fmt.Sprintf("landing/2026/11/22/17/seamark-1-2026-11-22-17-%02d-%02d-10000000-0000-4000-8000-000000000001.gz", i/60, i%60)
}

const done = `{"batchItemFailures":null}`

// One batch of all shapes: keys with =, +, %, and a blank, encoded and not, S3's test event,
// what nobody understands, an object of another bucket, one that is gone. Then the same again.
func TestTransformerShapes(t *testing.T) {
	h := newHub(t, "")
	f := h.start(t, "transformer", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=1024")
	odd := "landing/product=x/a+b c%d%3D.gz"
	other := strings.Replace(h.notification(prefix+"/"+landing(3)), h.bucket, "other", 1)
	batch := runtimetest.Batch(
		h.notification(h.land(t, odd, 5)), h.created(h.land(t, strings.Replace(odd, "a+", "b+", 1), 5)), h.notification(h.land(t, landing(0), 5)),
		`{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"hub"}`, `{"hello":"world"}`, "text", other, h.notification(prefix+"/landing/gone.gz"), `{"do":"what"}`)
	for range 2 {
		a := invoke(t, f, batch, time.Minute)
		if want := `{"batchItemFailures":[{"itemIdentifier":"m4"},{"itemIdentifier":"m5"},{"itemIdentifier":"m6"},{"itemIdentifier":"m8"}]}`; a.Failed || a.Body != want {
			t.Fatalf("%+v, want %s", a, want)
		}
	}
	h.sound(t, 30)
	log := f.Log()
	for _, want := range []string{"neither a notification of S3", "does not lie in the lake", "use one of canary, compact, reconcile, retain, transform", `"Objects":1`, `"Namespace":"seamark"`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q", want)
		}
	}
	for line := range strings.Lines(log) {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON in the log: %s", line)
		}
	}
}

// forwardTo hands requests on to a gateway; the Host that was signed stays.
func forwardTo(to *url.URL) http.Handler {
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = to.Scheme, to.Host, r.In.Host
	}}
}

// Killed in the middle of a large object, and asked again; two processes at once do the same
// object; S3 that throttles every third request.
func TestTransformerTrouble(t *testing.T) {
	h := newHub(t, "")
	var asked atomic.Int64
	to, _ := url.Parse(h.url)
	forward := forwardTo(to)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1)%3 == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			io.WriteString(w, `<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>`)
			return
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	throttled := h.start(t, "transformer", "AWS_ENDPOINT_URL_S3="+proxy.URL)
	if a := invoke(t, throttled, runtimetest.Batch(h.notification(h.land(t, landing(0), 50))), time.Minute); a.Failed || a.Body != done {
		t.Errorf("throttled: %+v", a)
	}
	large := h.notification(h.land(t, landing(1), 20_000))
	for i := range 4 {
		f := h.start(t, "transformer")
		f.Hand(runtimetest.Batch(large), time.Minute)
		<-time.After(time.Duration(10+mathrand.IntN(60*(i+1))) * time.Millisecond) // wherever it is then
		f.Close()
	}
	f, g := h.start(t, "transformer"), h.start(t, "transformer")
	small := h.notification(h.land(t, landing(2), 500))
	var wg sync.WaitGroup
	for _, one := range []*runtimetest.Function{f, g} {
		wg.Go(func() {
			for _, body := range []string{large, small} {
				if a, err := one.Invoke(runtimetest.Batch(body), time.Minute); err != nil || a.Failed || a.Body != done {
					t.Errorf("%+v, %v", a, err)
				}
			}
		})
	}
	wg.Wait()
	h.sound(t, 2*(50+20_000+500))
}

// A bucket that does not answer: the function answers before its time-out, gives the message
// back, and does it when asked again.
func TestTransformerOutOfTime(t *testing.T) {
	h := newHub(t, "")
	var hang atomic.Bool
	to, _ := url.Parse(h.url)
	forward := forwardTo(to)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if hang.Load() {
			io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
			return
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	f := h.start(t, "transformer", "AWS_ENDPOINT_URL_S3="+proxy.URL)
	body := runtimetest.Batch(h.notification(h.land(t, landing(0), 5)))
	invoke(t, f, runtimetest.Batch(`{"Event":"s3:TestEvent"}`), time.Minute) // it has started
	hang.Store(true)
	const timeout = 4 * time.Second
	if a := invoke(t, f, body, timeout); a.Failed || a.Body != `{"batchItemFailures":[{"itemIdentifier":"m0"}]}` || a.After >= timeout || !strings.Contains(f.Log(), "time was up") {
		t.Errorf("%+v", a)
	}
	hang.Store(false)
	if a := invoke(t, f, body, time.Minute); a.Failed || a.Body != done {
		t.Errorf("%+v", a)
	}
	h.sound(t, 10)
}

// What is missing stops a function at its start, and is named.
func TestMissing(t *testing.T) {
	h := newHub(t, "opensearch: {url: 'http://127.0.0.1:1'}\nreceivers: [{name: a, slack: {channel: C1, tokenEnv: SLACK_TOKEN}}]\n")
	for _, c := range []struct{ function, env, want string }{
		{"transformer", "SEAMARK_QUEUE_URL=", "SEAMARK_QUEUE_URL"}, {"indexer", "SEAMARK_QUEUE_URL=", "SEAMARK_QUEUE_URL"},
		{"transformer", "SEAMARK_LAKE=", "SEAMARK_LAKE"}, {"transformer", "SEAMARK_CONFIG_FILE=s3://" + h.bucket + "/nowhere.yml", "nowhere.yml"},
		{"alerter", "X=1", "SLACK_TOKEN"},
	} {
		f := h.start(t, c.function, c.env)
		if log, ended := f.Exit(); !ended || !strings.Contains(log, c.want) || !strings.Contains(log, "cannot start") {
			t.Errorf("%s, %s: %s", c.function, c.env, log)
		}
	}
}

// Every notification is lost: what reconciliation puts into a real queue, handed over as
// Lambda does it, makes all rows arrive. Then the hour is compacted by its message.
func TestReconcile(t *testing.T) {
	emulator := servertest.MiniStack(t)
	h := newHub(t, "")
	const account = "414243444546"
	client := sqs.New(sqs.Options{BaseEndpoint: &emulator, Region: "us-east-1", Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: account, SecretAccessKey: "x"}, nil
	})})
	made, err := client.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("transform-" + hexID(4))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.DeleteQueue(context.WithoutCancel(t.Context()), &sqs.DeleteQueueInput{QueueUrl: made.QueueUrl})
	})
	f := h.start(t, "transformer", "SEAMARK_QUEUE_URL="+*made.QueueUrl, "AWS_ENDPOINT_URL_SQS="+emulator)
	for i := range 12 {
		h.land(t, landing(i), 5)
	}
	if a := invoke(t, f, `{"do":"reconcile"}`, time.Minute); a.Failed || !strings.Contains(a.Body, `"pending":12,"sent":12`) {
		t.Fatalf("%+v", a)
	}
	bodies := take(t, client, *made.QueueUrl)
	if len(bodies) != 12 {
		t.Fatalf("%d messages: %v", len(bodies), bodies)
	}
	for _, body := range bodies {
		if a := invoke(t, f, runtimetest.Batch(body), time.Minute); a.Failed || a.Body != done {
			t.Fatalf("%s: %+v", body, a)
		}
	}
	if a := invoke(t, f, `{"do":"reconcile"}`, time.Minute); a.Failed || !strings.Contains(a.Body, `"pending":0`) {
		t.Errorf("%+v", a)
	}
	if a := invoke(t, f, `{"do":"compact"}`, time.Minute); a.Failed || a.Body != `{"hours":1,"sent":1}` {
		t.Fatalf("%+v", a)
	}
	if a := invoke(t, f, runtimetest.Batch(take(t, client, *made.QueueUrl)...), 2*time.Minute); a.Failed || a.Body != done {
		t.Errorf("%+v", a)
	}
	for range 2 {
		if a := invoke(t, f, `{"do":"canary"}`, time.Minute); a.Failed {
			t.Errorf("%+v", a)
		}
	}
	l := lake.New(h.store)
	if err := l.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rows, files := l.Accounts().Rows, len(l.Files("logs", seamark.Span{})); rows != 120 || files != 2 {
		t.Errorf("%d rows in %d files", rows, files)
	}
}

// New ledger entries are indexed in a real OpenSearch, once, though their messages come
// twice or not at all.
func TestIndexer(t *testing.T) {
	search := servertest.WholeOpenSearch(t)
	h := newHub(t, "opensearch: {url: '"+search+"'}\nindex: {retentionDays: 3650}\n")
	f := h.start(t, "transformer")
	var entries []string
	for i := range 3 {
		if a := invoke(t, f, runtimetest.Batch(h.notification(h.land(t, landing(i), 5))), time.Minute); a.Failed || a.Body != done {
			t.Fatalf("%+v", a)
		}
	}
	l := lake.New(h.store)
	if err := l.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, e := range l.Entries() {
		entries = append(entries, prefix+"/"+e.Key())
	}
	ix := h.start(t, "indexer")
	batch := runtimetest.Batch(h.notification(entries[0]), h.created(entries[1]), h.notification(entries[0]), "poison", `{"Event":"s3:TestEvent"}`)
	if a := invoke(t, ix, batch, time.Minute); a.Failed || a.Body != `{"batchItemFailures":[{"itemIdentifier":"m3"}]}` {
		t.Fatalf("%+v", a)
	}
	if !strings.Contains(ix.Log(), `"documents":20`) {
		t.Errorf("not 20 documents")
	}
	if a := invoke(t, ix, batch, time.Minute); a.Failed || strings.Count(ix.Log(), `"eventName":"indexed"`) != 1 {
		t.Errorf("again: %+v", a)
	}
	if a := invoke(t, ix, `{"do":"index","entries":["`+strings.TrimPrefix(entries[2], prefix+"/")+`"]}`, time.Minute); a.Failed {
		t.Errorf("%+v", a)
	}
}

// Alarms in every wrapping in which AWS hands them on make one incident and one card.
func TestAlerter(t *testing.T) {
	cards := t.TempDir()
	h := newHub(t, "receivers: [{name: files, folder: {path: '"+cards+"'}}]\n")
	f := h.start(t, "alerter")
	b, err := os.ReadFile("../../alerter/cloudwatch/testdata/events/eventbridge.json")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile("../../alerter/cloudwatch/testdata/events/bare.json")
	if err != nil {
		t.Fatal(err)
	}
	envelope, _ := json.Marshal(map[string]string{"Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:eu-central-1:222222222222:seamark-alarms", "Message": string(raw)})
	direct, _ := json.Marshal(map[string]any{"Records": []any{map[string]any{"EventSource": "aws:sns", "Sns": map[string]string{"Message": string(raw)}}}})
	for _, body := range []string{string(b), string(raw), string(envelope)} {
		if a := invoke(t, f, runtimetest.Batch(body), time.Minute); a.Failed || a.Body != done {
			t.Errorf("%.60s: %+v", body, a)
		}
	}
	if a := invoke(t, f, string(direct), time.Minute); a.Failed {
		t.Errorf("SNS itself: %+v", a)
	}
	if a := invoke(t, f, runtimetest.Batch("poison"), time.Minute); a.Body != `{"batchItemFailures":[{"itemIdentifier":"m0"}]}` {
		t.Errorf("%+v", a)
	}
	if a := invoke(t, f, `{"do":"what"}`, time.Minute); !a.Failed || !strings.Contains(a.Body, "reconcile") {
		t.Errorf("%+v", a)
	}
	groups, err := incident.Groups(h.store, "incidents")
	if err != nil || len(groups) == 0 {
		t.Errorf("%d groups, %v", len(groups), err)
	}
	if shown, err := filepath.Glob(filepath.Join(cards, "*", "*")); err != nil || len(shown) == 0 && strings.Count(f.Log(), "card_delivered") == 0 {
		t.Errorf("%v, %v", shown, err)
	}
}

// Rules, those that people wrote among them, are evaluated over a real OpenSearch, once a schedule,
// and remembered in the bucket; where there is none the function says so.
func TestRules(t *testing.T) {
	search := servertest.WholeOpenSearch(t)
	cards, product := t.TempDir(), "rules-"+hexID(4)
	receivers := "receivers: [{name: files, folder: {path: '" + cards + "'}}]\n"
	own := "rules: {own: [{name: quiet, kind: absence, product: " + product + ", environment: prod, window: 5m, summary: Nothing came.}, {name: odd, kind: count, window: 1m, threshold: 1, filter: /a.c/}]}\n"
	h := newHub(t, receivers+"opensearch: {url: '"+search+"'}\n"+own)
	for i := range 2 { // two processes; the second may find no new instant
		if a := invoke(t, h.start(t, "alerter"), `{"do":"rules"}`, time.Minute); a.Failed || !strings.Contains(a.Body, `"own":{"until":"2`) || i == 0 && !strings.Contains(a.Body, "no regular expressions") {
			t.Errorf("%+v", a)
		}
	}
	for _, key := range []string{"incidents/rules/0000000002.json", "incidents/own-rules/0000000001.json"} {
		if _, err := h.store.Stat(key); err != nil {
			t.Error(err)
		}
	}
	if shown, err := filepath.Glob(filepath.Join(cards, "*"+product+"*")); err != nil || len(shown) == 0 {
		t.Errorf("no card says that nothing came: %v", err)
	}
	without := newHub(t, receivers)
	if a := invoke(t, without.start(t, "alerter"), `{"do":"rules"}`, time.Minute); !a.Failed || !strings.Contains(a.Body, "opensearch") {
		t.Errorf("without an index: %+v", a)
	}
}

// With an index the card says which errors there were: the alarm comes first, the rows minutes later,
// and the next look edits the card.
func TestCardWithPatterns(t *testing.T) {
	search := servertest.WholeOpenSearch(t)
	installTemplates(t, search)
	cards, product := t.TempDir(), "cards-"+hexID(4)
	h := newHub(t, "receivers: [{name: files, folder: {path: '"+cards+"'}}]\nopensearch: {url: '"+search+"'}\n")
	b, err := os.ReadFile("../../alerter/cloudwatch/testdata/events/eventbridge.json")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	alarm := strings.NewReplacer("booking", product, "2026-11-22T14:03:00", now.Format("2006-01-02T15:04:05")).Replace(string(b))
	if a := invoke(t, h.start(t, "alerter"), runtimetest.Batch(alarm), time.Minute); a.Failed || a.Body != done {
		t.Fatalf("%+v", a)
	}
	document := fmt.Sprintf(`{"timestamp":%d,"event_id":"1","product":%q,"environment":"prod","level":"ERROR","message":"seat 12A is taken","fingerprint":"3:0123456789abcdef"}`, now.Add(-time.Second).UnixMilli(), product)
	answer, err := http.Post(search+"/app-logs-"+now.Format("2006.01.02")+"/_doc/"+product+"?refresh=true", "application/json", strings.NewReader(document))
	if err != nil || answer.StatusCode != http.StatusCreated {
		t.Fatalf("%v, %v", answer, err)
	}
	answer.Body.Close()
	text := func() string {
		files, err := filepath.Glob(filepath.Join(cards, "*.text.txt"))
		if err != nil || len(files) != 1 {
			t.Fatalf("cards %v, %v", files, err)
		}
		b, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if strings.Contains(text(), "seat") {
		t.Errorf("known too early:\n%s", text())
	}
	if a := invoke(t, h.start(t, "alerter"), `{"do":"reconcile"}`, time.Minute); a.Failed { // another process
		t.Fatalf("%+v", a)
	}
	if !strings.Contains(text(), "seat 12A is taken") {
		t.Errorf("without patterns:\n%s", text())
	}
}

// installTemplates has indices made as the indexer makes them.
func installTemplates(t *testing.T, search string) {
	t.Helper()
	c, err := opensearch.New(opensearch.Options{URL: search})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.InstallTemplates(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// take takes all messages out of a queue.
func take(t *testing.T, client *sqs.Client, url string) (bodies []string) {
	t.Helper()
	for {
		out, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 10})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Messages) == 0 {
			return bodies
		}
		for _, m := range out.Messages {
			bodies = append(bodies, *m.Body)
			if _, err := client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &url, ReceiptHandle: m.ReceiptHandle}); err != nil {
				t.Fatal(err)
			}
		}
	}
}
