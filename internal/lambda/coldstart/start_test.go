package coldstart_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/seamark-hq/seamark/internal/lambda"
	"github.com/seamark-hq/seamark/internal/lambda/coldstart"
)

// services answer as Secrets Manager, the parameter store and S3 do over the wire.
func services(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ SecretID, Name string }
		json.NewDecoder(r.Body).Decode(&in)
		switch target := r.Header.Get("X-Amz-Target"); {
		case strings.Contains(in.SecretID+in.Name, "denied"):
			w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
			w.WriteHeader(http.StatusBadRequest)
		case target == "secretsmanager.GetSecretValue" && strings.Contains(in.SecretID, "json"):
			json.NewEncoder(w).Encode(map[string]string{"SecretString": `{"token":"xoxb-json","port":7}`})
		case target == "secretsmanager.GetSecretValue":
			json.NewEncoder(w).Encode(map[string]string{"SecretString": "xoxb-" + r.Header.Get("Authorization")[strings.Index(r.Header.Get("Authorization"), "eu-"):][:12]})
		case target == "AmazonSSM.GetParameter":
			json.NewEncoder(w).Encode(map[string]any{"Parameter": map[string]string{"Name": in.Name, "Value": "from " + in.Name[strings.Index(in.Name, "parameter"):]}})
		case r.URL.Path == "/hub/config/seamark.yml":
			w.Write([]byte("index: {retentionDays: 14}\n"))
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	for k, v := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "1", "AWS_SECRET_ACCESS_KEY": "x",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_PROFILE": "", "AWS_MAX_ATTEMPTS": "1"} {
		t.Setenv(k, v)
	}
}

const (
	secretARN    = "arn:aws:secretsmanager:eu-west-1:999999999999:secret:slack-AbCdEf"
	parameterARN = "arn:aws:ssm:eu-central-1:999999999999:parameter/seamark/teams"
)

// The environment names secrets by ARN; what is read is their values.
func TestSecrets(t *testing.T) {
	services(t)
	t.Setenv("SLACK_TOKEN", secretARN)
	t.Setenv("JSON_TOKEN", "arn:aws:secretsmanager:eu-west-1:999999999999:secret:json-AbCdEf:token::")
	t.Setenv("TEAMS_URL", parameterARN)
	t.Setenv("QUEUE_ARN", "arn:aws:sqs:eu-central-1:999999999999:seamark-transform")
	t.Setenv("PLAIN", "arn: no ARN")
	if err := coldstart.Secrets(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"SLACK_TOKEN": "xoxb-eu-west-1/se", // signed for the secret's own region
		"JSON_TOKEN":  "xoxb-json", "TEAMS_URL": "from parameter/seamark/teams",
		"QUEUE_ARN": "arn:aws:sqs:eu-central-1:999999999999:seamark-transform", "PLAIN": "arn: no ARN",
	} {
		if got := os.Getenv(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// A secret that cannot be read is named with its variable; no value is in a message.
func TestSecretsFail(t *testing.T) {
	services(t)
	for value, want := range map[string]string{
		"arn:aws:secretsmanager:eu-west-1:999999999999:secret:denied-AbCdEf":      "AccessDenied",
		"arn:aws:ssm:eu-west-1:999999999999:parameter/denied":                     "AccessDenied",
		"arn:aws:secretsmanager:eu-west-1:999999999999:secret:json-AbCdEf:port::": `"port"`,
		"arn:aws:secretsmanager:eu-west-1:999999999999:secret:x-AbCdEf:token::":   "not a JSON object",
	} {
		t.Setenv("SLACK_TOKEN", value)
		err := coldstart.Secrets(t.Context())
		if err == nil || !strings.Contains(err.Error(), "SLACK_TOKEN") || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "xoxb") {
			t.Errorf("%s: %v", value, err)
		}
	}
}

// The configuration lies in the bucket, and SEAMARK_LAKE says where the lake is.
func TestOpen(t *testing.T) {
	services(t)
	log := slog.New(slog.DiscardHandler)
	t.Setenv("SEAMARK_CONFIG_FILE", "s3://hub/config/seamark.yml")
	t.Setenv("SEAMARK_LAKE", "")
	if _, err := coldstart.Open(t.Context(), log); err == nil || !strings.Contains(err.Error(), "SEAMARK_LAKE") {
		t.Errorf("without a lake: %v", err)
	}
	t.Setenv("SEAMARK_LAKE", "s3://hub/seamark")
	s, err := coldstart.Open(t.Context(), log)
	if err != nil || s.Config.Index.RetentionDays != 14 || s.Config.Lake != "s3://hub/seamark" || s.Store.Within(t.Context()).Root() != "s3://hub/seamark" {
		t.Fatalf("%+v, %v", s, err)
	}
	if _, err := coldstart.OpenQueued(t.Context(), log); err == nil || !strings.Contains(err.Error(), "SEAMARK_QUEUE_URL") {
		t.Errorf("without a queue: %v", err)
	}
	t.Setenv("SEAMARK_FIREHOSE_MODE", "transform")
	if _, err := coldstart.Open(t.Context(), log); err == nil || !strings.Contains(err.Error(), "SEAMARK_FIREHOSE_MODE") {
		t.Errorf("a mode that is none: %v", err)
	}
	t.Setenv("SEAMARK_FIREHOSE_MODE", "inline")
	if s, err := coldstart.OpenQueued(t.Context(), log); err != nil || !s.Inline {
		t.Errorf("inline needs no queue: %v", err)
	}
	t.Setenv("SEAMARK_FIREHOSE_MODE", "landing")
	for o, want := range map[lambda.Object]string{
		{Bucket: "hub", Key: "seamark/landing/a=b"}: "landing/a=b", {Bucket: "hub", Key: "landing/a"}: "", {Bucket: "other", Key: "seamark/landing/a"}: "",
	} {
		if got, err := s.Store.Key(o); got != want || (err != nil) != (want == "") {
			t.Errorf("%+v: %q, %v", o, got, err)
		}
	}
	t.Setenv("SEAMARK_CONFIG_FILE", "s3://hub/config/other.yml")
	if _, err := coldstart.Open(t.Context(), log); err == nil || !strings.Contains(err.Error(), "s3://hub/config/other.yml") || !strings.Contains(err.Error(), "SEAMARK_CONFIG_FILE") {
		t.Errorf("got %v", err)
	}
}
