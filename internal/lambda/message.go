package lambda

import (
	"encoding/json"
	"net/url"
	"strings"

	seamark "github.com/seamark-hq/seamark"
)

// Message is what a body asks for: something to do, or a look at objects of a bucket that
// are new. One that asks for neither, such as S3's test of a new notification, is done.
type Message struct {
	Do      string // of {"do": "…"}
	Payload []byte // the body
	Objects []Object
}

// Object is an object of a bucket.
type Object struct{ Bucket, Key string }

// body has what tells the shapes of a body apart.
type body struct {
	Do    string `json:"do"`
	Event string // s3:TestEvent

	Records []struct { // S3's own notification
		EventSource string `json:"eventSource"`
		EventName   string `json:"eventName"`
		S3          struct {
			Bucket struct{ Name string }
			Object struct{ Key string }
		} `json:"s3"`
	}

	Source     string `json:"source"` // EventBridge's
	DetailType string `json:"detail-type"`
	Detail     struct {
		Bucket struct{ Name string }
		Object struct{ Key string }
	} `json:"detail"`

	Type    string // SNS's envelope, where a topic stands before the queue
	Message string
}

// ReadMessage understands a body: {"do": …}, S3's notifications, in which keys are
// URL-encoded, S3's events by way of EventBridge, in which they are not, and both within an
// SNS envelope.
func ReadMessage(b []byte) (Message, error) { return readMessage(b, 2) }

func readMessage(b []byte, depth int) (Message, error) {
	m := Message{Payload: b}
	var in body
	if err := json.Unmarshal(b, &in); err != nil {
		return m, noMessage(err)
	}
	switch {
	case in.Do != "":
		m.Do = in.Do
	case in.Event == "s3:TestEvent":
	case len(in.Records) > 0 && in.Records[0].EventSource == "aws:s3":
		for _, r := range in.Records {
			if !strings.HasPrefix(r.EventName, "ObjectCreated:") {
				continue
			}
			key, err := url.QueryUnescape(r.S3.Object.Key)
			if err != nil || key == "" || r.S3.Bucket.Name == "" {
				return m, noMessage(err)
			}
			m.Objects = append(m.Objects, Object{r.S3.Bucket.Name, key})
		}
	case in.Source == "aws.s3" && in.DetailType == "Object Created":
		if in.Detail.Object.Key == "" || in.Detail.Bucket.Name == "" {
			return m, noMessage(nil)
		}
		m.Objects = []Object{{in.Detail.Bucket.Name, in.Detail.Object.Key}}
	case in.Source == "aws.s3": // another of its events
	case in.Type == "Notification" && in.Message != "" && depth > 0:
		return readMessage([]byte(in.Message), depth-1)
	default:
		return m, noMessage(nil)
	}
	return m, nil
}

func noMessage(err error) error {
	return &seamark.Fault{Class: seamark.Rejected, Where: "message", What: "is neither a notification of S3 nor something to do", Err: err,
		Remedy: `connect the bucket's notifications, S3's "Object Created" events of EventBridge, or send {"do": "…"}`}
}
