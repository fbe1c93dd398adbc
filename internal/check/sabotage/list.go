package main

// sabotages are the places that are broken, one at a time. Whoever changes one changes it here too.
var sabotages = []sabotage{
	{"guess-limit-off-by-one", "dashboards/failures.go", `return w.count >= maxFailures &&`,
		`return w.count > maxFailures &&`, "./dashboards", "TestGuessLimit"},
	{"gzip-nested-once-more", "transformer/landing/landing.go", `maxNesting = 2 `,
		`maxNesting = 3 `, "./transformer", "TestLandingVariants"},
	{"failed-object-never-again", "internal/app/stage/waiting.go", `(o.tried.IsZero() || time.Since(o.tried) > pause)`,
		`o.tried.IsZero()`, "./internal/app/stage", "TestOneThatFails"},
	{"rules-do-not-wait", "internal/app/app.go", `a.upload.Oldest, a.transform.Oldest}`,
		`a.upload.Oldest}`, "./internal/app", "TestRulesWaitForTheTransformer"},
	{"failing-object-waited-for-ever", "internal/app/stage/waiting.go", `time.Since(o.failed) > failingLong && (failing == 1`,
		`time.Since(o.failed) > 1000*failingLong && (failing == 1`, "./internal/app/stage", "TestOneThatFails"},
	{"all-fail-and-nobody-waits", "internal/app/stage/waiting.go", `(failing == 1 || w.done.After(o.failed))`,
		`true`, "./internal/app/stage", "TestAllThatFail"},
	{"clock-alone-is-believed", "lake/expire.go", `if last := e.arrived.Add(evidenceSlack); clock.After(last) && !o.TrustClock {`,
		`if last := e.arrived.Add(evidenceSlack); false && clock.After(last) && !o.TrustClock {`, "./internal/app", "TestRetentionBelievesArrivals"},
	{"watermark-rises-freely", "lake/expire.go", `	freeRise   = 24 * time.Hour //`,
		`	freeRise   = 24000 * time.Hour //`, "./lake", "TestClockAhead"},
	{"future-watermark-counts", "lake/watermark.go", `	if w.ahead(l.clock()) {
		l.ahead[key] = w
		return
	}`,
		`	_ = w.ahead(l.clock())`, "./lake", "TestWatermarkOfTheFuture"},
	{"late-rows-expired", "lake/watermark.go", `return hour < w.hour && arrival.UnixMilli() <= w.arrived`,
		`return hour < w.hour`, "./lake", "TestLateRows"},
	{"commit-without-lock", "lake/lake.go", `func (l *Lake) Commit(e *Entry) error {
	defer l.lockEntry(e.ID)()`,
		`func (l *Lake) Commit(e *Entry) error {`, "./lake", "TestCommitKeepsCopies"},
	{"copies-done-at-once", "transformer/transformer.go", `	free, err := t.lake.Hold(ctx, src.ID)
	if err != nil {
		return Result{}, err
	}
	defer free()
`,
		`	var err error
`, "./lake", "TestCopiesAtOnce"},
	{"changed-object-taken", "transformer/transformer.go", `if replaces && !force {`,
		`if false && replaces && !force {`, "./lake", "TestChangedLanding"},
	{"worse-object-taken", "lake/changed.go", `a.Rows < b.Rows || a.Quarantined > b.Quarantined`,
		`false && a.Rows < b.Rows`, "./lake", "TestWorseThanDamaged"},
	{"null-is-a-slug", "workload.go", `if strings.EqualFold(s, "null") {`,
		`if strings.EqualFold(s, "nil") {`, "./lake/duckdb", "TestNoSlugIsMisread"},
	{"null-is-misread", "lake/duckdb/relation.go", `return strings.EqualFold(value, "null") ||`,
		`return strings.EqualFold(value, "nil") ||`, "./lake/duckdb", "TestPartitionsAreTexts"},
	{"rules-sleep-until-the-clock", "alerter/rules/engine.go", `last.After(now) {`,
		`false && last.After(now) {`, "./alerter/rules", "TestClockSetBack"},
	{"missed-windows-left-out", "alerter/rules/missed.go", `if last.IsZero() || end.Sub(last) <= window {`,
		`if true || last.IsZero() || end.Sub(last) <= window {`, "./alerter/rules", "TestMissedWindows"},
	{"page-points-pile-up", "internal/app/flow.go", `f.recent[n-1].At.Sub(now) > time.Second {`,
		`f.recent[n-1].At.Sub(now) > 1000*time.Hour {`, "./internal/app", "TestFlowClockSetBack"},
	{"file-cache-on", "lake/duckdb/duckdb.go", `SET enable_external_file_cache = false`,
		`SET enable_external_file_cache = true`, "./lake/duckdb", "TestNoFileCache"},
	{"half-sent-requests-eat-the-stop", "internal/app/pipeline.go", `	requestTime = 3 * time.Second`,
		`	requestTime = 30 * time.Second`, "./internal/app", "TestDrainOfHalfSentRequests"},
	{"json-with-c1", "cmd/seamark/output.go", `return r == 0x7f || r != utf8.RuneError && words.Hidden(r)`,
		`return r == 0x7f || r == utf8.RuneError && words.Hidden(r)`, "./cmd/seamark", "TestJSONObeysNoLogText"},
	{"late-entry-takes-the-newers-place", "lake/refresh.go", `current := l.entries[id] == h`,
		`current := true`, "./lake", "TestLateReader"},
	{"file-gone-is-damage", "lake/refresh.go", `return slices.ContainsFunc(keys, l.dead), nil`,
		`return false, nil`, "./lake", "TestReadersUnderCompaction"},
	{"replaced-before-announced", "lake/lake.go", `		if stale, err = l.announce(was, e); err != nil {
			return err
		}`,
		``, "./lake", "."},
	{"copies-forgotten", "lake/lake.go", `		e.Also = was.Also
`,
		``, "./lake", "TestCommitKeepsCopies"},
	{"acknowledged-before-the-disk", "collector/ingest/commit.go", `	return c.segment.Sync()`,
		`	return nil`, "./collector/ingest", "TestKillThenPowerCut|TestPowerCut"},
	{"broken-segment-discarded", "collector/ingest/commit.go", `if c.segment.Durable() == 0 {`,
		`if c.segment.Durable() >= 0 {`, "./collector/ingest", "."},
	{"foreign-filter-replaced", "collector/filter.go", `case want != nil && f.Name == want.Name && !mine(f):`,
		`case want != nil && f.Name == want.Name && !mine(f) && false:`, "./collector", "."},
	{"filters-before-the-note", "collector/filter.go", `		s.save(ctx) // from here`,
		`		// from here`, "./collector", "."},
	{"busy-server-blamed-on-the-document", "indexer/bulk.go", `case a.Status == 429 || a.Status >= 500:`,
		`case a.Status >= 500:`, "./indexer/...", "."},
	{"closed-index-rejects", "indexer/bulk.go", `case a.Status == 400 && !closedTypes[a.Type]:`,
		`case a.Status == 400:`, "./indexer/...", "."},
	{"half-of-a-split-lost", "indexer/deliver.go", `[]doc{b.docs[:half], b.docs[half:]}`,
		`[]doc{b.docs[:half]}`, "./indexer/...", "."},
	{"newest-minutes-from-the-index", "query/split/split.go", `if asked.To.IsZero() || at.To.Before(asked.To) {`,
		`if false {`, "./query/split", "."},
	{"failed-index-answers-empty", "query/split/split.go", `!errors.As(err, &failed) || ctx.Err() != nil {`,
		`true {`, "./query/split", "."},
	{"act-lost-when-not-done", "alerter/incident/inbox.go", `if err := do(a); err != nil {`,
		`if err := do(a); err != nil && false {`, "./alerter/incident", "."},
	{"flapping-told-each-time", "alerter/incident/flap.go", `	if turns >= manyTurns {`,
		`	if false {`, "./alerter/...", "Flap"},
}
