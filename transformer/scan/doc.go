// Package scan walks JSON in place: strings, numbers and objects as spans of the text, and
// which column of the tables a key means. What has to be unescaped lies in an Arena.
//
// A record that a logger wrote as JSON is read while it is still escaped inside the payload
// (escaped.go). There are no maps on that way, no reflection and no allocation per value.
package scan
