package fleet

import "strings"

// The incident: release 4.2.0 of booking gives its authorizer a role that may not read the
// sessions table. Whoever's policy is not cached is turned away.
const (
	brokenProduct = "booking"
	brokenPercent = 85 // of the requests
	oldRelease    = "41"
	badRelease    = "42"
)

// broken reports whether d is the broken deployment and this second lies in the incident.
func (s *second) broken(d *deployment) bool {
	return d.product.name == brokenProduct && d.env.name == "prod" && s.k >= s.f.breakAt && s.k < s.f.fixAt
}

// releases reports whether d gets another release in this second.
func (s *second) releases(d *deployment) bool {
	return s.f.breakAt < s.f.fixAt && (s.k == s.f.breakAt || s.k == s.f.fixAt) &&
		d.product.name == brokenProduct && d.env.name == "prod"
}

func (s *second) release(d *deployment) string {
	if s.broken(d) {
		return badRelease
	}
	return oldRelease
}

// announce logs the release, or the end of it.
func (s *second) announce(d *deployment) {
	s.j.begin(s.r, s.ms/1000)
	st := &step{level: info, event: "Release 4.2.0 deployed"}
	if s.k == s.f.fixAt {
		st.event = "Release 4.2.0 rolled back"
	}
	auth := d.function("booking-authorizer")
	s.log(&auth.Component, 0, s.ms, s.w.line(auth, &s.j, st, s.ms, nil), st.level, 0)
}

// refuse answers x with 401 after the authorizer has failed.
func (s *second) refuse(d *deployment, x *exchange, end int64) {
	auth := d.function("booking-authorizer")
	took := s.r.latency(24)
	begin := end - int64(took) - 3
	x.status, x.fault, x.latencyMs, x.bytes = 401, "Unauthorized", took+3, 26
	s.invoke(d, auth, begin+1, took, accessDenied(auth))
	s.log(&d.api.Component, 0, end, s.w.access(x, begin), "", x.status)
}

// complain logs t: two of three times in the function's own format, else as the runtime
// prints an exception that nobody caught.
func (s *second) complain(fn *instance, stream uint64, ms int64, t *trouble) {
	st := &step{level: fault, event: "Authorization failed", fields: []field{userID, sourceIP}}
	if s.j.n%3 == 2 {
		st.style, st.foreign = pythonText, true
	}
	s.log(&fn.Component, stream, ms, s.w.line(fn, &s.j, st, ms, t), st.level, 0)
}

// accessDenied is what DynamoDB and botocore say when the role of fn may not read a table.
func accessDenied(fn *instance) *trouble {
	who := "arn:aws:sts::" + fn.Account.ID + ":assumed-role/" + fn.fn.name + "-role/" + fn.fn.name
	table := "arn:aws:dynamodb:" + fn.Workload.Region + ":" + fn.Account.ID + ":table/booking-sessions"
	message := "User: " + who + " is not authorized to perform: dynamodb:GetItem on resource: " + table +
		" because no identity-based policy allows the dynamodb:GetItem action"
	stack := strings.Join([]string{
		"Traceback (most recent call last):",
		`  File "/var/task/authorizer.py", line 41, in handler`,
		`    session = sessions.load(token.subject)`,
		`  File "/var/task/sessions.py", line 18, in load`,
		`    item = self._table.get_item(Key={"pk": subject})["Item"]`,
		`  File "/var/lang/lib/python3.13/site-packages/botocore/client.py", line 1078, in _make_api_call`,
		`    raise error_class(parsed_response, operation_name)`,
		"botocore.exceptions.ClientError: An error occurred (AccessDeniedException) when calling the GetItem operation: " + message,
	}, "\n")
	return &trouble{kind: "AccessDeniedException", message: message, stack: stack}
}

// trouble is what a rare error step reports, or nil.
func (s *step) trouble(d *deployment) *trouble {
	if !s.trace {
		return nil
	}
	return &trouble{kind: "KeyError", message: "'8609.00'", stack: strings.Join([]string{
		"Traceback (most recent call last):",
		`  File "/var/task/` + d.product.name + `/check.py", line 77, in handler`,
		`    duty = tariffs[line.code]`,
		"           ~~~~~~~^^^^^^^^^^^",
		"KeyError: '8609.00'",
	}, "\n")}
}
