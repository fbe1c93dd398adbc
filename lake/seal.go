package lake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
)

// seal writes v as a file of the ledger: one line of JSON, and behind it the checksum of its
// bytes: {"<noun>":…,"sha256":"…"}.
func seal(noun string, v any) ([]byte, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	return []byte(`{"` + noun + `":` + string(body) + `,"sha256":"` + hex.EncodeToString(sum[:]) + "\"}\n"), nil
}

// unseal reads what seal wrote into v, byte for byte as it was written.
func unseal(noun string, b []byte, v any) error {
	head := []byte(`{"` + noun + `":`)
	const middle, digits, tail = `,"sha256":"`, 2 * sha256.Size, "\"}\n"
	end := len(b) - len(middle) - digits - len(tail)
	if !bytes.HasPrefix(b, head) || end < len(head) || string(b[end:end+len(middle)]) != middle || string(b[len(b)-len(tail):]) != tail {
		return errors.New("not as seamark writes it")
	}
	body := b[len(head):end]
	sum := sha256.Sum256(body)
	if hex.EncodeToString(sum[:]) != string(b[end+len(middle):len(b)-len(tail)]) {
		return errors.New("checksum does not match")
	}
	return strictJSON(body, v)
}

func strictJSON(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more follows the JSON document")
	}
	return nil
}
