package lines

import (
	"strconv"

	seamark "github.com/seamark-hq/seamark"
	"github.com/seamark-hq/seamark/transformer/scan"
)

// parseAccess parses an access log of API Gateway (or of whoever writes the like) and
// appends it to the access logs. "-" is how API Gateway writes what there is not, and
// numbers stand in quotes.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
func (r *Parser) parseAccess(base *seamark.Log, timed bool, own *Claim) {
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
	r.Access = append(r.Access, row)
}

func (r *Parser) takeAccess(row *seamark.AccessLog, base *seamark.Log, f *scan.Field, timed bool, own *Claim) bool {
	v := f.Value
	if isNull(v) || string(v) == `"-"` || string(v) == `""` {
		return f.Access != 0
	}
	switch f.Access {
	case 0:
		return r.takeAccessLoose(row, base, f, timed, own)
	case scan.AccessIP:
		return r.takeAddress(row, v)
	case scan.AccessTraceID:
		if row.TraceID != "" || v[0] != '"' {
			return false
		}
		row.TraceID = rootOf(r.text(v))
		return true
	case scan.AccessTimestamp:
		return r.takeTime(base, v, timed, own)
	case scan.AccessAccount:
		return r.envelopeWins(&base.AccountID, v, !r.Owned)
	case scan.AccessRegion:
		return r.envelopeWins(&base.Region, v, r.Workload.Region == "")
	case scan.AccessTeam:
		return r.envelopeWins(&base.Team, v, r.Workload.Team == "")
	case scan.AccessComponent:
		return r.envelopeWins(&base.Component, v, r.Workload.Component == "" && base.Component == "")
	case scan.AccessSource:
		return r.takeSource(base, v)
	case scan.KeyProduct, scan.KeyEnvironment:
		return r.takeClaim(f, own)
	case scan.AccessStatus:
		n, ok := number(v)
		if !ok || row.Status != nil || n != float64(int32(n)) {
			return false
		}
		row.Status = r.Arena.Int32(int32(n))
		return true
	case scan.AccessBytes:
		n, ok := wholeNumber(v)
		if !ok || row.ResponseBytes != nil {
			return false
		}
		row.ResponseBytes = r.Arena.Int64(n)
		return true
	case scan.AccessLatency:
		if f.Key == "latency" && holds(r.fields, "latency_human") { // Echo: nanoseconds
			return r.takeDuration(&row.LatencyMs, v, 1, 1e6)
		}
		return r.takeFloat(&row.LatencyMs, v)
	case scan.AccessIntegration:
		return r.takeFloat(&row.IntegrationLatencyMs, v)
	}
	return r.takeText(accessColumn(row, f.Access), v)
}

func accessColumn(row *seamark.AccessLog, c scan.Column) *string {
	switch c {
	case scan.AccessRequestID:
		return &row.RequestID
	case scan.AccessTraceID:
		return &row.TraceID
	case scan.AccessMethod:
		return &row.Method
	case scan.AccessPath:
		return &row.Path
	case scan.AccessRoute:
		return &row.Route
	case scan.AccessIP:
		return &row.IP
	case scan.AccessUserAgent:
		return &row.UserAgent
	case scan.AccessProtocol:
		return &row.Protocol
	default:
		return &row.ErrorMessage
	}
}

func (r *Parser) takeFloat(column **float64, v []byte) bool {
	n, ok := number(v)
	if !ok || *column != nil {
		return false
	}
	*column = r.Arena.Float(n)
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
	if len(v) == 0 || scan.Number(v, 0) != len(v) {
		return 0, false
	}
	f, err := strconv.ParseFloat(scan.View(v), 64)
	return f, err == nil
}

func wholeNumber(v []byte) (int64, bool) { return scan.ParseInt(unquoted(v)) }
