package cards_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/seamark-hq/seamark/alerter"
	"github.com/seamark-hq/seamark/internal/config"
)

// quiet takes what servers say of connections that end early.
var quiet = log.New(io.Discard, "", 0)

// certificate makes one of its own authority for 127.0.0.1, and writes that to a file.
func certificate(t *testing.T, until time.Time) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: until.AddDate(-1, 0, 0), NotAfter: until, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

// ending is until when a certificate counts whose peer answers so.
func ending(a answer) time.Time {
	if a == expired {
		return time.Now().AddDate(0, 0, -1)
	}
	return time.Now().AddDate(0, 6, 0)
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// each serves connections until the test ends.
func each(t *testing.T, l net.Listener, serve func(net.Conn)) {
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
			go serve(c)
		}
	}()
}

// rude is an address whose listener does what needs no protocol; empty: a is not of that kind.
func rude(t *testing.T, a answer) string {
	l := listen(t)
	switch a {
	case refuses:
		l.Close()
	case hangs:
		each(t, l, func(c net.Conn) { io.Copy(io.Discard, c) })
	case hangsUp:
		each(t, l, func(c net.Conn) { c.Close() })
	default:
		return ""
	}
	return l.Addr().String()
}

// byHTTP is a medium of HTTP, with what it says to what it takes and when it means no (nil:
// a status says all).
func byHTTP(good, lie http.HandlerFunc, receiver func(t *testing.T, url string) alerter.Receiver) func(*testing.T, answer) alerter.Receiver {
	return func(t *testing.T, a answer) alerter.Receiver {
		path := "/" + secret
		if at := rude(t, a); at != "" {
			return receiver(t, "http://"+at+path)
		}
		handler := good
		switch a {
		case throttle:
			handler = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(http.StatusTooManyRequests)
			}
		case fails:
			handler = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
		case redirect:
			elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("went where it was sent") }))
			t.Cleanup(elsewhere.Close)
			handler = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) }
		case lies:
			if handler = lie; lie == nil {
				return nil
			}
		}
		s := httptest.NewUnstartedServer(handler)
		s.Config.ErrorLog = quiet
		if a == expired || a == stranger {
			pair, _ := certificate(t, ending(a))
			s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
			s.StartTLS()
		} else {
			s.Start()
		}
		t.Cleanup(s.Close)
		if a == noTLS {
			return receiver(t, strings.Replace(s.URL, "http:", "https:", 1)+path)
		}
		return receiver(t, s.URL+path)
	}
}

// mailbox is what a mail server does with what it is handed.
type mailbox struct{ rcpt, data error }

func (m mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{m}, nil }

type session struct{ mailbox }

func (s *session) Reset()                               {}
func (s *session) Logout() error                        { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }
func (s *session) Rcpt(string, *smtp.RcptOptions) error { return s.rcpt }
func (s *session) Data(r io.Reader) error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	return s.data
}
func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "seamark" || password != secret {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

// byMail speaks to a real mail server.
func byMail(t *testing.T, a answer) alerter.Receiver {
	pair, ca := certificate(t, ending(a))
	at := rude(t, a)
	if at == "" {
		box := mailbox{}
		switch a {
		case throttle:
			box.rcpt = &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted, try again in 7 s"}
		case fails:
			box.data = &smtp.SMTPError{Code: 451, Message: "no room for now"}
		case lies: // takes all of it, and refuses at the very end
			box.data = &smtp.SMTPError{Code: 554, Message: "looks like spam"}
		case redirect:
			box.rcpt = &smtp.SMTPError{Code: 551, Message: "user not local; please try <ops@elsewhere.example.com>"}
		}
		s := smtp.NewServer(box)
		s.TLSConfig, s.ErrorLog = &tls.Config{Certificates: []tls.Certificate{pair}}, quiet
		if a == noTLS {
			s.TLSConfig = nil
		}
		l := listen(t)
		go s.Serve(l)
		t.Cleanup(func() { s.Close() })
		at = l.Addr().String()
	}
	e := &config.Email{Server: at, From: "Seamark <alerts@example.com>", To: []string{"ops@example.com"}, Username: "seamark", PasswordFile: inFile(t, secret), CAFile: ca}
	if a == stranger {
		_, e.CAFile = certificate(t, ending(a))
	}
	return configured(t, config.Receiver{Email: e})
}

// byTrapper speaks to what answers as a Zabbix server does: TestZabbixServer speaks to a real one.
func byTrapper(t *testing.T, a answer) alerter.Receiver {
	pair, ca := certificate(t, ending(a))
	at := rude(t, a)
	if at == "" {
		said := `{"response":"success","info":"processed: 1; failed: 0; total: 1; seconds spent: 0.000055"}`
		switch a {
		case lies:
			said = `{"response":"success","info":"processed: 0; failed: 1; total: 1; seconds spent: 0.000055"}`
		case throttle, redirect:
			return nil
		case fails:
			said = "" // it was restarted meanwhile
		}
		l := listen(t)
		if a != noTLS {
			l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}})
		}
		each(t, l, func(c net.Conn) {
			defer c.Close()
			var head [13]byte
			if _, err := io.ReadFull(c, head[:]); err != nil || said == "" || a == noTLS {
				return
			}
			if _, err := io.CopyN(io.Discard, c, int64(binary.LittleEndian.Uint32(head[5:]))); err != nil {
				return
			}
			binary.LittleEndian.PutUint32(head[5:], uint32(len(said)))
			c.Write(append(head[:], said...))
		})
		at = l.Addr().String()
	}
	z := &config.Zabbix{Server: at, Host: "seamark-{product}", CAFile: ca}
	if a == stranger {
		_, z.CAFile = certificate(t, ending(a))
	}
	return configured(t, config.Receiver{Zabbix: z})
}
