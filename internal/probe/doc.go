// Package probe knows what Seamark takes for granted about AWS and could not check without it: each
// assumption with its source, where the code relies on it and how sure it is. Those that a few
// calls can answer are asked in a sandbox account (seamark probe); docs/assumptions.md is made of
// the table and of the answers that were recorded.
package probe
