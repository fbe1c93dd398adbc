package email_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"flag"
	"io"
	"log"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/alerter/card"
	"github.com/seamark-hq/seamark/alerter/email"
	"github.com/seamark-hq/seamark/alerter/internal/cardtest"
)

var update = flag.Bool("update", false, "write the golden files")

const password = "T0PS3CRET"

// server is a mail server that keeps what it is handed.
type server struct {
	addr string
	ca   []byte

	mu    sync.Mutex
	mails []sent
}

type sent struct {
	to  []string
	raw []byte
	tls bool
	by  string
}

func (s *server) list() []sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// serve starts one, by TLS from the first byte or by STARTTLS.
func serve(t *testing.T, direct bool) *server {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	s := &server{ca: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
	real := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		_, private := c.TLSConnectionState()
		return &session{server: s, mail: sent{tls: private}}, nil
	}))
	real.TLSConfig = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	real.ErrorLog, real.MaxLineLength = log.New(io.Discard, "", 0), 1000 // RFC 5321, 4.5.3.1.6
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	if direct {
		l = tls.NewListener(l, real.TLSConfig)
	}
	go real.Serve(l)
	t.Cleanup(func() { real.Close() })
	return s
}

type session struct {
	server *server
	mail   sent
}

func (s *session) Reset()                               { s.mail.to = nil }
func (s *session) Logout() error                        { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasPrefix(to, "gone@") {
		return &smtp.SMTPError{Code: 550, Message: "no such mailbox"}
	}
	s.mail.to = append(s.mail.to, to)
	return nil
}
func (s *session) Data(r io.Reader) (err error) {
	if s.mail.raw, err = io.ReadAll(r); err != nil {
		return err
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.mails = append(s.server.mails, s.mail)
	return nil
}
func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, given string) error {
		if given != password {
			return smtp.ErrAuthFailed
		}
		s.mail.by = user
		return nil
	}), nil
}

func receiver(t *testing.T, s *server, change func(*email.Options)) *email.Receiver {
	t.Helper()
	o := email.Options{Name: "ops", Server: s.addr, From: "Seamark <alerts@example.com>", To: []string{"ops@example.com", "Zoë <zoe@example.com>"}, CA: s.ca}
	if change != nil {
		change(&o)
	}
	r, err := email.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// parts reads a mail as a mail program does.
func parts(t *testing.T, raw []byte) (h mail.Header, text, html string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatal(kind, err)
	}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return m.Header, text, html
		}
		if err != nil {
			t.Fatal(err)
		}
		if p.Header.Get("Content-Transfer-Encoding") != "quoted-printable" {
			t.Fatal(p.Header)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		s := strings.ReplaceAll(string(b), "\r\n", "\n")
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			html = s
		} else {
			text = s
		}
	}
}

// All cards arrive: in one thread, private, with a login, as text and HTML.
func TestThread(t *testing.T) {
	for _, direct := range []bool{false, true} {
		s := serve(t, direct)
		r := receiver(t, s, func(o *email.Options) {
			o.Username, o.Password = "seamark", password
			if direct {
				o.TLS = email.TLS
			}
		})
		c := cardtest.Cases()[0].Card()
		again := c
		again.Version++
		end := cardtest.Cases()[2].Card()
		end.ID, end.After = c.ID, cardtest.Start()
		for _, x := range []card.Card{c, again, end} {
			if ref, err := r.Deliver(t.Context(), x, ""); err != nil || ref != "" {
				t.Fatal(ref, err)
			}
		}
		got := s.list()
		if len(got) != 3 || !got[0].tls || got[0].by != "seamark" || !slices.Equal(got[0].to, []string{"ops@example.com", "zoe@example.com"}) {
			t.Fatalf("%d mails, %+v", len(got), got)
		}
		first, text, html := parts(t, got[0].raw)
		twin, _, _ := parts(t, got[1].raw)
		last, _, _ := parts(t, got[2].raw)
		id := first.Get("Message-ID")
		if !strings.HasSuffix(id, "@example.com>") || twin.Get("Message-ID") != id {
			t.Errorf("Message-ID %q, and of the same card %q", id, twin.Get("Message-ID"))
		}
		if last.Get("Message-ID") == id || last.Get("References") != id || last.Get("In-Reply-To") != id {
			t.Errorf("the end %q refers to %q", last.Get("Message-ID"), last.Get("References"))
		}
		if subject, err := new(mime.WordDecoder).DecodeHeader(first.Get("Subject")); err != nil || subject != c.Headline() || first.Get("Auto-Submitted") != "auto-generated" {
			t.Errorf("%v %v", err, first)
		}
		if strings.TrimSpace(text) != strings.TrimSpace(card.Text(c)) || !strings.Contains(html, "<table") {
			t.Errorf("text\n%s\nhtml\n%s", text, html)
		}
	}
}

// What is drawn for each case; foreign text stays text.
func TestHTML(t *testing.T) {
	for _, c := range cardtest.Cases() {
		html, err := email.HTML(c.Card())
		if err != nil {
			t.Fatal(err)
		}
		cardtest.Golden(t, "testdata/html/"+c.Name+".html", []byte(html), *update)
	}
}

// Nothing that comes from outside makes a header, and no mail has a line that is too long.
func TestHostile(t *testing.T) {
	s := serve(t, false)
	r := receiver(t, s, nil)
	c := cardtest.Cases()[5].Card()
	c.Title = "x\r\nBcc: everybody@example.com\r\n\r\nbody " + strings.Repeat("ü", 3000)
	c.Notes = append(c.Notes, strings.Repeat("<b>", 50_000))
	if _, err := r.Deliver(t.Context(), c, ""); err != nil {
		t.Fatal(err)
	}
	got := s.list()
	h, _, html := parts(t, got[0].raw)
	if h.Get("Bcc") != "" || len(got[0].to) != 2 || strings.Contains(html, "<b>") || strings.Contains(html, "<script") {
		t.Errorf("%v %v\n%s", h, got[0].to, html)
	}
	for line := range bytes.Lines(got[0].raw) {
		if len(line) > 1000 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}

// An address that is gone does not keep the others from their mail.
func TestGoneAddress(t *testing.T) {
	s := serve(t, false)
	c := cardtest.Cases()[0].Card()
	if _, err := receiver(t, s, func(o *email.Options) { o.To = []string{"gone@example.com", "ops@example.com"} }).Deliver(t.Context(), c, ""); err != nil {
		t.Fatal(err)
	}
	if got := s.list(); len(got) != 1 || !slices.Equal(got[0].to, []string{"ops@example.com"}) {
		t.Errorf("%+v", got)
	}
	_, err := receiver(t, s, func(o *email.Options) { o.To = []string{"gone@example.com"} }).Deliver(t.Context(), c, "")
	if seamark.ClassOf(err) != seamark.Permanent || !strings.Contains(err.Error(), "550") {
		t.Error(err)
	}
	_, err = receiver(t, s, func(o *email.Options) { o.Username, o.Password = "seamark", "wr0ng-s3cret" }).Deliver(t.Context(), c, "")
	if seamark.ClassOf(err) != seamark.Permanent || !strings.Contains(err.Error(), "login") || strings.Contains(err.Error(), "wr0ng") {
		t.Error(err)
	}
}
