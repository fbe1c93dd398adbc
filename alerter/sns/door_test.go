package sns_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/sns"
)

const (
	topic = "arn:aws:sns:eu-central-1:999999999999:seamark"
	host  = "sns.eu-central-1.amazonaws.com"
	good  = "https://" + host + "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
)

var key = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

// certificate is a self-signed one; DER.
func certificate(t *testing.T, name string, from, to time.Time) []byte {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name, host}[:1], NotBefore: from, NotAfter: to,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key().PublicKey, key())
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// cloud is SNS's own host with a certificate of a test authority: it serves signing
// certificates by path and confirms subscriptions.
type cloud struct {
	client    func(string) *http.Client
	files     map[string][]byte // by path, DER
	status    atomic.Int64      // in place of 200
	fetched   atomic.Int64
	confirmed atomic.Int64
	hosts     sync.Map
}

func newCloud(t *testing.T) *cloud {
	now := time.Now()
	c := &cloud{files: map[string][]byte{
		"/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem": certificate(t, "sns.amazonaws.com", now.Add(-time.Hour), now.Add(time.Hour)),
		"/SimpleNotificationService-0a.pem":                               certificate(t, "sns.amazonaws.com", now.Add(-2*time.Hour), now.Add(-time.Hour)),
		"/SimpleNotificationService-0b.pem":                               certificate(t, "evil.example.com", now.Add(-time.Hour), now.Add(time.Hour)),
		"/SimpleNotificationService-0c.pem":                               []byte("no certificate"),
	}}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status := c.status.Load(); status != 0 {
			w.Header().Set("Location", "https://evil.example.com/")
			w.WriteHeader(int(status))
			return
		}
		if r.URL.Path == "/" && r.URL.Query().Get("Action") == "ConfirmSubscription" {
			c.confirmed.Add(1)
			return
		}
		der, ok := c.files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		c.fetched.Add(1)
		pem.Encode(w, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	}))
	der := certificate(t, host, now.Add(-time.Hour), now.Add(time.Hour))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key()}}}
	server.StartTLS()
	t.Cleanup(server.Close)
	authority, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(authority)
	c.client = func(to string) *http.Client {
		c.hosts.Store(to, true)
		return &http.Client{
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
			}},
		}
	}
	return c
}

type fields = map[string]any

// sign signs a message as SNS does.
func sign(m fields) fields {
	names := []string{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}
	if m["Type"] != "Notification" {
		names = []string{"Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"}
	}
	var text strings.Builder
	for _, n := range names {
		if v, ok := m[n].(string); ok {
			text.WriteString(n + "\n" + v + "\n")
		}
	}
	var sig []byte
	if m["SignatureVersion"] == "1" {
		sum := sha1.Sum([]byte(text.String()))
		sig, _ = rsa.SignPKCS1v15(rand.Reader, key(), crypto.SHA1, sum[:])
	} else {
		sum := sha256.Sum256([]byte(text.String()))
		sig, _ = rsa.SignPKCS1v15(rand.Reader, key(), crypto.SHA256, sum[:])
	}
	m["Signature"] = base64.StdEncoding.EncodeToString(sig)
	return m
}

func notification(id string) fields {
	return fields{
		"Type": "Notification", "MessageId": id, "TopicArn": topic, "Subject": "ALARM: x", "Message": `{"AlarmName":"x"}`,
		"Timestamp": time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), "SignatureVersion": "2", "SigningCertURL": good,
		"UnsubscribeURL": "https://" + host + "/?Action=Unsubscribe",
	}
}

func subscription() fields {
	return fields{
		"Type": "SubscriptionConfirmation", "MessageId": "s1", "TopicArn": topic, "Message": "You have chosen to subscribe", "Token": "2336",
		"SubscribeURL": "https://" + host + "/?" + url.Values{"Action": {"ConfirmSubscription"}, "TopicArn": {topic}, "Token": {"2336"}}.Encode(),
		"Timestamp":    time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), "SignatureVersion": "1", "SigningCertURL": good,
	}
}

// door posts messages and remembers what was taken in.
type door struct {
	*sns.Door
	mu    sync.Mutex
	taken []string
	fail  error
}

func newDoor(c *cloud, topics ...string) *door {
	d := &door{}
	d.Door = sns.New(sns.Options{Topics: topics, Client: c.client, Take: func(_ context.Context, b []byte) error {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.fail == nil {
			d.taken = append(d.taken, string(b))
		}
		return d.fail
	}})
	return d
}

func (d *door) post(body any, header ...string) (int, string) {
	b, ok := body.(string)
	if !ok {
		encoded, _ := json.Marshal(body)
		b = string(encoded)
	}
	r := httptest.NewRequest(http.MethodPost, "/ingest/sns", strings.NewReader(b))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// with changes a signed message afterwards, or (sign) before.
func with(m fields, k string, v any) fields { m[k] = v; return m }

func TestVectors(t *testing.T) {
	c := newCloud(t)
	old := func(d time.Duration) string { return time.Now().Add(d).UTC().Format("2006-01-02T15:04:05.000Z") }
	without := func(m fields, k string) fields { delete(m, k); return m }
	region := func(r string) string { return strings.ReplaceAll(topic, "eu-central-1", r) }
	for name, v := range map[string]struct {
		body   any
		header string
		want   int
		taken  int
	}{
		"signature version 2":           {sign(notification("a")), "", 200, 1},
		"signature version 1":           {sign(with(notification("a"), "SignatureVersion", "1")), "", 200, 1},
		"without a subject":             {sign(without(notification("a"), "Subject")), "", 200, 1},
		"subject null":                  {sign(with(notification("a"), "Subject", nil)), "", 200, 1},
		"unicode":                       {sign(with(notification("a"), "Message", `{"AlarmName":"Zug fährt ab 🚂 <b>&"}`)), "", 200, 1},
		"another region of the topic":   {sign(with(with(notification("a"), "TopicArn", region("us-gov-west-1")), "SigningCertURL", strings.Replace(good, "eu-central-1", "us-gov-west-1", 1))), "", 403, 0},
		"message changed":               {with(sign(notification("a")), "Message", `{"AlarmName":"y"}`), "", 403, 0},
		"subject changed":               {with(sign(notification("a")), "Subject", "OK: x"), "", 403, 0},
		"subject taken out":             {without(sign(notification("a")), "Subject"), "", 403, 0},
		"id changed":                    {with(sign(notification("a")), "MessageId", "b"), "", 403, 0},
		"time changed":                  {with(sign(notification("a")), "Timestamp", old(-time.Minute)), "", 403, 0},
		"topic changed":                 {with(sign(with(notification("a"), "TopicArn", topic+"-other")), "TopicArn", topic), "", 403, 0},
		"type changed":                  {with(sign(notification("a")), "Type", "UnsubscribeConfirmation"), "", 403, 0},
		"version changed":               {with(sign(notification("a")), "SignatureVersion", "1"), "", 403, 0},
		"version unknown":               {with(sign(notification("a")), "SignatureVersion", "3"), "", 403, 0},
		"version missing":               {without(sign(notification("a")), "SignatureVersion"), "", 403, 0},
		"signature missing":             {without(sign(notification("a")), "Signature"), "", 400, 0},
		"signature empty":               {with(sign(notification("a")), "Signature", ""), "", 400, 0},
		"signature no base64":           {with(sign(notification("a")), "Signature", "%%%"), "", 403, 0},
		"signature of zeroes":           {with(sign(notification("a")), "Signature", base64.StdEncoding.EncodeToString(make([]byte, 256))), "", 403, 0},
		"certificate by http":           {sign(with(notification("a"), "SigningCertURL", strings.Replace(good, "https", "http", 1))), "", 403, 0},
		"certificate in a bucket":       {sign(with(notification("a"), "SigningCertURL", "https://sns.eu-central-1.amazonaws.com.s3.amazonaws.com/SimpleNotificationService-0a.pem")), "", 403, 0},
		"certificate on S3 of AWS":      {sign(with(notification("a"), "SigningCertURL", "https://s3.eu-central-1.amazonaws.com/SimpleNotificationService-0a.pem")), "", 403, 0},
		"certificate elsewhere":         {sign(with(notification("a"), "SigningCertURL", "https://sns.eu-central-1.amazonaws.com.evil.example/SimpleNotificationService-0a.pem")), "", 403, 0},
		"certificate after an at":       {sign(with(notification("a"), "SigningCertURL", "https://"+host+"@evil.example.com/SimpleNotificationService-0a.pem")), "", 403, 0},
		"certificate of another region": {sign(with(notification("a"), "SigningCertURL", strings.Replace(good, "eu-central-1", "us-east-1", 1))), "", 403, 0},
		"certificate of China":          {sign(with(notification("a"), "SigningCertURL", strings.Replace(good, ".com/", ".com.cn/", 1))), "", 403, 0},
		"certificate of another path":   {sign(with(notification("a"), "SigningCertURL", "https://"+host+"/?Action=Publish&x=.pem")), "", 403, 0},
		"certificate with a query":      {sign(with(notification("a"), "SigningCertURL", good+"?x=1")), "", 403, 0},
		"certificate up the path":       {sign(with(notification("a"), "SigningCertURL", "https://"+host+"/SimpleNotificationService-0a.pem/../x.pem")), "", 403, 0},
		"certificate on a port":         {sign(with(notification("a"), "SigningCertURL", strings.Replace(good, ".com/", ".com:8443/", 1))), "", 403, 0},
		"certificate not there":         {sign(with(notification("a"), "SigningCertURL", "https://"+host+"/SimpleNotificationService-0f.pem")), "", 403, 0},
		"certificate that is none":      {sign(with(notification("a"), "SigningCertURL", "https://"+host+"/SimpleNotificationService-0c.pem")), "", 403, 0},
		"certificate expired":           {sign(with(notification("a"), "SigningCertURL", "https://"+host+"/SimpleNotificationService-0a.pem")), "", 403, 0},
		"certificate of somebody else":  {sign(with(notification("a"), "SigningCertURL", "https://"+host+"/SimpleNotificationService-0b.pem")), "", 403, 0},
		"no certificate":                {sign(without(notification("a"), "SigningCertURL")), "", 403, 0},
		"metadata address":              {sign(with(notification("a"), "SigningCertURL", "https://169.254.169.254/SimpleNotificationService-0a.pem")), "", 403, 0},
		"foreign topic":                 {sign(with(notification("a"), "TopicArn", strings.ReplaceAll(topic, "999999999999", "111111111111"))), "", 403, 0},
		"topic of a queue":              {sign(with(notification("a"), "TopicArn", "arn:aws:sqs:eu-central-1:999999999999:seamark")), "", 400, 0},
		"topic of no partition":         {sign(with(notification("a"), "TopicArn", "arn:evil:sns:eu-central-1:999999999999:seamark")), "", 400, 0},
		"topic of a region with dots":   {sign(with(notification("a"), "TopicArn", region("x.evil.example"))), "", 400, 0},
		"an hour and a bit old":         {sign(with(notification("a"), "Timestamp", old(-61*time.Minute))), "", 403, 0},
		"50 minutes old":                {sign(with(notification("a"), "Timestamp", old(-50*time.Minute))), "", 200, 1},
		"of tomorrow":                   {sign(with(notification("a"), "Timestamp", old(24*time.Hour))), "", 403, 0},
		"of no time":                    {sign(with(notification("a"), "Timestamp", "yesterday")), "", 400, 0},
		"raw delivery, by its header":   {sign(notification("a")), "true", 400, 0},
		"raw delivery":                  {`{"AlarmName":"x","NewStateValue":"ALARM"}`, "", 400, 0},
		"no JSON":                       {"ALARM: x", "", 400, 0},
		"empty":                         {"", "", 400, 0},
		"a list":                        {"[]", "", 400, 0},
		"too long":                      {`{"Type":"` + strings.Repeat("x", 2<<20), "", 413, 0},
		"numbers for texts":             {with(sign(notification("a")), "Message", 5), "", 403, 0},
		"end of a subscription":         {sign(with(subscription(), "Type", "UnsubscribeConfirmation")), "", 200, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDoor(c, topic)
			var header []string
			if v.header != "" {
				header = []string{"X-Amz-Sns-Rawdelivery", v.header}
			}
			code, body := d.post(v.body, header...)
			if code != v.want || len(d.taken) != v.taken {
				t.Errorf("%d %s, %d taken; want %d, %d", code, body, len(d.taken), v.want, v.taken)
			}
			if v.want/100 == 4 && !strings.Contains(body, `"remedy"`) {
				t.Errorf("no remedy in %s", body)
			}
		})
	}
	c.hosts.Range(func(h, _ any) bool {
		if h != host {
			t.Errorf("%s was asked for something", h)
		}
		return true
	})
}

// A key in another spelling, or twice, must not carry what was not signed past the check.
func TestOnlyWhatIsSignedGoesOn(t *testing.T) {
	d := newDoor(newCloud(t), topic)
	b, _ := json.Marshal(sign(notification("a")))
	evil := strings.TrimSuffix(string(b), "}") + `,"message":"forged","MESSAGE":"forged","Records":[{"forged":1}]}`
	if code, body := d.post(evil); code != 200 || len(d.taken) != 1 || strings.Contains(d.taken[0], "forged") {
		t.Errorf("%d %s, taken %v", code, body, d.taken)
	}
	twice := strings.Replace(string(sjson(sign(notification("b")))), `"MessageId"`, `"Message":"forged","MessageId"`, 1)
	if d.post(twice); strings.Contains(strings.Join(d.taken, ""), "forged") {
		t.Errorf("taken %v", d.taken)
	}
}

func sjson(v any) []byte { b, _ := json.Marshal(v); return b }

func TestReplay(t *testing.T) {
	c := newCloud(t)
	d := newDoor(c, topic)
	m := sign(notification("a"))
	d.fail = &seamark.Fault{Class: seamark.Temporary, What: "disk full"}
	if code, _ := d.post(m); code != 503 {
		t.Errorf("%d although it could not be stored", code)
	}
	d.fail = nil
	for range 3 {
		if code, body := d.post(m); code != 200 {
			t.Errorf("%d %s", code, body)
		}
	}
	if len(d.taken) != 1 || c.fetched.Load() != 1 {
		t.Errorf("taken %d times, certificate fetched %d times", len(d.taken), c.fetched.Load())
	}
	d.fail = &seamark.Fault{Class: seamark.Rejected, What: "not an alarm"}
	if code, _ := d.post(sign(notification("b"))); code != 400 {
		t.Errorf("what is no alarm: %d", code)
	}
	d.fail = errors.New("unexpected")
	if code, body := d.post(sign(notification("c"))); code != 503 || strings.Contains(body, "unexpected") {
		t.Errorf("%d %s", code, body)
	}
}

func TestConfirmation(t *testing.T) {
	c := newCloud(t)
	address := func(change func(q url.Values, u *url.URL)) string {
		u, _ := url.Parse(subscription()["SubscribeURL"].(string))
		q := u.Query()
		change(q, u)
		u.RawQuery = q.Encode()
		return u.String()
	}
	for name, v := range map[string]struct {
		m         fields
		want      int
		confirmed int64
	}{
		"as SNS sends it":     {sign(subscription()), 200, 1},
		"not signed for":      {with(sign(subscription()), "Token", "1"), 403, 0},
		"another host":        {sign(with(subscription(), "SubscribeURL", address(func(_ url.Values, u *url.URL) { u.Host = "evil.example.com" }))), 403, 0},
		"metadata":            {sign(with(subscription(), "SubscribeURL", address(func(_ url.Values, u *url.URL) { u.Host = "169.254.169.254" }))), 403, 0},
		"without TLS":         {sign(with(subscription(), "SubscribeURL", address(func(_ url.Values, u *url.URL) { u.Scheme = "http" }))), 403, 0},
		"another action":      {sign(with(subscription(), "SubscribeURL", address(func(q url.Values, _ *url.URL) { q.Set("Action", "DeleteTopic") }))), 403, 0},
		"another topic":       {sign(with(subscription(), "SubscribeURL", address(func(q url.Values, _ *url.URL) { q.Set("TopicArn", topic+"2") }))), 403, 0},
		"another path":        {sign(with(subscription(), "SubscribeURL", address(func(_ url.Values, u *url.URL) { u.Path = "/x" }))), 403, 0},
		"foreign topic":       {sign(with(subscription(), "TopicArn", topic+"2")), 403, 0},
		"no address":          {sign(with(subscription(), "SubscribeURL", "")), 403, 0},
		"address of a script": {sign(with(subscription(), "SubscribeURL", "javascript:x")), 403, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c.confirmed.Store(0)
			if code, body := newDoor(c, topic).post(v.m); code != v.want || c.confirmed.Load() != v.confirmed {
				t.Errorf("%d %s, confirmed %d times", code, body, c.confirmed.Load())
			}
		})
	}
	d := newDoor(c, topic)
	d.post(sign(notification("a"))) // the certificate is known now
	for _, status := range []int64{302, 500} {
		c.status.Store(status)
		if code, _ := d.post(sign(subscription())); code != 503 {
			t.Errorf("SNS answered %d, the door %d", status, code)
		}
	}
}

// What cannot be verified now is tried again by SNS.
func TestCertificateNotToBeHad(t *testing.T) {
	c := newCloud(t)
	for status, want := range map[int64]int{500: 503, 503: 503, 429: 503, 302: 403, 404: 403} {
		c.status.Store(status)
		if code, _ := newDoor(c, topic).post(sign(notification("a"))); code != want {
			t.Errorf("HTTP %d: the door answers %d, want %d", status, code, want)
		}
	}
}

func TestTopics(t *testing.T) {
	c := newCloud(t)
	for pattern, want := range map[string]int{
		"arn:aws:sns:*:999999999999:seamark": 200, "arn:aws:sns:*:999999999999:other": 403, "arn:aws:sns:eu-central-1:*:seamark": 403,
		"arn:aws:sns:*:*:*": 403, "*": 403, "": 403,
	} {
		if code, _ := newDoor(c, pattern).post(sign(notification("a"))); code != want {
			t.Errorf("%q: %d, want %d", pattern, code, want)
		}
	}
	w := httptest.NewRecorder()
	newDoor(c, topic).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/ingest/sns", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", w.Code)
	}
}

// Whatever is posted, nothing unsigned is taken in and nothing panics.
func FuzzDoor(f *testing.F) {
	for _, m := range []fields{notification("a"), subscription(), {"Type": 5}, {"Type": "Notification", "TopicArn": "arn:aws:sns:x:y"}} {
		f.Add(sjson(m))
	}
	d := sns.New(sns.Options{Topics: []string{topic}, Client: func(string) *http.Client {
		return &http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("no network") })}
	}, Take: func(context.Context, []byte) error { panic("taken in without a signature") }})
	f.Fuzz(func(t *testing.T, b []byte) {
		w := httptest.NewRecorder()
		d.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/ingest/sns", bytes.NewReader(b)))
		if w.Code == http.StatusOK {
			t.Fatalf("answered 200 to %q", b)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
