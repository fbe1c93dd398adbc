package transformer

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/lake"
)

// Formats finds the access-log formats that filter names refer to by hash.
type Formats interface {
	// Format returns the text of a format. It fails with fs.ErrNotExist when there is none.
	Format(hash string) (string, error)
}

// lakeFormats are the formats that lie content-addressed below formats/ in the lake.
type lakeFormats struct{ lake *lake.Lake }

// maxFormat bounds a format, in bytes; API Gateway allows 3 KB.
const maxFormat = 16 << 10

// Format reads formats/<hash>. An object whose content does not have the hash is none.
func (f lakeFormats) Format(hash string) (string, error) {
	key, err := lake.FormatKey(hash)
	if err != nil {
		return "", fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	if info, err := f.lake.Stat(key); err != nil {
		return "", err
	} else if info.Size() > maxFormat {
		return "", fs.ErrNotExist
	}
	b, err := f.lake.ReadFile(key)
	if err != nil {
		return "", err
	}
	if sum := sha256.Sum256(b); !strings.HasPrefix(hex.EncodeToString(sum[:]), hash) {
		return "", fs.ErrNotExist
	}
	return string(b), nil
}

// formatCache remembers the formats that were found. One that is missing is looked for
// again with the next payload.
type formatCache struct {
	from  Formats
	known sync.Map // hash -> *accessFormat
}

func newFormatCache(from Formats) *formatCache { return &formatCache{from: from} }

// get returns the compiled format, or nil when there is none; it fails only when the
// store does, and then trying again may help.
func (c *formatCache) get(hash string) (*accessFormat, error) {
	if c == nil || hash == "" {
		return nil, nil
	}
	if f, ok := c.known.Load(hash); ok {
		return f.(*accessFormat), nil
	}
	text, err := c.from.Format(hash)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &seamark.Fault{Class: seamark.Temporary, What: "cannot read the access-log format", Where: lake.FormatsFolder + "/" + hash,
			Err: err, Remedy: "check that the lake can be read"}
	}
	f := compileFormat(text)
	c.known.Store(strings.Clone(hash), f)
	return f, nil
}

// dialect is how values are written in a format.
type dialect int

const (
	plainText   dialect = iota // CLF and the like: a backslash escapes a quote
	commaValues                // CSV: a value may stand in quotes, a quote inside doubled
	markup                     // XML: entities
	selfTold                   // JSON: not matched, as it says its own names
)

// accessFormat is a format taken apart: what stands before each variable, and what
// stands at the end.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
type accessFormat struct {
	dialect dialect
	parts   []formatPart
	tail    string
}

// formatPart is a literal and the variable behind it.
type formatPart struct {
	before string
	key    string // the variable's name without "$context."
	access column // 0: goes to extra
}

const variablePrefix = "$context."

// compileFormat takes a format apart. A text without a variable matches nothing.
func compileFormat(text string) *accessFormat {
	text = strings.TrimSpace(text)
	f := &accessFormat{}
	switch {
	case strings.HasPrefix(text, "{"):
		f.dialect = selfTold
		return f
	case strings.HasPrefix(text, "<"):
		f.dialect = markup
	}
	for {
		at := strings.Index(text, variablePrefix)
		if at < 0 {
			break
		}
		end := at + len(variablePrefix)
		for end < len(text) && (isWord(text[end]) || text[end] == '.' && end+1 < len(text) && isWord(text[end+1]) || text[end] == '-' && end+1 < len(text) && isWord(text[end+1])) {
			end++
		}
		name := text[at+len(variablePrefix) : end]
		f.parts = append(f.parts, formatPart{text[:at], name, variableColumn(name)})
		text = text[end:]
	}
	f.tail = text
	if f.dialect == plainText {
		f.dialect = f.separators()
	}
	return f
}

// separators tells CSV, in which only commas stand between variables, from anything else.
func (f *accessFormat) separators() dialect {
	if len(f.parts) < 2 {
		return plainText
	}
	for _, p := range f.parts[1:] {
		if strings.Trim(p.before, " \"") != "," {
			return plainText
		}
	}
	return commaValues
}

// variableColumn is the column of a $context variable, or 0.
func variableColumn(name string) column {
	switch name {
	case "requestId", "extendedRequestId":
		return accessRequestID
	case "identity.sourceIp":
		return accessIP
	case "identity.userAgent":
		return accessUserAgent
	case "requestTime", "requestTimeEpoch":
		return accessTimestamp
	case "httpMethod":
		return accessMethod
	case "path":
		return accessPath
	case "resourcePath", "routeKey":
		return accessRoute
	case "status":
		return accessStatus
	case "protocol":
		return accessProtocol
	case "responseLength":
		return accessBytes
	case "responseLatency":
		return accessLatency
	case "integrationLatency", "integration.latency":
		return accessIntegration
	case "xrayTraceId":
		return accessTraceID
	case "error.message", "error.messageString", "integrationErrorMessage", "integration.error", "authorizer.error":
		return accessError
	case "accountId":
		return accessAccount
	}
	return 0
}
