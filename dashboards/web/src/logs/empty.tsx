// No rows: which filter emptied it, and where the nearest match lies.

import { useEffect, useState } from "preact/hooks";
import { get, type HistogramAnswer, type LogsAnswer, timeOf } from "../api";
import { age, short } from "../format";
import { now } from "../clock";
import { fieldName, valueName } from "./names";
import { visible } from "../text";
import { apiQuery, toggleTerm, type LogsState } from "../url";
import { flow } from "../views/flowstore";
import { ask, frame, parts, shown, zoomTo } from "./store";

interface Hint {
  without: { label: string; count: number; apply: () => void }[];
  nearest: number | null;
}

export function Empty() {
  const s = shown.value, f = frame.value;
  const [hint, setHint] = useState<Hint | null>(null);
  useEffect(() => {
    setHint(null);
    if (!s || !f) return;
    const stop = new AbortController();
    diagnose(s, parts.value, f.from, f.to, stop.signal).then(setHint, () => undefined);
    return () => stop.abort();
  }, [s, f?.from, f?.to]);
  if (!s || !f) return null;
  if (flow.value && flow.value.accounts.rows === 0) return <><h2>Nothing has arrived yet</h2><FirstSteps /></>;
  return (
    <div class="empty">
      <h2>No rows in this window</h2>
      {hint?.without.map((w) => (
        <p key={w.label}>Without {w.label} there {w.count === 1 ? "is" : "are"} {short(w.count)}. <button class="link" onClick={w.apply}>Take it away</button></p>
      ))}
      {hint && hint.nearest !== null && (
        <p>The nearest match is {age(now() - hint.nearest)} old. <button class="link" onClick={() => zoomTo(hint.nearest! - 30 * 60_000, hint.nearest! + 30 * 60_000)}>Show it</button></p>
      )}
      {hint && hint.without.length === 0 && hint.nearest === null && <p class="muted">Nor in the 30 days before, and no single filter is to blame.</p>}
    </div>
  );
}

/** Counts what each filter keeps out, and looks for the last match in the 30 days before. */
async function diagnose(s: LogsState, conditions: readonly { text: string; rest: string }[], from: number, to: number, signal: AbortSignal): Promise<Hint> {
  const fixed: LogsState = { ...s, from: String(from), to: String(to) };
  const size = async (x: LogsState): Promise<number> => {
    const h = await get<HistogramAnswer>("/api/logs/histogram" + apiQuery(x, undefined, "UTC"), signal);
    return h.buckets.reduce((sum, b) => sum + Object.values(b.counts).reduce((a, c) => a + c, 0), 0);
  };
  const without: Hint["without"] = [];
  for (const p of conditions.slice(0, 6)) without.push({ label: `“${visible(p.text)}”`, count: await size({ ...fixed, q: p.rest }), apply: () => ask({ q: p.rest }) });
  if (conditions.length > 1 && without.every((w) => w.count === 0)) {
    without.push({ label: "the text", count: await size({ ...fixed, q: "" }), apply: () => ask({ q: "" }) });
  }
  for (const t of s.terms.slice(0, 6)) {
    const rest = s.terms.filter((x) => x !== t);
    const label = `${t.not ? "not " : ""}${fieldName(t.field)} ${t.values.map((v) => valueName(t.field, v)).join(" or ")}`;
    without.push({ label, count: await size({ ...fixed, terms: rest }), apply: () => ask({ terms: t.values.reduce((state, v) => toggleTerm(state, t.field, v, t.not), s).terms }) });
  }
  const last = await get<LogsAnswer>("/api/logs" + apiQuery({ ...fixed, from: String(Math.max(0, from - 30 * 86_400_000)), to: String(from) }, undefined, "UTC") + "&limit=1", signal);
  return { without: without.filter((w) => w.count > 0), nearest: last.rows[0] ? timeOf(last.rows[0]) : null };
}

export function FirstSteps() {
  const lake = flow.value?.lake || "LAKE";
  return (
    <div class="empty">
      <p>See it work with a simulated company:</p>
      <pre tabIndex={0} aria-label="command">seamark demo</pre>
      <p>Or bring landing objects of your own:</p>
      <pre tabIndex={0} aria-label="command">seamark transform --lake {lake} landing/*.gz</pre>
    </div>
  );
}
