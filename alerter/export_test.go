package alerter

// What external tests of unexported encoders need.
var (
	Rison   = rison
	JSURL   = jsurl
	Refused = refused
	WebLink = webLink
	Lasted  = lasted
	Chart20 = chartOf
)
