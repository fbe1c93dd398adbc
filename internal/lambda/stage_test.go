package lambda_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seamark-hq/seamark/internal/lambda"
)

// notification is S3's own: keys are URL-encoded.
func notification(keys ...string) string {
	var records []string
	for _, k := range keys {
		records = append(records, fmt.Sprintf(`{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"hub"},"object":{"key":%q,"size":7}}}`, k))
	}
	return `{"Records":[` + strings.Join(records, ",") + `]}`
}

// created is S3's event by way of EventBridge: keys are as they are.
func created(key string) string {
	b, _ := json.Marshal(key)
	return `{"version":"0","source":"aws.s3","detail-type":"Object Created","detail":{"bucket":{"name":"hub"},"object":{"key":` + string(b) + `}}}`
}

func TestReadMessage(t *testing.T) {
	object := func(keys ...string) (all []lambda.Object) {
		for _, k := range keys {
			all = append(all, lambda.Object{Bucket: "hub", Key: k})
		}
		return all
	}
	quoted, _ := json.Marshal(notification("landing/a"))
	for name, c := range map[string]struct {
		body string
		do   string
		want []lambda.Object
		err  bool
	}{
		"S3":                  {body: notification("landing/a.gz"), want: object("landing/a.gz")},
		"S3, odd key":         {body: notification("landing/product%3Dx/a%2Bb+c%25d"), want: object("landing/product=x/a+b c%d")},
		"EventBridge":         {body: created("landing/product=x/a+b c%d"), want: object("landing/product=x/a+b c%d")},
		"EventBridge, %3D":    {body: created("landing/a%3Db"), want: object("landing/a%3Db")},
		"several":             {body: notification("a", "b"), want: object("a", "b")},
		"within SNS":          {body: `{"Type":"Notification","Message":` + string(quoted) + `}`, want: object("landing/a")},
		"test":                {body: `{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-11-30T10:00:00.000Z","Bucket":"hub","RequestId":"x","HostId":"y"}`},
		"removed":             {body: strings.Replace(notification("a"), "ObjectCreated:Put", "ObjectRemoved:Delete", 1)},
		"removed, by a rule":  {body: `{"source":"aws.s3","detail-type":"Object Deleted","detail":{}}`},
		"do":                  {body: `{"do":"compact","hour":"2026-11-30T10"}`, do: "compact"},
		"text":                {body: `hello`, err: true},
		"number":              {body: `7`, err: true},
		"other event":         {body: `{"source":"aws.tag","detail-type":"Tag Change on Resource","detail":{}}`, err: true},
		"broken escape":       {body: notification("a%zz"), err: true},
		"no key":              {body: notification(""), err: true},
		"EventBridge, no key": {body: created(""), err: true},
		"envelopes for ever":  {body: `{"Type":"Notification","Message":"{\"Type\":\"Notification\",\"Message\":\"{\\\"Type\\\":\\\"Notification\\\",\\\"Message\\\":\\\"x\\\"}\"}"}`, err: true},
	} {
		m, err := lambda.ReadMessage([]byte(c.body))
		if m.Do != c.do || (err != nil) != c.err {
			t.Errorf("%s: do %q, %v", name, m.Do, err)
		}
		if diff := cmp.Diff(m.Objects, c.want); diff != "" {
			t.Errorf("%s (-got +want):\n%s", name, diff)
		}
	}
}

// A batch of mixed shapes: what cannot be understood fails, and nothing else does.
func TestStage(t *testing.T) {
	var did []string
	stage := &lambda.Stage{
		Default: "reconcile",
		Do: map[string]func(context.Context, []byte) (any, error){
			"reconcile": func(context.Context, []byte) (any, error) { did = append(did, "reconcile"); return 7, nil },
			"retain":    func(context.Context, []byte) (any, error) { return nil, errors.New("held") },
		},
		Each: func(_ context.Context, messages []lambda.Message) []error {
			errs := make([]error, len(messages))
			for i, m := range messages {
				did = append(did, fmt.Sprint(m.Do, m.Objects))
				if strings.Contains(string(m.Payload), "bad") {
					errs[i] = errors.New("bad")
				}
			}
			return errs
		},
	}
	h := lambda.NewHandler(stage, slog.New(slog.DiscardHandler))
	for _, c := range []struct{ in, answer, err, did string }{
		{sqs(notification("a"), "x", `{"Event":"s3:TestEvent"}`, created("bad"), `{"do":"what"}`, `{"do":"retain"}`),
			`{"batchItemFailures":[{"itemIdentifier":"m1"},{"itemIdentifier":"m3"},{"itemIdentifier":"m4"}]}`, "", "[{hub a}] [] [{hub bad}] retain[]"},
		{sqs("x"), `{"batchItemFailures":[{"itemIdentifier":"m0"}]}`, "", ""},
		{`{"do":"reconcile"}`, "7", "", "reconcile"},
		{`{"source":"aws.events","detail-type":"Scheduled Event"}`, "null", "", "reconcile"},
		{`{"do":"what"}`, "", "use one of reconcile, retain", ""},
		{`{"do":"retain"}`, "", "held", ""},
		{notification("a"), "null", "", "[{hub a}]"},
		{created("a"), "null", "", "[{hub a}]"},
		{`{"key1":"value1"}`, "", "neither a notification", ""},
	} {
		did = nil
		answer, err := h.Invoke(t.Context(), []byte(c.in))
		if string(answer) != c.answer || (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) || strings.Join(did, " ") != c.did {
			t.Errorf("%s: %s, %v, did %v", c.in, answer, err, did)
		}
	}
}

func FuzzReadMessage(f *testing.F) {
	f.Add([]byte(notification("landing/a%3Db")))
	f.Add([]byte(created("landing/a=b")))
	f.Add([]byte(`{"Type":"Notification","Message":"{}"}`))
	f.Add([]byte(`{"do":"reconcile"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := lambda.ReadMessage(b)
		if err != nil {
			return
		}
		for _, o := range m.Objects {
			if o.Bucket == "" || o.Key == "" {
				t.Fatalf("%+v", m)
			}
		}
	})
}
