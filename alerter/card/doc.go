// Package card makes of an incident what people see: the lines in the order in which a
// person asks, a chart, and buttons. Every receiver renders a Card, and hands a Ref back
// by which the posted card is found again.
//
// All text in a Card is raw; a renderer passes it through the words package and escapes
// it for its own medium. A card shrinks step by step (Shrink) until its medium takes it.
package card
