package card

// Shrink takes the least telling part out of card, and reports whether there was one. It
// is how a receiver fits a card into its limits: the card shrinks, it is never lost.
func Shrink(card *Card) bool {
	patterns := append([]Pattern(nil), card.Patterns...)
	for i := range patterns {
		if len(patterns[i].Stack) > 0 {
			for j := range patterns {
				patterns[j].Stack = nil
			}
			card.Patterns = patterns
			return true
		}
	}
	switch {
	case len(patterns) > 0:
		card.Patterns = patterns[:len(patterns)-1]
	case card.Chart != nil:
		card.Chart = nil
	case len(card.About) > 1:
		card.About = card.About[:1]
	case len(card.Notes) > 0:
		card.Notes = nil
	case len(card.About) > 0:
		card.About = nil
	case len(card.Links) > 1:
		card.Links = card.Links[:len(card.Links)-1]
	case len(card.Problems) > 1:
		card.Problems = card.Problems[:len(card.Problems)-1]
	default:
		return false
	}
	return true
}
