// Package opensearch lets the indexer speak to OpenSearch (2.x and 3.x): it installs the
// index templates, sends bulk requests with an answer for each document, and counts.
//
// It is the only caller of opensearch-go, and classes every error at this edge: what may
// pass (no answer, half an answer, 429, 5xx, an answer that makes no sense) is Temporary;
// what an operator must put right names the URL and the remedy.
package opensearch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	sdk "github.com/opensearch-project/opensearch-go/v2"
	"github.com/opensearch-project/opensearch-go/v2/opensearchapi"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/indexer"
)

var _ indexer.Bulk = (*Client)(nil)

// maxAnswerBytes bounds what is read of one answer.
const maxAnswerBytes = 64 << 20

// Options say where the cluster is. Only URL is needed.
type Options struct {
	URL                string // http or https; a user and password in it are used when Username is empty
	Username, Password string
	CAFile             string // PEM file of the authority that signed the cluster's certificate
	// Region has requests signed as AWS's OpenSearch Service wants them (Signature Version 4,
	// service es), with the credentials that the AWS SDK finds. Empty: where there is no user and
	// the host is one of that service, the region in its name.
	Region string
	// Prefix begins the names of all indices and templates, so that several installations
	// share a cluster: lower-case letters, digits, '-', '_' and '.', empty by default.
	Prefix string
	// Replicas is how many copies of each shard there are beside the first. A cluster of
	// one node can hold none.
	Replicas int
	// Timeout bounds one request from its first byte to the last of its answer. 0: 60 s.
	Timeout time.Duration
	// Compress sends request bodies with gzip, where the network is dearer than the processor.
	Compress bool
	// Transport is used in place of one made from CAFile.
	Transport http.RoundTripper
}

// Client speaks to one cluster. It is safe for concurrent use.
type Client struct {
	sdk      *sdk.Client
	url      string // without user and password
	prefix   string
	replicas int
	timeout  time.Duration
}

var validPrefix = regexp.MustCompile(`^([a-z0-9][a-z0-9._-]{0,63})?$`)

// New returns a client; nothing is sent yet.
func New(o Options) (*Client, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "not the address of an OpenSearch", Where: redact(o.URL),
			Remedy: "give a URL such as https://search.example.com:9200"}
	}
	if !validPrefix.MatchString(o.Prefix) {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "not the beginning of an index name", Where: o.Prefix, Remedy: "use lower-case letters, digits and '-'"}
	}
	if o.Username == "" && u.User != nil {
		o.Username = u.User.Username()
		o.Password, _ = u.User.Password()
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	if o.Transport == nil {
		if o.Transport, err = newTransport(o.CAFile); err != nil {
			return nil, err
		}
	}
	if o.Timeout <= 0 {
		o.Timeout = time.Minute
	}
	sign, err := signerFor(u, &o)
	if err != nil {
		return nil, err
	}
	c, err := sdk.NewClient(sdk.Config{
		Addresses: []string{u.String()}, Username: o.Username, Password: o.Password, Signer: sign,
		DisableRetry: true, CompressRequestBody: o.Compress, Transport: o.Transport,
	})
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "cannot use this address", Where: u.String(), Err: err}
	}
	return &Client{c, u.String(), o.Prefix, o.Replicas, o.Timeout}, nil
}

// redact is an address without its password, also when it is not a URL.
func redact(address string) string {
	if i := strings.LastIndexByte(address, '@'); i >= 0 {
		return "…@" + address[i+1:]
	}
	return address
}

func newTransport(caFile string) (http.RoundTripper, error) {
	t := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: 16,
		IdleConnTimeout:     90 * time.Second,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
	}
	if caFile == "" {
		return t, nil
	}
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "cannot read the certificate authority", Where: caFile, Err: errors.Unwrap(err)}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, &seamark.Fault{Class: seamark.Rejected, What: "no certificate in it", Where: caFile, Remedy: "name a PEM file"}
	}
	t.TLSClientConfig.RootCAs = pool
	return t, nil
}

// Prefix implements indexer.Bulk.
func (c *Client) Prefix() string { return c.prefix }

// URL is the cluster's address without user and password.
func (c *Client) URL() string { return c.url }

// request is one of the SDK's.
type request interface {
	Do(context.Context, opensearchapi.Transport) (*opensearchapi.Response, error)
}

// call sends a request and returns its whole answer. Statuses in allow are answers too;
// any other status than 2xx is an error.
func (c *Client) call(ctx context.Context, r request, allow ...int) (status int, body []byte, err error) {
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	res, err := r.Do(limited, c.sdk)
	if err != nil {
		return 0, nil, c.unreachable(ctx, err)
	}
	defer res.Body.Close()
	body, err = io.ReadAll(io.LimitReader(res.Body, maxAnswerBytes+1))
	if err == nil && len(body) > maxAnswerBytes {
		err = errTooLong
	}
	for _, s := range append(allow, 200, 201) {
		if res.StatusCode == s {
			if err != nil { // the request may have been carried out
				return 0, nil, c.unreachable(ctx, err)
			}
			return s, body, nil
		}
	}
	return res.StatusCode, nil, c.refusal(res, body)
}

// errTooLong says that an answer has more than maxAnswerBytes.
var errTooLong = errors.New("the answer does not end")

// unreachable classes an error of the network.
func (c *Client) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	f := &seamark.Fault{Class: seamark.Temporary, What: "OpenSearch does not answer", Where: c.url, Err: err,
		Remedy: "check the address, and that the server runs"}
	var (
		unknown x509.UnknownAuthorityError
		invalid x509.CertificateInvalidError
		host    x509.HostnameError
		record  tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &unknown), errors.As(err, &invalid), errors.As(err, &host):
		f.Class, f.What, f.Remedy = seamark.Permanent, "the certificate of OpenSearch cannot be trusted", "name the authority that signed it as opensearch.caFile"
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		f.Class, f.What, f.Remedy = seamark.Permanent, "the server does not speak TLS", "use http:// instead of https://"
	case errors.Is(err, context.DeadlineExceeded):
		f.What = "OpenSearch did not answer in " + c.timeout.String()
	}
	return f
}

// refusal classes an answer of another status than hoped for.
func (c *Client) refusal(res *opensearchapi.Response, body []byte) error {
	f := &seamark.Fault{Class: seamark.Permanent, What: "OpenSearch answered " + strconv.Itoa(res.StatusCode), Where: c.url, Err: reason(body)}
	begins := string(body[:min(len(body), 4096)])
	blocked := strings.Contains(begins, "cluster_block_exception")
	switch s := res.StatusCode; {
	case strings.Contains(begins, "too_many_buckets_exception"): // 503, as if it would pass
		f.Class, f.What, f.Remedy = seamark.Rejected, "that is more bars than the index counts at a time", "use wider bars, or a shorter time"
	case s == http.StatusRequestEntityTooLarge:
		return fmt.Errorf("%w: %w", indexer.ErrTooLarge, f)
	case s == http.StatusForbidden && blocked:
		f.Class, f.What, f.Remedy = seamark.Temporary, "the OpenSearch cluster takes no writes", "take its block away; indexing goes on by itself"
	case s == http.StatusUnauthorized, s == http.StatusForbidden:
		f.What = fmt.Sprintf("OpenSearch refuses the user (%d)", s)
		f.Remedy = "check opensearch.usernameFile and passwordFile (or …Env), and that the user may write app-logs-* and access-logs-* and manage index templates"
	case s == http.StatusTooManyRequests, s == http.StatusRequestTimeout, s >= 500:
		f.Class, f.Remedy = seamark.Temporary, "indexing goes on by itself when the server does"
		if after := retryAfter(res.Header.Get("Retry-After"), time.Now()); after > 0 {
			return &indexer.WaitError{After: after, Err: f}
		}
	case s >= 300 && s < 400:
		f.What += ", a redirect"
		f.Remedy = "use the address it leads to: " + redact(res.Header.Get("Location"))
	case s == http.StatusNotFound, s == http.StatusMethodNotAllowed:
		f.Remedy = "check that the address is that of an OpenSearch, with its path"
	}
	return f
}

// retryAfter reads the header in either of its forms (RFC 9110, 10.2.3).
func retryAfter(header string, now time.Time) time.Duration {
	if s, err := strconv.Atoi(header); err == nil && s > 0 && s < 1<<20 {
		return time.Duration(s) * time.Second
	}
	if t, err := http.ParseTime(header); err == nil && t.After(now) {
		return t.Sub(now)
	}
	return 0
}

// reason is what the server says of a failure, in a line.
func reason(body []byte) error {
	if e := decodeError(body); e != "" {
		return errors.New(e)
	}
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(body[:min(len(body), 200)]), "\ufffd")), " ")
	if text == "" {
		return nil
	}
	return fmt.Errorf("%q", text)
}
