// Package dashboards is what people look at: the web page and the HTTP API behind it.
//
// It only reads. It asks three small interfaces (Searcher, Incidents, FlowSource) and
// writes nothing but a login cookie. Log text, tags and names arrive raw and leave as
// JSON strings; the page makes text nodes of them and nothing else.
//
// Every answer passes the same guards, in this order: the Host header against an
// allow-list (DNS rebinding), cross-origin writes refused, security headers, and,
// when a token is set, the login. GuardHost and Server.RequireLogin are exported so
// that other routes of the same listener stand behind the same guards.
//
// The page's source is in web/src; web/dist is built, committed and embedded, so that
// "go build" needs no npm. A test rebuilds it and compares.
package dashboards
