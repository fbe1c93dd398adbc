// Package email tells people of an incident by mail over SMTP: a text and an HTML part, one
// thread for each incident.
//
// A mail cannot be edited, so that only turns of an incident are told. Its Message-ID is the
// same when it is sent again, by which mail systems leave a twin out; those that follow the
// first name it in References (RFC 5322, 3.6.4).
package email
