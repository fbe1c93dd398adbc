package main

// sabotages are the places that are broken, one at a time. Whoever changes one changes it here too.
var sabotages = []sabotage{
	{"guess-limit-off-by-one", "dashboards/failures.go", `return w.count >= maxFailures &&`,
		`return w.count > maxFailures &&`, "./dashboards", "TestGuessLimit"},
	{"gzip-nested-once-more", "transformer/landing/landing.go", `maxNesting = 2 `,
		`maxNesting = 3 `, "./transformer", "TestLandingVariants"},
	{"failed-object-never-again", "internal/app/waiting.go", `(o.tried.IsZero() || time.Since(o.tried) > pause)`,
		`o.tried.IsZero()`, "./internal/app", "TestOneThatFails"},
	{"rules-do-not-wait", "internal/app/app.go", `a.upload.oldest, a.transform.oldest}`,
		`a.upload.oldest}`, "./internal/app", "TestRulesWaitForTheTransformer"},
	{"failing-object-waited-for-ever", "internal/app/waiting.go", `time.Since(o.failed) > failingLong && (failing == 1`,
		`time.Since(o.failed) > 1000*failingLong && (failing == 1`, "./internal/app", "TestOneThatFails"},
	{"all-fail-and-nobody-waits", "internal/app/waiting.go", `(failing == 1 || w.done.After(o.failed))`,
		`true`, "./internal/app", "TestAllThatFail"},
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
		`return r == 0x7f`, "./cmd/seamark", "TestJSONObeysNoLogText"},
}
