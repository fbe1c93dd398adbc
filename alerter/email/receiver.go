package email

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	netmail "net/mail"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/outgoing"
)

// How a connection is made private.
const (
	STARTTLS = "starttls" // asked for, and demanded
	TLS      = "tls"      // from the first byte
	Plain    = "none"     // for a relay on the same machine or network
)

// Options are what a Receiver is made of.
type Options struct {
	Name     string
	Server   string // host:port
	TLS      string // STARTTLS, TLS or Plain; empty: STARTTLS
	From     string // address, such as "Seamark <alerts@example.com>"
	To       []string
	Username string // with Password; empty: no login
	Password string
	CA       []byte // PEM of the authority that signed the server's certificate; empty: the system's
	Log      *slog.Logger
}

// Receiver sends mail by one server. It is safe for concurrent use.
type Receiver struct {
	opt  Options
	host string
	port int
	from *netmail.Address
	tls  *tls.Config
}

// New makes a receiver. It opens no connection.
func New(opt Options) (*Receiver, error) {
	r := &Receiver{opt: opt}
	reject := func(what, remedy string) (*Receiver, error) {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: what, Where: r.where(), Remedy: remedy}
	}
	host, port, err := net.SplitHostPort(opt.Server)
	if r.port, _ = strconv.Atoi(port); err != nil || host == "" || r.port < 1 || r.port > 65535 {
		return reject("the server is no address", "write host:port, such as smtp.example.com:587")
	}
	r.host = host
	if r.from, err = netmail.ParseAddress(opt.From); err != nil {
		return reject("from is no mail address", "write alerts@example.com, or Seamark <alerts@example.com>")
	}
	for _, to := range opt.To {
		if _, err := netmail.ParseAddress(to); err != nil {
			return reject("one of to is no mail address", "write ops@example.com")
		}
	}
	if len(opt.To) == 0 {
		return reject("nobody is named in to", "write to: [ops@example.com]")
	}
	if opt.TLS == Plain && opt.Username+opt.Password != "" {
		return reject("the password would be sent in the clear", "use tls: starttls or tls: tls")
	}
	r.tls = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if len(opt.CA) > 0 {
		r.tls.RootCAs = x509.NewCertPool()
		if !r.tls.RootCAs.AppendCertsFromPEM(opt.CA) {
			return reject("caFile holds no certificate", "name a PEM file")
		}
	}
	if r.opt.Log == nil {
		r.opt.Log = slog.New(slog.DiscardHandler)
	}
	return r, nil
}

// Name is the receiver's name in the configuration.
func (r *Receiver) Name() string { return r.opt.Name }

// Deliver sends a mail. The ref that comes back is always empty: nothing can be edited.
// An address that the server refuses does not keep the others from theirs: then each gets a
// mail of its own, and one that is taken counts.
func (r *Receiver) Deliver(ctx context.Context, c card.Card, _ card.Ref) (card.Ref, error) {
	err := r.send(ctx, c, r.opt.To)
	if e, ok := errors.AsType[*mail.SendError](err); ok && e.Reason == mail.ErrSMTPRcptTo && len(r.opt.To) > 1 {
		taken := false
		for _, to := range r.opt.To {
			one := r.send(ctx, c, []string{to})
			if taken = taken || one == nil; one != nil {
				r.opt.Log.Warn("mail_address_refused", "receiver", r.opt.Name, "incident", c.ID, "error", r.scrub(one))
			}
		}
		if taken {
			return "", nil
		}
	}
	if err != nil {
		return "", r.fault(err)
	}
	return "", nil
}

func (r *Receiver) send(ctx context.Context, c card.Card, to []string) error {
	m, err := r.message(c, to)
	if err != nil {
		return err
	}
	options := []mail.Option{
		mail.WithPort(r.port), mail.WithTimeout(15 * time.Second), mail.WithTLSConfig(r.tls), mail.WithDialContextFunc(r.dialUntil(ctx)), mail.WithoutNoop(), mail.WithHELO(domain(r.from)),
	}
	policy := mail.TLSMandatory
	if r.opt.TLS == TLS || r.opt.TLS == Plain { // the dialler does it, or nobody
		policy = mail.NoTLS
	}
	options = append(options, mail.WithTLSPolicy(policy))
	if r.opt.Username != "" {
		options = append(options, r.login(), mail.WithUsername(r.opt.Username), mail.WithPassword(r.opt.Password))
	}
	client, err := mail.NewClient(r.host, options...)
	if err != nil {
		return err
	}
	if err := client.DialAndSendWithContext(ctx, m); err != nil && !m.IsDelivered() { // a farewell that fails costs nothing
		return err
	}
	return nil
}

// login chooses how to log in: the best that both know. The library does not see that we
// dialled by TLS, and would not send a password over it.
func (r *Receiver) login() mail.Option {
	if r.opt.TLS == TLS {
		return mail.WithOpportunisticSMTPAuth(mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthPlainNoEnc, mail.SMTPAuthLoginNoEnc)
	}
	return mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover)
}

// dialUntil connects, by TLS where it is to be so from the first byte. A server that hangs is
// cut off when until ends; the context that the library passes ends with the greeting.
func (r *Receiver) dialUntil(until context.Context) mail.DialContextFunc {
	return func(ctx context.Context, network, at string) (net.Conn, error) {
		conn, err := outgoing.Dialer().DialContext(ctx, network, at)
		if err != nil {
			return nil, err
		}
		stop := context.AfterFunc(until, func() { conn.Close() })
		if r.opt.TLS == TLS {
			conn = tls.Client(conn, r.tls)
		}
		return cut{conn, stop}, nil
	}
}

// cut is a connection that is closed when a context ends.
type cut struct {
	net.Conn
	stop func() bool
}

// Close implements net.Conn.
func (c cut) Close() error {
	c.stop()
	return c.Conn.Close()
}

func (r *Receiver) where() string { return "receiver " + r.opt.Name }

// fault classes what a server said: 4yz may pass, 5yz does not (RFC 5321, 4.2.1).
func (r *Receiver) fault(err error) error {
	f := outgoing.Fault(err, r.where(), "the mail server cannot be reached", "the mail server's answer cannot be read")
	f.Err = r.scrub(err)
	code := 0
	if e, ok := errors.AsType[*textproto.Error](err); ok {
		code = e.Code
	}
	if e, ok := errors.AsType[*mail.SendError](err); ok && e.ErrorCode() != 0 {
		code = e.ErrorCode()
	}
	switch {
	case code/100 == 4:
		f.What = "the mail server answered " + strconv.Itoa(code)
	case code == 530 || code == 534 || code == 535:
		f.Class, f.What, f.Remedy = seamark.Permanent, fmt.Sprintf("the mail server refuses the login: %d", code), "check username and password"
	case code/100 == 5:
		f.Class, f.What, f.Remedy = seamark.Permanent, "the mail server answered "+strconv.Itoa(code), "check from, to, and what the server lets through"
	case strings.Contains(err.Error(), "does not support STARTTLS"):
		f.Class, f.What, f.Remedy = seamark.Permanent, "the mail server offers no STARTTLS", "use its port for mail of clients (587), or tls: tls with 465"
	case errors.Is(err, io.EOF):
		f.What = "the mail server hung up"
	}
	return f
}

// scrub takes the password out of an error, should a server repeat it.
func (r *Receiver) scrub(err error) error {
	text := err.Error()
	if r.opt.Password != "" {
		text = strings.ReplaceAll(text, r.opt.Password, "…")
	}
	return errors.New(text)
}
