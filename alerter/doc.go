// Package alerter keeps a card of every incident current at every receiver.
//
//	event bytes ── cloudwatch ──> alarms ── Manager (incident.Book) ──> incidents ── card ──> receivers
//
// All firing alarms of one product and one environment are one incident: opened once,
// updated in place, resolved in place. A card always arrives (invariant 7): the first
// goes out before any slow look-up, and whatever fails on the way (a description that
// is no JSON, a pattern search, a chart, a link) makes the card smaller, never lost.
//
// This room is the clock and the poster: it saves before it posts, tries again, and asks
// three questions of its surroundings by interfaces that stand beside the function that
// asks: who is told (Options.Route), what is known of it (Enricher), and deliver this
// (Receiver). Below it lie rooms of one idea each; slack, teams and folder deliver cards,
// rules evaluates alarms over the lake.
package alerter
