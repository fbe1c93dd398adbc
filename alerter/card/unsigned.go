package card

import (
	"slices"

	"github.com/seamark-hq/seamark/alerter/links"
)

// Unsigned is the card without the buttons by which a person acts: they carry a signature, and
// where it goes others read it too.
func (c Card) Unsigned() Card {
	c.Links = slices.DeleteFunc(slices.Clone(c.Links), func(l links.Link) bool { return l.Acts })
	return c
}
