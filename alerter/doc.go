// Package alerter turns alarms into incidents and incidents into cards.
//
//	event bytes ── ParseEvent ──> alarms ── Manager ──> incidents ── BuildCard ──> cards ──> receivers
//
// All firing alarms of one product and one environment are one incident: opened once,
// updated in place, resolved in place. A card always arrives (invariant 7): the first
// goes out before any slow look-up, and whatever fails on the way (a description that
// is no JSON, a pattern search, a chart, a link) makes the card smaller, never lost.
//
// The package knows no vendor. Adapters lie below it: slack, teams and folder deliver
// cards, rules evaluates alarms over the lake. Text from logs, tags, names and
// descriptions is held raw in a Card; each renderer escapes it for its own medium.
package alerter
