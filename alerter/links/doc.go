// Package links builds the addresses that a card's buttons lead to: Seamark's own page,
// OpenSearch Dashboards and the console of AWS, each with the incident's product, time
// range and account in the address. What cannot be built is left out, never guessed.
package links
