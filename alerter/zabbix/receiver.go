// Package zabbix tells a Zabbix server of an incident: as a value of a trapper item, by the
// protocol of zabbix_sender. See https://www.zabbix.com/documentation/6.0/en/manual/appendix/items/trapper
// and https://www.zabbix.com/documentation/6.0/en/manual/appendix/protocols/header_datalen.
package zabbix

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"time"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/event"
	"github.com/seamark-hq/seamark/alerter/outgoing"
	"github.com/seamark-hq/seamark/alerter/words"
)

// DefaultKey is the item's key.
const DefaultKey = "seamark.incident"

// Options are what a Receiver is made of.
type Options struct {
	Name   string
	Server string // host:port
	Host   string // as Zabbix calls it; {product} and {environment} stand for the incident's
	Key    string // of the item, likewise; empty: DefaultKey
	// CA is the PEM of the authority that signed the server's certificate; empty: no TLS.
	CA          []byte
	Certificate *tls.Certificate // ours, which a server that has one asks for; nil: none
}

// Receiver tells one server. It is safe for concurrent use.
type Receiver struct {
	opt Options
	tls *tls.Config // nil: none
}

// New makes a receiver. It opens no connection.
func New(opt Options) (*Receiver, error) {
	r := &Receiver{opt: opt}
	reject := func(what, remedy string) (*Receiver, error) {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: what, Where: r.where(), Remedy: remedy}
	}
	host, port, err := net.SplitHostPort(opt.Server)
	if err != nil || host == "" || port == "" {
		return reject("the server is no address", "write host:port, such as zabbix.example.com:10051")
	}
	if opt.Host == "" {
		return reject("host is missing", "name the host of the trapper item, as Zabbix does")
	}
	if opt.Key == "" {
		r.opt.Key = DefaultKey
	}
	if len(opt.CA) > 0 {
		r.tls = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, RootCAs: x509.NewCertPool()}
		if !r.tls.RootCAs.AppendCertsFromPEM(opt.CA) {
			return reject("caFile holds no certificate", "name a PEM file")
		}
		if opt.Certificate != nil {
			r.tls.Certificates = []tls.Certificate{*opt.Certificate}
		}
	}
	return r, nil
}

// Name is the receiver's name in the configuration.
func (r *Receiver) Name() string { return r.opt.Name }

// ForPrograms says that nobody is to be reminded: Zabbix does that itself.
func (r *Receiver) ForPrograms() bool { return true }

// Deliver sends a value for what happened since ref, if anything did.
func (r *Receiver) Deliver(ctx context.Context, c card.Card, ref card.Ref) (card.Ref, error) {
	_, next, told := event.Next(c, ref)
	if !told {
		return next, nil
	}
	now := time.Now() // not when it happened: Zabbix keeps one value of an item for a moment
	if err := r.send(ctx, item{Host: r.name(r.opt.Host, c), Key: r.name(r.opt.Key, c), Value: Value(c), Clock: now.Unix(), Ns: now.Nanosecond()}); err != nil {
		return ref, err
	}
	return next, nil
}

// Value is what a trigger reads: "FIRING critical booking prod: 4xx 23% [20261122T140300Z-booking-prod]".
// It begins with FIRING, NO DATA or RESOLVED and ends with the incident's id in brackets.
func Value(c card.Card) string { return words.Line(c.Headline(), 200) + " [" + c.ID + "]" }

// name puts the incident's product and environment into a name. Both are slugs: letters,
// digits and dashes.
func (r *Receiver) name(pattern string, c card.Card) string {
	return strings.NewReplacer("{product}", c.Incident.Product, "{environment}", c.Incident.Environment).Replace(pattern)
}

type item struct {
	Host  string `json:"host"`
	Key   string `json:"key"`
	Value string `json:"value"`
	Clock int64  `json:"clock"`
	Ns    int    `json:"ns"`
}

// maxAnswer bounds an answer, in bytes; the server's are some hundred.
const maxAnswer = 64 << 10

// send hands a value over and reads what became of it.
func (r *Receiver) send(ctx context.Context, i item) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	conn, err := outgoing.Dialer().DialContext(ctx, "tcp", r.opt.Server)
	if err != nil {
		return r.fault(err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if r.tls != nil {
		private := tls.Client(conn, r.tls)
		if err := private.HandshakeContext(ctx); err != nil {
			return outgoing.Fault(err, r.where(), "the Zabbix server cannot be spoken to by TLS", "the Zabbix server speaks no TLS")
		}
		conn = private
	}
	body, err := json.Marshal(map[string]any{"request": "sender data", "data": []item{i}, "clock": i.Clock, "ns": i.Ns})
	if err != nil {
		return fmt.Errorf("encode the value: %w", err)
	}
	if _, err := conn.Write(frame(body)); err != nil {
		return r.fault(err)
	}
	answer, err := unframe(conn)
	if err != nil {
		return r.fault(err)
	}
	return r.judge(answer, i)
}

// frame puts the header before a body: "ZBXD", 1, and its length in 4 bytes and 4 of zero.
func frame(body []byte) []byte {
	head := append(make([]byte, 0, 13+len(body)), 'Z', 'B', 'X', 'D', 1)
	head = binary.LittleEndian.AppendUint32(head, uint32(len(body)))
	return append(append(head, 0, 0, 0, 0), body...)
}

var errNotZabbix = errors.New("what answers is no Zabbix server")

// unframe reads a body. Answers are neither compressed nor large.
func unframe(from io.Reader) ([]byte, error) {
	var head [13]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(head[5:9])
	if string(head[:4]) != "ZBXD" || head[4] != 1 || n > maxAnswer {
		return nil, errNotZabbix
	}
	body := make([]byte, n)
	_, err := io.ReadFull(from, body)
	return body, err
}

func (r *Receiver) where() string { return "receiver " + r.opt.Name }

func (r *Receiver) fault(err error) error {
	return outgoing.Fault(err, r.where(), "the Zabbix server cannot be reached", "the Zabbix server's answer cannot be read")
}

var counts = regexp.MustCompile(`processed: (\d+); failed: (\d+); total: (\d+)`)

// judge reads an answer: "success" says only that the request was understood. How many
// values were taken stands in its text.
func (r *Receiver) judge(answer []byte, i item) error {
	var said struct{ Response, Info string }
	if json.Unmarshal(answer, &said) != nil {
		return &seamark.Fault{Class: seamark.Temporary, What: "the Zabbix server's answer cannot be read", Where: r.where()}
	}
	n := counts.FindStringSubmatch(said.Info)
	switch {
	case said.Response != "success":
		return &seamark.Fault{Class: seamark.Permanent, What: "the Zabbix server refused the request", Where: r.where(), Err: errors.New(words.Line(said.Info, 200)), Remedy: "check that server is the address of a Zabbix server or proxy (port 10051)"}
	case n == nil:
		return &seamark.Fault{Class: seamark.Temporary, What: "the Zabbix server did not say what became of the value", Where: r.where()}
	case n[1] != "1" || n[2] != "0":
		return &seamark.Fault{Class: seamark.Permanent, What: fmt.Sprintf("Zabbix took no value for item %s of host %s", words.Line(i.Key, 100), words.Line(i.Host, 100)), Where: r.where(), Remedy: "make a trapper item of type text with that key on that host, and allow this machine in its allowed hosts; a new item counts after a minute"}
	}
	return nil
}
