package sns

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
)

// The types of messages that SNS posts.
const (
	typeNotification   = "Notification"
	typeSubscription   = "SubscriptionConfirmation"
	typeUnsubscription = "UnsubscribeConfirmation"
)

// message is what SNS posts
// (https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html). A pointer
// is nil when the key is not there: an absent Subject is not signed.
type message struct {
	kind, id, topic, body, timestamp   string
	subject                            *string
	token, subscribeURL                string
	version, signature, certificateURL string
	at                                 time.Time
	region, suffix                     string
}

// readMessage reads the keys exactly as SNS spells them: encoding/json would fold their
// case, and what is signed would not be what is read.
func readMessage(b []byte) (*message, error) {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(b, &keys); err != nil {
		return nil, refused("the body is no SNS message", "switch raw message delivery off for this subscription: Seamark needs the signature")
	}
	text := func(key string) string {
		var s string
		_ = json.Unmarshal(keys[key], &s) // what is no text counts as missing
		return s
	}
	m := &message{
		kind: text("Type"), id: text("MessageId"), topic: text("TopicArn"), body: text("Message"), timestamp: text("Timestamp"),
		token: text("Token"), subscribeURL: text("SubscribeURL"), version: text("SignatureVersion"), signature: text("Signature"),
		certificateURL: text("SigningCertURL"),
	}
	if raw, there := keys["Subject"]; there && string(raw) != "null" {
		s := text("Subject")
		m.subject = &s
	}
	switch m.kind {
	case typeNotification, typeSubscription, typeUnsubscription:
	default:
		return nil, refused("the body is no SNS message", "switch raw message delivery off for this subscription: Seamark needs the signature")
	}
	if m.id == "" || m.signature == "" {
		return nil, refused("the message is not signed", "let SNS itself deliver here, without raw message delivery")
	}
	var err error
	if m.at, err = time.Parse(time.RFC3339, m.timestamp); err != nil {
		return nil, refused("the message has no time", "let SNS itself deliver here")
	}
	partition, region, _, _, ok := seamark.SplitARN(m.topic)
	m.region = region
	if m.suffix = suffixes[partition]; !ok || m.suffix == "" || !strings.HasPrefix(m.topic, "arn:"+partition+":sns:") || !regionName.MatchString(region) {
		return nil, refused("the message is of no topic", "let SNS itself deliver here")
	}
	return m, nil
}

// suffixes are the domains of AWS's partitions.
var suffixes = map[string]string{
	"aws": "amazonaws.com", "aws-us-gov": "amazonaws.com", "aws-cn": "amazonaws.com.cn", "aws-eusc": "amazonaws.eu",
	"aws-iso": "c2s.ic.gov", "aws-iso-b": "sc2s.sgov.gov", "aws-iso-e": "cloud.adc-e.uk", "aws-iso-f": "csp.hci.ic.gov",
}

var (
	regionName      = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$`)
	certificatePath = regexp.MustCompile(`^/SimpleNotificationService-[0-9a-f]{1,64}\.pem$`)
)

// host is where SNS of the topic's region is; nothing else may be asked for anything.
func (m *message) host() string { return "sns." + m.region + "." + m.suffix }

// ours checks an address that stands in the message: it is one of SNS itself, in the
// region of the topic.
func (m *message) ours(text string) (*url.URL, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Opaque != "" || u.Fragment != "" || len(text) > 2048 {
		return nil, false
	}
	return u, u.Host == m.host()
}

// certificateAt is where the certificate is that signed the message.
func (m *message) certificateAt() (*url.URL, error) {
	u, ok := m.ours(m.certificateURL)
	if !ok || u.RawQuery != "" || u.RawPath != "" || !certificatePath.MatchString(u.Path) {
		return nil, refused("the certificate is not one of SNS in the topic's region", "let SNS itself deliver here")
	}
	return u, nil
}

// confirmAt is what must be asked for to confirm the subscription.
func (m *message) confirmAt() (*url.URL, error) {
	u, ok := m.ours(m.subscribeURL)
	if ok {
		q, err := url.ParseQuery(u.RawQuery)
		ok = err == nil && (u.Path == "/" || u.Path == "") && q.Get("Action") == "ConfirmSubscription" && q.Get("TopicArn") == m.topic && q.Get("Token") == m.token && len(q["TopicArn"]) == 1
	}
	if !ok {
		return nil, refused("the address that would confirm the subscription is not SNS's own", "subscribe the topic again")
	}
	return u, nil
}

// signed is the text that SNS has signed.
func (m *message) signed() []byte {
	var b strings.Builder
	add := func(key, value string) { b.WriteString(key + "\n" + value + "\n") }
	add("Message", m.body)
	add("MessageId", m.id)
	if m.kind == typeNotification {
		if m.subject != nil {
			add("Subject", *m.subject)
		}
		add("Timestamp", m.timestamp)
	} else {
		add("SubscribeURL", m.subscribeURL)
		add("Timestamp", m.timestamp)
		add("Token", m.token)
	}
	add("TopicArn", m.topic)
	add("Type", m.kind)
	return []byte(b.String())
}

// verify checks the signature with a certificate that certificateAt led to.
func (m *message) verify(c *x509.Certificate, now time.Time) error {
	key, ok := c.PublicKey.(*rsa.PublicKey)
	sig, err := base64.StdEncoding.DecodeString(m.signature)
	named := false
	for _, name := range []string{"sns." + m.suffix, "sns.amazonaws.com", m.host()} {
		named = named || c.VerifyHostname(name) == nil || c.Subject.CommonName == name
	}
	switch {
	case !ok || !named:
		return refused("the certificate is not of SNS", "let SNS itself deliver here")
	case now.Before(c.NotBefore) || now.After(c.NotAfter):
		return refused("the certificate is not valid now", "compare this machine's clock: it says "+now.UTC().Format(time.RFC3339))
	case err != nil:
		return refused("the signature is not base64", "let SNS itself deliver here")
	}
	text := m.signed()
	switch m.version {
	case "1":
		sum := sha1.Sum(text)
		err = rsa.VerifyPKCS1v15(key, crypto.SHA1, sum[:], sig)
	case "2":
		sum := sha256.Sum256(text)
		err = rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], sig)
	default:
		return refused(fmt.Sprintf("signature version %q is not known", clip(m.version)), "set the topic's SignatureVersion to 1 or 2")
	}
	if err != nil {
		return refused("the signature does not match", "let SNS itself deliver here, unchanged")
	}
	return nil
}

// envelope is the message again, of nothing but what was signed.
func (m *message) envelope() []byte {
	keys := map[string]string{"Type": m.kind, "MessageId": m.id, "TopicArn": m.topic, "Message": m.body, "Timestamp": m.timestamp}
	if m.subject != nil {
		keys["Subject"] = *m.subject
	}
	b, _ := json.Marshal(keys) // texts always encode
	return b
}

func refused(what, remedy string) error {
	return &seamark.Fault{Class: seamark.Rejected, What: what, Remedy: remedy}
}

func clip(s string) string {
	if len(s) > 40 {
		s = strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}
