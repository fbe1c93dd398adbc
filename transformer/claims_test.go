package transformer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOwnProductsOfManyPayloads: where the records name their products, each row of an
// object is filed under its own, though the text it stood in is used anew for the next payload.
func TestOwnProductsOfManyPayloads(t *testing.T) {
	var object strings.Builder
	var want []string
	for i := range 8 {
		fmt.Fprintf(&object, `{"messageType":"DATA_MESSAGE","owner":"222222222222","logGroup":"g","logStream":"s","subscriptionFilters":[],"logEvents":[{"id":"%d","timestamp":%d,"message":"{\"product\":\"p%d\",\"environment\":\"e%d\",\"message\":\"m\"}"}]}`,
			i, vectorTime, i, i)
		want = append(want, fmt.Sprintf("p%d 222222222222 ", i))
	}
	if diff := cmp.Diff(want, whose(t, object.String(), nil)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
