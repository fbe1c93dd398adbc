// Package outgoing is the HTTP client of everything that posts to an address out of the
// configuration: one host, no redirect, bounded answers, and never a metadata address.
package outgoing
