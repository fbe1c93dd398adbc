// Package rulebook evaluates rules that people write: over rows of the lake they count, divide,
// take percentiles, notice what is absent, what is new, and what differs from the same hour of the
// weeks before.
//
// Rules stand in YAML files of their own; one that is wrong is named and left out, and stops no
// other. All are evaluated at the same instants, the multiples of Options.Every: the window of a
// rule ends there. Each instant is evaluated once, in order, over restarts too: what came of it is
// saved before anybody is told, and told again until it was heard. Rules that read the same table
// and window are counted by one statement.
//
// Engine.Evaluate, Trial (unit tests of rules over sample rows) and Backtest run the same evaluator
// over different counters.
package rulebook
