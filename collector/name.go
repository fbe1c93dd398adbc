package collector

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// maxAlarmName is CloudWatch's limit for the name of an alarm, in characters.
const maxAlarmName = 255

// alarmPrefix opens the name of each alarm of ours.
const alarmPrefix = "seamark/"

// alarmName is seamark/<product>/<environment>/<resource>/<rule>, at most 255 characters.
// A resource that is too long, or holds characters that an alarm rule or an ARN would
// stumble over, is mended and ended with a hash of the whole, so that no two become one.
// A mark that is not empty always adds the hash, of the resource with the mark.
func alarmName(product, environment, resource, rule, mark string) string {
	head, tail := alarmPrefix+product+"/"+environment+"/", "/"+rule
	clean := strings.Map(plain, resource)
	room := maxAlarmName - len(head) - len(tail)
	if clean == resource && len(clean) <= room && mark == "" {
		return head + clean + tail
	}
	end := "~" + shortHash(resource, mark)
	if len(clean) > room-len(end) {
		clean = clean[:room-len(end)]
	}
	return head + clean + end + tail
}

// plain keeps what an alarm's name, its ARN and a quoted name in a rule can all carry.
func plain(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("-._/", r):
		return r
	}
	return '-'
}

// shortHash is 12 hex digits over parts.
func shortHash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}
