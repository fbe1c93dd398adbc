// Package lines says what a message means: it makes the columns of one row of it, by the
// kind of log that its bytes show.
//
//	parse.go         which kind
//	parse_record.go  a JSON object of a logger
//	parse_access.go  an access log; parse_format.go, parse_clf.go, parse_xml.go where it is no JSON
//	parse_lambda.go  Lambda's platform; parse_telemetry.go its Telemetry API
//	w3c.go           a log whose stream names its fields itself
//	parse_text.go    any other line: level.go, pairs.go, stack.go find what is in it
//	text_json.go     JSON in it; carried.go behind what carries a line
//	stack_lines.go   traces over several events
//	fingerprint.go   the pattern of what went wrong
//	why.go           the same in words
package lines
