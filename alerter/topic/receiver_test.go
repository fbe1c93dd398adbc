package topic_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/event"
	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
	"github.com/seamark-hq/seamark/alerter/topic"
	"github.com/seamark-hq/seamark/internal/servertest"
)

// Subscribers of a topic in an emulator of SNS get what happens, through a queue.
func TestMiniStack(t *testing.T) {
	at := servertest.MiniStack(t)
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "222222222222", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": at, "AWS_MAX_ATTEMPTS": "1",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		t.Setenv(name, value)
	}
	c, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	queues, topics := sqs.NewFromConfig(c), sns.NewFromConfig(c)
	queue, err := queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("told")})
	if err != nil {
		t.Fatal(err)
	}
	made, err := topics.CreateTopic(t.Context(), &sns.CreateTopicInput{Name: aws.String("incidents")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := topics.Subscribe(t.Context(), &sns.SubscribeInput{TopicArn: made.TopicArn, Protocol: aws.String("sqs"), Endpoint: aws.String("arn:aws:sqs:eu-west-1:222222222222:told")}); err != nil {
		t.Fatal(err)
	}
	r, err := topic.New(t.Context(), topic.Options{Name: "topic", ARN: *made.TopicArn})
	if err != nil {
		t.Fatal(err)
	}
	in := cardtest.Cases()[7].Incident // many alarms
	ref, err := r.Deliver(t.Context(), card.Build(&in, cardtest.Links()), "")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := r.Deliver(t.Context(), card.Build(&in, cardtest.Links()), ref); err != nil || again != ref {
		t.Fatal(again, err)
	}
	got, err := queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: queue.QueueUrl, WaitTimeSeconds: 2, MaxNumberOfMessages: 10})
	if err != nil || len(got.Messages) != 1 {
		t.Fatalf("%d messages, %v", len(got.Messages), err)
	}
	var envelope struct {
		Subject, Message  string
		MessageAttributes map[string]struct{ Value string }
	}
	if err := json.Unmarshal([]byte(*got.Messages[0].Body), &envelope); err != nil {
		t.Fatal(err)
	}
	var e event.Event
	if err := json.Unmarshal([]byte(envelope.Message), &e); err != nil || e.Kind != event.Opened || e.Incident.ID != in.ID || !strings.HasPrefix(envelope.Subject, "FIRING ") || envelope.MessageAttributes["product"].Value != in.Product {
		t.Errorf("%v\n%+v", err, envelope)
	}
	gone, err := topic.New(t.Context(), topic.Options{Name: "topic", ARN: "arn:aws:sns:eu-west-1:222222222222:gone"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gone.Deliver(t.Context(), card.Build(&in, cardtest.Links()), ""); seamark.ClassOf(err) != seamark.Permanent {
		t.Error(err)
	}
}
