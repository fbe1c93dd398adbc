// Package recordtest records which rights of AWS a function uses: it reads, on the way to
// the servers, what a request asks for, as AWS would before it looks at the role. The
// binaries are those that Lambda runs; nothing in them knows that it is recorded.
package recordtest

import (
	"bytes"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Recorder records the rights that one function uses. It is safe for concurrent use.
type Recorder struct {
	Key  string // access key of the function's own role; requests signed by others are not recorded
	Lake string // prefix of the lake in its bucket, with its slash

	mu   sync.Mutex
	seen map[string]bool
}

// Rights are what was used, in order: "<action of IAM> <folder below the lake>" of S3, the
// action alone of others.
func (r *Recorder) Rights() (all []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for right := range r.seen {
		all = append(all, right)
	}
	slices.Sort(all)
	return all
}

// Before records what is asked for and hands it on.
func (r *Recorder) Before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if key, service := signer(q); key == r.Key {
			r.add(r.rights(service, q))
		}
		next.ServeHTTP(w, q)
	})
}

// Search records requests to OpenSearch, which are signed only where the host is AWS's.
func (r *Recorder) Search(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.add([]string{"es:ESHttp" + q.Method[:1] + strings.ToLower(q.Method[1:])})
		next.ServeHTTP(w, q)
	})
}

func (r *Recorder) add(rights []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil {
		r.seen = map[string]bool{}
	}
	for _, right := range rights {
		r.seen[right] = true
	}
}

// Service is the service that a request was signed for.
func Service(q *http.Request) string {
	_, service := signer(q)
	return service
}

// signer reads Credential=<key>/<day>/<region>/<service>/aws4_request.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
func signer(q *http.Request) (key, service string) {
	_, after, _ := strings.Cut(q.Header.Get("Authorization"), "Credential=")
	scope, _, _ := strings.Cut(after, ",")
	if part := strings.Split(scope, "/"); len(part) == 5 {
		return part[0], part[3]
	}
	return "", ""
}

// same are operations that another action allows.
// Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
var same = map[string]string{"sqs:SendMessageBatch": "sqs:SendMessage", "sqs:DeleteMessageBatch": "sqs:DeleteMessage"}

func (r *Recorder) rights(service string, q *http.Request) []string {
	if service == "s3" {
		return r.bucket(q)
	}
	operation := ""
	switch target := q.Header.Get("X-Amz-Target"); {
	case target != "":
		operation = target[strings.LastIndex(target, ".")+1:]
	case q.Header.Get("Smithy-Protocol") != "":
		operation = q.URL.Path[strings.LastIndex(q.URL.Path, "/")+1:]
	default:
		form, _ := url.ParseQuery(string(peek(q)))
		operation = form.Get("Action")
	}
	if operation == "" { // a REST API: its actions cannot be told from the path alone
		operation = q.Method + " " + q.URL.Path
	}
	action := service + ":" + operation
	if by, ok := same[action]; ok {
		action = by
	}
	if action == "sts:GetCallerIdentity" { // asks for no right
		return nil
	}
	return []string{action}
}

// bucket are the rights of a request to S3, with the bucket in the path.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
func (r *Recorder) bucket(q *http.Request) []string {
	_, key, _ := strings.Cut(strings.TrimPrefix(q.URL.Path, "/"), "/")
	in := q.URL.Query()
	has := func(name string) bool { return in.Has(name) }
	at := func(action string, keys ...string) (all []string) {
		for _, key := range keys {
			all = append(all, "s3:"+action+" "+r.folder(key))
		}
		return all
	}
	switch {
	case key == "" && q.Method == http.MethodPost && has("delete"):
		var body struct{ Object []struct{ Key string } }
		if err := xml.Unmarshal(peek(q), &body); err != nil {
			return []string{"s3:DeleteObject ?"}
		}
		var keys []string
		for _, o := range body.Object {
			keys = append(keys, o.Key)
		}
		return at("DeleteObject", keys...)
	case key == "" && has("uploads"):
		return []string{"s3:ListBucketMultipartUploads"}
	case key == "" && q.Method == http.MethodGet:
		return at("ListBucket", in.Get("prefix"))
	case q.Method == http.MethodGet || q.Method == http.MethodHead:
		return at("GetObject", key)
	case q.Method == http.MethodDelete && has("uploadId"):
		return at("AbortMultipartUpload", key)
	case q.Method == http.MethodDelete:
		return at("DeleteObject", key)
	case q.Method == http.MethodPut || q.Method == http.MethodPost:
		rights := at("PutObject", key)
		if from := q.Header.Get("X-Amz-Copy-Source"); from != "" {
			_, key, _ := strings.Cut(strings.TrimPrefix(from, "/"), "/")
			rights = append(rights, at("GetObject", key)...)
		}
		return rights
	}
	return []string{"s3:" + q.Method + " " + q.URL.String()}
}

// folder is the first part of a key below the lake; what lies outside it keeps its name.
func (r *Recorder) folder(key string) string {
	inner, ok := strings.CutPrefix(key, r.Lake)
	if !ok {
		return "/" + key
	}
	folder, _, _ := strings.Cut(inner, "/")
	return folder
}

// peek reads a body and leaves it to be read again.
func peek(q *http.Request) []byte {
	b, _ := io.ReadAll(q.Body)
	q.Body = io.NopCloser(bytes.NewReader(b))
	return b
}
