package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// TestDoctorAppliance: a real appliance is well; when it has gone the doctor says how to bring it back.
func TestDoctorAppliance(t *testing.T) {
	folder := t.TempDir()
	settings := func(listen string) string {
		name := filepath.Join(folder, "seamark.yml")
		must(t, os.WriteFile(name, []byte("data: "+filepath.Join(folder, "data")+"\nlisten: "+listen+"\nreceivers: [{name: all, folder: {path: cards}}]\n"), 0o600))
		return name
	}
	doctor := func(args ...string) (int, string) {
		var out, errOut bytes.Buffer
		code := run(t.Context(), append([]string{"doctor"}, args...), strings.NewReader(""), &out, &errOut)
		return code, out.String() + errOut.String()
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	name, well, code := settings("127.0.0.1:0"), "", -1
	up := &until{what: regexp.MustCompile(`(?m)^page +http://(.*)\n`)}
	up.stop = func() {
		code, well = doctor("--all", "--cards", "--config", settings(up.what.FindStringSubmatch(up.said.String())[1]))
		stop()
	}
	var errOut bytes.Buffer
	if code := run(ctx, []string{"up", "--quiet", "--config", name}, strings.NewReader(""), up, &errOut); code != exitDone {
		t.Fatalf("exit %d: %s", code, errOut.String())
	}
	for _, want := range []string{"ok           appliance: seamark up: stores what it is sent", "ok           receivers: all: took a test card", "0 broken"} {
		if !strings.Contains(well, want) || code != exitDone {
			t.Errorf("exit %d, nothing says %q:\n%s", code, want, well)
		}
	}
	code, gone := doctor("--config", name)
	if code != exitFailed || !strings.Contains(gone, "broken       appliance: seamark up: does not answer: connection refused\n             mend: start it (seamark up)") || !strings.Contains(gone, "not checked  receivers: all:") {
		t.Errorf("exit %d:\n%s", code, gone)
	}
}

// TestDoctorMiniStack is an operator whose hub is applied by half: what is not there is named, and
// what is there is looked at.
func TestDoctorMiniStack(t *testing.T) {
	ministack(t)
	r := newRoom(t, nil, "")
	type finding struct{ Check, Subject, Verdict, What, Remedy string }
	examine := func(want int, args ...string) map[string]finding {
		t.Helper()
		code, out := r.seamark(append([]string{"doctor", "--hub", "--json"}, args...)...)
		found := map[string]finding{}
		for line := range strings.Lines(out) {
			var f finding
			must(t, json.Unmarshal([]byte(line), &f))
			found[f.Check+" "+f.Subject] = f
		}
		if code != want {
			t.Fatalf("exit %d, want %d:\n%s", code, want, r.said.String())
		}
		return found
	}
	expect := func(found map[string]finding, about, verdict, what string) {
		t.Helper()
		if f := found[about]; f.Verdict != verdict || !strings.Contains(f.What, what) || verdict == "broken" && f.Remedy == "" {
			t.Errorf("%s: %+v, want %s, %s", about, f, verdict, what)
		}
	}
	found := examine(exitFailed)
	for about, verdict := range map[string]string{"functions seamark-transformer": "broken", "queues seamark-alert": "broken", "stream seamark": "broken", "destination eu-central-1": "broken", "tables seamark.logs": "warning", "trail eu-central-1": "warning"} {
		what := "is not there"
		if verdict == "warning" {
			what = "no "
		}
		expect(found, about, verdict, what)
	}
	if f, there := found["queues seamark-index"]; there {
		t.Errorf("an index that nobody has: %+v", f)
	}
	c, err := config.LoadDefaultConfig(t.Context())
	must(t, err)
	q := sqs.NewFromConfig(c)
	for _, name := range []string{"seamark-transform-dlq", "seamark-transform", "seamark-alert"} {
		in := &sqs.CreateQueueInput{QueueName: sdk.String(name)}
		if name == "seamark-transform" {
			in.Attributes = map[string]string{"RedrivePolicy": fmt.Sprintf(`{"deadLetterTargetArn":"arn:aws:sqs:eu-central-1:%s:seamark-transform-dlq","maxReceiveCount":"5"}`, os.Getenv("AWS_ACCESS_KEY_ID"))}
		}
		made, err := q.CreateQueue(t.Context(), in)
		must(t, err)
		t.Cleanup(func() {
			q.DeleteQueue(context.WithoutCancel(t.Context()), &sqs.DeleteQueueInput{QueueUrl: made.QueueUrl})
		})
		if name == "seamark-transform-dlq" {
			_, err = q.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: made.QueueUrl, MessageBody: sdk.String("poison")})
			must(t, err)
		}
	}
	found = examine(exitFailed)
	expect(found, "identity "+os.Getenv("AWS_ACCESS_KEY_ID"), "ok", "credentials work")
	expect(found, "clock this machine", "ok", "agrees")
	expect(found, "queues seamark-transform", "ok", "0 messages wait")
	expect(found, "queues seamark-alert", "broken", "no dead-letter queue of its own")
	expect(found, "queues seamark-collect", "broken", "is not there")
	expect(found, "dead letters seamark-transform-dlq", "broken", "1 message")

	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1") // nobody answers
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	found = examine(exitFailed)
	expect(found, "identity ", "broken", "AWS does not answer")
	expect(found, "queues seamark-transform", "not checked", "AWS does not answer")
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	expect(examine(exitFailed), "identity ", "broken", "there are no AWS credentials")
}
