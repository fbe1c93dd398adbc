package functions_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/firehose"
	firehosetypes "github.com/aws/aws-sdk-go-v2/service/firehose/types"
	"github.com/aws/aws-sdk-go-v2/service/glue"
	gluetypes "github.com/aws/aws-sdk-go-v2/service/glue/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/seamark-hq/seamark/internal/lambda/recordtest"
	"github.com/seamark-hq/seamark/internal/lambda/runtimetest"
	"github.com/seamark-hq/seamark/internal/servertest"
	"github.com/seamark-hq/seamark/lake"
	"github.com/seamark-hq/seamark/schemas"
	"github.com/seamark-hq/seamark/transformer/inline"
)

var update = flag.Bool("update", false, "write testdata/rights from what is recorded")

// recorded is a hub behind recorders: S3 is the gateway, all else of AWS MiniStack.
type recorded struct {
	*hub
	rec *recordtest.Recorder
	raw aws.Config
	env []string
}

// record makes a hub whose function's requests are recorded. In configuration SEARCH stands
// for the URL of OpenSearch.
func record(t *testing.T, configuration string) *recorded {
	t.Helper()
	emulator, index := servertest.MiniStack(t), servertest.WholeOpenSearch(t)
	r := &recorded{rec: &recordtest.Recorder{Key: "seamark", Lake: prefix + "/"}}
	at := func(raw string) http.Handler {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		return forwardTo(u)
	}
	gateway, _ := servertest.S3(t)
	bucket, others := at(gateway), at(emulator)
	both := http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if recordtest.Service(q) == "s3" {
			bucket.ServeHTTP(w, q)
		} else {
			others.ServeHTTP(w, q)
		}
	})
	front, search := httptest.NewServer(r.rec.Before(both)), httptest.NewServer(r.rec.Search(untaught(at(index))))
	t.Cleanup(front.Close)
	t.Cleanup(search.Close)
	r.hub = newHub(t, strings.ReplaceAll(configuration, "SEARCH", search.URL))
	t.Setenv("AWS_ENDPOINT_URL", emulator) // the test's own clients are not recorded
	t.Setenv("AWS_ENDPOINT_URL_S3", r.url)
	var err error
	if r.raw, err = config.LoadDefaultConfig(t.Context()); err != nil {
		t.Fatal(err)
	}
	q, err := sqs.NewFromConfig(r.raw).CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("rights-" + hexID(4))})
	if err != nil {
		t.Fatal(err)
	}
	secret := "rights-" + hexID(4)
	made, err := secretsmanager.NewFromConfig(r.raw).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &secret, SecretString: aws.String("a")})
	if err == nil {
		// Overwrite, since the SDK asks again where the emulator's answer got lost on a busy machine.
		_, err = ssm.NewFromConfig(r.raw).PutParameter(t.Context(), &ssm.PutParameterInput{Name: aws.String("/" + secret), Value: aws.String("b"), Type: ssmtypes.ParameterTypeSecureString, Overwrite: aws.Bool(true)})
	}
	if err != nil {
		t.Fatal(err)
	}
	r.env = []string{"AWS_ENDPOINT_URL=" + front.URL, "AWS_ENDPOINT_URL_S3=" + front.URL, "SEAMARK_QUEUE_URL=" + *q.QueueUrl, "ONE=" + *made.ARN, "TWO=arn:aws:ssm:us-east-1:000000000000:parameter/" + secret}
	return r
}

// untaught is a cluster in which no template lies yet, whatever other tests have put there.
func untaught(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if strings.Contains(q.URL.Path, "_template") && q.Method == http.MethodGet {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{}`)
			return
		}
		next.ServeHTTP(w, q)
	})
}

func (r *recorded) run(t *testing.T, name string, env ...string) *runtimetest.Function {
	t.Helper()
	return r.start(t, name, slices.Concat(r.env, env)...)
}

// want compares what a function used with testdata/rights/<function>, which
// scripts/terraform/rights.py compares with its role.
func (r *recorded) want(t *testing.T, function string) {
	t.Helper()
	got := "# What the function asks of AWS, as TestRights recorded it: go test ./internal/functions -run TestRights -update\n" + strings.Join(r.rec.Rights(), "\n") + "\n"
	file := filepath.Join("testdata/rights", function)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != got {
		t.Errorf("%v; recorded:\n%s\nin %s:\n%s\nrun it with -update, and give the role in terraform/modules/hub/roles.tf the same", err, got, file, want)
	}
}

// received takes what is in the function's queue.
func (r *recorded) received(t *testing.T) []string {
	t.Helper()
	return take(t, sqs.NewFromConfig(r.raw), strings.TrimPrefix(r.env[2], "SEAMARK_QUEUE_URL="))
}

// tables makes Athena's tables.
func (r *recorded) tables(t *testing.T) {
	t.Helper()
	client := glue.NewFromConfig(r.raw)
	database := aws.String("rights" + hexID(4))
	r.env = append(r.env, "SEAMARK_GLUE_DATABASE="+*database)
	if _, err := client.CreateDatabase(t.Context(), &glue.CreateDatabaseInput{DatabaseInput: &gluetypes.DatabaseInput{Name: database}}); err != nil {
		t.Fatal(err)
	}
	for _, name := range schemas.AthenaTables() {
		if _, err := client.CreateTable(t.Context(), &glue.CreateTableInput{DatabaseName: database, TableInput: &gluetypes.TableInput{Name: &name, Parameters: map[string]string{"projection.environment.type": "enum"}}}); err != nil {
			t.Fatal(err)
		}
	}
}

// stream is a delivery stream that writes into a bucket of the emulator.
type stream struct {
	arn, bucket string
	bucketOf    *s3.Client
}

func (r *recorded) stream(t *testing.T) *stream {
	t.Helper()
	at := &stream{bucket: "rights-" + hexID(4), bucketOf: s3.NewFromConfig(r.raw, func(o *s3.Options) {
		o.BaseEndpoint, o.UsePathStyle = aws.String(os.Getenv("SEAMARK_MINISTACK")), true
	})}
	if _, err := at.bucketOf.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &at.bucket}); err != nil {
		t.Fatal(err)
	}
	made, err := firehose.NewFromConfig(r.raw).CreateDeliveryStream(t.Context(), &firehose.CreateDeliveryStreamInput{DeliveryStreamName: &at.bucket,
		ExtendedS3DestinationConfiguration: &firehosetypes.ExtendedS3DestinationConfiguration{
			BucketARN: aws.String("arn:aws:s3:::" + at.bucket), RoleARN: aws.String("arn:aws:iam::000000000000:role/firehose"), Prefix: aws.String("landing/!{timestamp:yyyy/MM/dd/HH}/"),
		}})
	if err != nil {
		t.Fatal(err)
	}
	at.arn = *made.DeliveryStreamARN
	return at
}

// deliver lands what Firehose has written, and tells the function of it. The emulator's Firehose
// and its S3 are one process: what a put answered is there.
func (r *recorded) deliver(t *testing.T, from *stream, f *runtimetest.Function) (n int) {
	t.Helper()
	list, err := from.bucketOf.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &from.bucket})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range list.Contents {
		got, err := from.bucketOf.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &from.bucket, Key: o.Key})
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(got.Body)
		if err == nil {
			err = r.store.PutBytes(*o.Key, b)
		}
		if err != nil {
			t.Fatal(err)
		}
		must(t, f, runtimetest.Batch(r.notification(prefix+"/"+*o.Key)))
	}
	return len(list.Contents)
}

// newAccount is one in which nothing is yet.
func newAccount() string { return fmt.Sprintf("3%011d", time.Now().UnixNano()%1e11) }

// looksAfter are the lines of a configuration that looks after an account by its role.
func looksAfter(account string) string {
	return `
deployment: seamark
accounts: [{id: "` + account + `", alias: web}]
regions: [eu-central-1]
onboard: {role: seamark/seamark-collector, externalID: "4711", tagReads: per-resource, destination: "arn:aws:logs:{region}:999999999999:destination:seamark"}
`
}

// entries are those of the ledger.
func (r *recorded) entries(t *testing.T) []*lake.Entry {
	t.Helper()
	l := lake.New(r.store)
	if err := l.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return l.Entries()
}

// must fails where an invocation does.
func must(t *testing.T, f *runtimetest.Function, payload string) string {
	t.Helper()
	a := invoke(t, f, payload, 2*time.Minute)
	if a.Failed {
		t.Fatalf("%s: %s", payload, a.Body)
	}
	return a.Body
}

// Everything that each function does is done once, and what it asks AWS for is recorded.
func TestRights(t *testing.T) {
	t.Run("transformer", func(t *testing.T) {
		r := record(t, "retention: {landing: 30d, lake: 30d, quarantine: 30d}\n")
		stream := r.stream(t)
		f := r.run(t, "transformer")
		// Rows of a format that lies in the lake, and bytes that go into quarantine.
		format := strings.Repeat("ab", 32)
		if err := (lake.Formats{Store: r.store}).PutFormat(t.Context(), format, "$context.requestId"); err != nil {
			t.Fatal(err)
		}
		now := time.Now().UTC()
		key := func(n int, ago time.Duration) string {
			at := now.Add(-ago)
			return fmt.Sprintf("landing/%s/seamark-1-%s-10000000-0000-4000-8000-%012d.gz", at.Format("2006/01/02/15"), at.Format("2006-01-02-15-04-05"), n)
		}
		body := fmt.Sprintf(`{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"/g","logStream":"s","subscriptionFilters":["seamark/1/p/prod/team/eu-central-1/api/%s"],"logEvents":[{"id":"1","timestamp":%d,"message":"hello"}]}%s`, format, now.UnixMilli(), strings.Repeat("no payload", 1000))
		if err := r.store.PutBytes(key(1, 0), []byte(body)); err != nil {
			t.Fatal(err)
		}
		must(t, f, runtimetest.Batch(r.notification(prefix+"/"+key(1, 0))))
		// Killed before its entry was written, by another process: everything is there already.
		entry := r.entries(t)[0].Key()
		if err := r.store.Remove(entry); err != nil {
			t.Fatal(err)
		}
		must(t, r.run(t, "transformer"), runtimetest.Batch(r.notification(prefix+"/"+key(1, 0))))
		// Objects that are older than their retention, and so few that they go without a person; the
		// canary of five minutes ago.
		must(t, f, runtimetest.Batch(r.notification(r.land(t, key(6, 0), 20_000))))
		for i := range 2 {
			r.land(t, key(2+i, 60*24*time.Hour), 5)
			must(t, f, runtimetest.Batch(r.notification(prefix+"/"+key(2+i, 60*24*time.Hour))))
		}
		if err := r.store.PutBytes(key(7, 60*24*time.Hour), []byte("no payload")); err != nil {
			t.Fatal(err)
		}
		must(t, f, runtimetest.Batch(r.notification(prefix+"/"+key(7, 60*24*time.Hour))))
		r.land(t, strings.Replace(key(4, 5*time.Minute), "seamark-1-", "seamark-canary-1-", 1), 1)
		must(t, f, runtimetest.Batch(r.notification(prefix+"/"+strings.Replace(key(4, 5*time.Minute), "seamark-1-", "seamark-canary-1-", 1))))
		r.land(t, key(5, time.Hour), 5) // nobody tells of it
		canary := r.run(t, "transformer", "SEAMARK_FIREHOSE_ARN="+stream.arn)
		for range 2 { // the second finds the first, and its mark goes
			must(t, canary, `{"do":"canary"}`)
			if n := r.deliver(t, stream, f); n == 0 {
				t.Fatal("Firehose has delivered nothing")
			}
			if marks, err := filepath.Glob(filepath.Join(r.folder, "canary/*")); err != nil || len(marks) != 1 {
				t.Errorf("marks %v, %v", marks, err)
			}
		}
		for _, do := range []string{"canary", "reconcile", "compact", "retain"} {
			t.Logf("%s: %s", do, must(t, f, `{"do":"`+do+`"}`))
		}
		for _, body := range r.received(t) {
			must(t, f, runtimetest.Batch(body))
		}
		r.want(t, "transformer")
	})
	t.Run("inline", func(t *testing.T) {
		r := record(t, "")
		stream := r.stream(t)
		f := r.run(t, "transformer", "SEAMARK_FIREHOSE_MODE=inline", "SEAMARK_QUEUE_URL=")
		format := strings.Repeat("ab", 32)
		if err := (lake.Formats{Store: r.store}).PutFormat(t.Context(), format, "$context.requestId"); err != nil {
			t.Fatal(err)
		}
		payload := fmt.Sprintf(`{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"/g","logStream":"s","subscriptionFilters":["seamark/1/p/prod/team/eu-central-1/api/%s"],"logEvents":[{"id":"1","timestamp":%d,"message":"hello"}]}`, format, time.Now().UnixMilli())
		event, err := json.Marshal(inline.Event{InvocationID: "1", StreamARN: stream.arn, Records: []inline.Record{{ID: "1", Arrived: time.Now().UnixMilli(), Data: []byte(payload)}}})
		if err != nil {
			t.Fatal(err)
		}
		must(t, f, string(event))
		several, err := os.ReadFile("testdata/events/firehose.json") // hours, so that rows go back
		if err != nil {
			t.Fatal(err)
		}
		must(t, f, strings.Replace(string(several), "STREAM", stream.arn, 1))
		for _, other := range []string{`{"do":"reconcile"}`, "null"} {
			if a := invoke(t, f, other, time.Minute); !a.Failed || !strings.Contains(a.Body, "Firehose") {
				t.Errorf("%s: %+v", other, a)
			}
		}
		if a := invoke(t, f, runtimetest.Batch(r.notification(prefix+"/"+landing(0))), time.Minute); !strings.Contains(a.Body, "itemIdentifier") {
			t.Errorf("a message is taken: %+v", a)
		}
		r.want(t, "inline")
	})
	t.Run("indexer", func(t *testing.T) {
		r := record(t, "opensearch: {url: 'SEARCH'}\nindex: {retentionDays: 3650}\n")
		plain := r.start(t, "transformer", "AWS_ENDPOINT_URL_S3="+r.url)
		for i := range 2 {
			must(t, plain, runtimetest.Batch(r.notification(r.land(t, landing(i), 5))))
		}
		must(t, r.run(t, "indexer"), runtimetest.Batch(r.notification(prefix+"/"+r.entries(t)[0].Key())))
		// A list of an earlier release, and the mark of an object that expired two days ago.
		marks, err := filepath.Glob(filepath.Join(r.folder, "indexed/*"))
		if err != nil || len(marks) != 1 {
			t.Fatal(marks, err)
		}
		id := strings.Repeat("cd", 32)
		target := "indexed/" + filepath.Base(marks[0])
		for key, text := range map[string]string{target + "/" + strings.Repeat("a", 16) + ".ids": id + " 0123456789abcdef\n", target + "/" + id + "/0123456789abcdef": "indexed\n"} {
			if err := r.store.PutBytes(key, []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		old := time.Now().Add(-48 * time.Hour)
		if err := os.Chtimes(filepath.Join(r.folder, target, id, "0123456789abcdef"), old, old); err != nil {
			t.Fatal(err)
		}
		f := r.run(t, "indexer")
		t.Log(must(t, f, `{"do":"reconcile"}`))
		for _, body := range r.received(t) {
			must(t, f, runtimetest.Batch(body))
		}
		r.want(t, "indexer")
	})
	t.Run("alerter", func(t *testing.T) {
		own := "rules: {own: [{name: many, kind: count, window: 1m, threshold: 1, tags: true}]}\n"
		r := record(t, "receivers: [{name: files, folder: {path: '"+t.TempDir()+"'}}]\nopensearch: {url: 'SEARCH'}\n"+own+looksAfter(newAccount()))
		asked := filepath.Join(r.folder, "collector", "seamark", "111111111111", "eu-central-1", "rules.json")
		if err := errors.Join(os.MkdirAll(filepath.Dir(asked), 0o755), os.WriteFile(asked, []byte(`{"format":1,"rules":[]}`), 0o644)); err != nil {
			t.Fatal(err)
		}
		f := r.run(t, "alerter")
		for _, name := range []string{"eventbridge", "bare"} {
			b, err := os.ReadFile("../../alerter/cloudwatch/testdata/events/" + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			must(t, f, runtimetest.Batch(string(b)))
		}
		must(t, f, `{"do":"rules"}`)
		must(t, f, `{"do":"reconcile"}`)
		r.want(t, "alerter")
	})
	t.Run("collector", func(t *testing.T) {
		account := newAccount()
		r := record(t, looksAfter(account))
		r.tables(t)
		spoke := r.raw.Copy()
		spoke.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: account, SecretAccessKey: "x"}, nil
		})
		logs := cloudwatchlogs.NewFromConfig(spoke, func(o *cloudwatchlogs.Options) { o.Region = "eu-central-1" })
		group := "/aws/lambda/booking-" + hexID(4)
		if _, err := logs.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &group, Tags: map[string]string{"seamark:product": "booking", "seamark:environment": "prod"}}); err != nil {
			t.Fatal(err)
		}
		if _, err := logs.CreateLogStream(t.Context(), &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &group, LogStreamName: aws.String("s")}); err != nil {
			t.Fatal(err)
		}
		if _, err := logs.PutLogEvents(t.Context(), &cloudwatchlogs.PutLogEventsInput{LogGroupName: &group, LogStreamName: aws.String("s"),
			LogEvents: []logtypes.InputLogEvent{{Message: aws.String("hello"), Timestamp: aws.Int64(time.Now().Add(-time.Minute).UnixMilli())}}}); err != nil {
			t.Fatal(err)
		}
		// What the lake has is told to Athena's tables, and not fetched again.
		must(t, r.start(t, "transformer", "AWS_ENDPOINT_URL_S3="+r.url), runtimetest.Batch(r.notification(r.land(t, landing(0), 5))))
		f := r.run(t, "collector", "AWS_LAMBDA_FUNCTION_NAME=seamark-collector")
		must(t, f, `{"do":"reconcile"}`)
		must(t, f, `{"do":"reconcile"}`)
		if a := invoke(t, f, `{"do":"reconcile"}`, 3*time.Second); a.Failed { // it keeps all of the time back, and hands the place on
			t.Fatalf("%+v", a)
		}
		organization := strings.Replace(looksAfter(account), "onboard: {", "onboard: {organization: {}, ", 1)
		must(t, r.run(t, "collector", "SEAMARK_CONFIG="+organization), `{"places":["`+account+`/eu-central-1"]}`)
		r.want(t, "collector")
	})
}
