package aws

import (
	"bytes"
	"io"
	"net/http"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
)

// whole sends each request's body as a whole. The SDK closes a body as soon as the answer
// begins, even while net/http still asks it whether more follows; the connection then
// breaks in the middle of the answer. What lies in memory net/http writes together with
// the headers, and does not ask again.
type whole struct{ client sdk.HTTPClient }

// Do makes a request. Those to the control plane are small.
func (w whole) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(b))
	}
	return w.client.Do(r)
}
