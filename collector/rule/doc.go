// Package rule says which kinds of alarm there are, when each fires where nobody says
// otherwise, what a team's tag may say of it, and how an alarm describes itself to the
// alerter.
package rule
