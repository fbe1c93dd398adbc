// Package act lets a person acknowledge or silence an incident from a card: a link that
// is signed, expires, and does nothing until the page behind it is confirmed. Whoever
// merely opens it, as chat programs do for previews, changes nothing.
package act
