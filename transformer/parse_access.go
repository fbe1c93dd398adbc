package transformer

import (
	"strconv"

	seamark "github.com/seamark-hq/seamark"
)

// parseAccess parses an access log of API Gateway (or of whoever writes the like) and
// appends it to the access logs. "-" is how API Gateway writes what there is not, and
// numbers stand in quotes.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
func (r *rows) parseAccess(base *seamark.Log, timed bool, own *claim) {
	row := seamark.AccessLog{
		Timestamp: base.Timestamp, EventID: base.EventID, AccountID: base.AccountID, Region: base.Region, Source: base.Source,
		Stream: base.Stream, Component: base.Component, Team: base.Team, IngestedAt: base.IngestedAt, LandingID: base.LandingID,
	}
	for i := range r.fields {
		f := &r.fields[i]
		if !r.takeAccess(&row, base, f, timed, own) {
			r.rest = append(r.rest, *f)
		}
	}
	row.AccountID, row.Region, row.Team, row.Component, row.Source = base.AccountID, base.Region, base.Team, base.Component, base.Source
	row.Extra = r.eventData(nil)
	r.access = append(r.access, row)
}

func (r *rows) takeAccess(row *seamark.AccessLog, base *seamark.Log, f *field, timed bool, own *claim) bool {
	v := f.value
	if isNull(v) || string(v) == `"-"` || string(v) == `""` {
		return f.access != 0
	}
	switch f.access {
	case 0:
		return false
	case accessTimestamp:
		return r.takeTime(base, v, timed, own)
	case accessAccount:
		return r.envelopeWins(&base.AccountID, v, r.env.owner == "")
	case accessRegion:
		return r.envelopeWins(&base.Region, v, r.workload.Region == "")
	case accessTeam:
		return r.envelopeWins(&base.Team, v, r.workload.Team == "")
	case accessComponent:
		return r.envelopeWins(&base.Component, v, r.workload.Component == "" && base.Component == "")
	case accessSource:
		return r.takeSource(base, v)
	case keyProduct, keyEnvironment:
		return r.takeClaim(f, own)
	case accessStatus:
		n, ok := number(v)
		if !ok || row.Status != nil || n != float64(int32(n)) {
			return false
		}
		row.Status = r.arena.int32(int32(n))
		return true
	case accessBytes:
		n, ok := wholeNumber(v)
		if !ok || row.ResponseBytes != nil {
			return false
		}
		row.ResponseBytes = r.arena.int64(n)
		return true
	case accessLatency:
		return r.takeFloat(&row.LatencyMs, v)
	case accessIntegration:
		return r.takeFloat(&row.IntegrationLatencyMs, v)
	}
	return r.takeText(accessColumn(row, f.access), v)
}

func accessColumn(row *seamark.AccessLog, c column) *string {
	switch c {
	case accessRequestID:
		return &row.RequestID
	case accessTraceID:
		return &row.TraceID
	case accessMethod:
		return &row.Method
	case accessPath:
		return &row.Path
	case accessRoute:
		return &row.Route
	case accessIP:
		return &row.IP
	case accessUserAgent:
		return &row.UserAgent
	case accessProtocol:
		return &row.Protocol
	default:
		return &row.ErrorMessage
	}
}

func (r *rows) takeFloat(column **float64, v []byte) bool {
	n, ok := number(v)
	if !ok || *column != nil {
		return false
	}
	*column = r.arena.float(n)
	return true
}

func unquoted(v []byte) []byte {
	if v[0] == '"' {
		return v[1 : len(v)-1]
	}
	return v
}

// number reads a JSON number, or one in quotes.
func number(v []byte) (float64, bool) {
	v = unquoted(v)
	if len(v) > 0 && len(v) < 10 && v[0] >= '0' && v[0] <= '9' { // the common case
		n := 0
		for i, c := range v {
			if c < '0' || c > '9' {
				break
			}
			n = n*10 + int(c-'0')
			if i == len(v)-1 {
				return float64(n), true
			}
		}
	}
	if len(v) == 0 || scanNumber(v, 0) != len(v) {
		return 0, false
	}
	f, err := strconv.ParseFloat(view(v), 64)
	return f, err == nil
}

func wholeNumber(v []byte) (int64, bool) { return parseInt(unquoted(v)) }
