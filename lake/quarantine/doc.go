// Package quarantine lists what could not be decoded, finds pieces by the names that people
// type, and opens the bytes that are kept of them.
package quarantine
