package inline

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

// mostBack bounds what a record that went back inflates to.
const mostBack = 64 << 20

// readBack reads rows that went back. ok says that it is such a record.
func readBack(data []byte) (g group, ok bool, err error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return g, false, nil // the transformer says what is wrong with it
	}
	head := make([]byte, len(backPrefix))
	if _, err := io.ReadFull(z, head); err != nil || !bytes.Equal(head, backPrefix) {
		return g, false, nil
	}
	b, err := io.ReadAll(io.LimitReader(io.MultiReader(bytes.NewReader(head), z), mostBack+1))
	var in back
	if err == nil && len(b) > mostBack {
		err = fmt.Errorf("more than %d bytes", mostBack)
	}
	if err == nil {
		err = json.Unmarshal(b, &in)
	}
	if err == nil && (in.Rows != 1 || in.Hops < 1 || len(in.Keys) != 5 || in.Text == "") {
		err = fmt.Errorf("version %d, %d hops, %d keys", in.Rows, in.Hops, len(in.Keys))
	}
	if err != nil {
		return g, true, fmt.Errorf("rows that went back cannot be read: %w", err)
	}
	return group{in.Keys, []byte(in.Text), in.Hops}, true, nil
}
