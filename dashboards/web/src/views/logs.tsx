// /logs: query bar, histogram, rows; facets on the left.

import { useEffect, useRef, useState } from "preact/hooks";
import { visible } from "../text";
import { ask, barsOld, cancel, facetsOld, fault, frame, frozen, goLive, histogram, loading, notes, refresh, rows, shown, stale, state } from "../logs/store";
import { FindBar } from "../logs/findbar";
import { unknownRow } from "../logs/cursor";
import { lost, overrun, paused, resume, stop, tail, waitingCount } from "../logs/live";
import { startCursor } from "../logs/cursor";
import { flow } from "./flowstore";
import { age, count, stamp, zoneName } from "../format";
import { now, tick, zone } from "../clock";
import { QueryBar } from "../logs/querybar";
import { Histogram, NoHistogram } from "../logs/histogram";
import { Facets } from "../logs/facets";
import { Rows } from "../logs/rows";
import { Empty } from "../logs/empty";
import { Compare } from "../logs/compare";
import { FaultBox } from "../ui/fault";

export function LogsView() {
  const [sheet, setSheet] = useState(false);
  useEffect(() => startCursor(), []);
  const first = shown.value === null, dim = loading.value || stale.value;
  return (
    <main id="main" class="logs" tabIndex={-1}>
      <h1 class="unseen">Logs</h1>
      <QueryBar onFacets={() => setSheet(!sheet)} facetsOpen={sheet} />
      <Progress />
      <AsOf />
      <UnknownRow />
      <Behind />
      {notes.value.map((n) => <p key={n} class="notice warn">▲ {visible(n)}</p>)}
      {fault.value && <FaultBox fault={fault.value} again={refresh} />}
      <AsPhrase />
      <div class="body">
        <Sheet open={sheet} dim={dim || facetsOld.value} shut={() => setSheet(false)} />
        <section class={dim ? "found dim" : "found"} aria-label="Rows" aria-busy={loading.value}>
          {histogram.value ? <div class={barsOld.value ? "dim" : ""}><Histogram /></div> : !fault.value && <NoHistogram />}
          {state.value.compare && state.value.table === "logs" && <Compare />}
          <Tail />
          <FindBar />
          {rows.value.length > 0 ? <Rows /> : !first && !loading.value && !fault.value && <Empty />}
        </section>
      </div>
    </main>
  );
}

/** The facets: a column, or on a narrow screen a sheet over the page, which takes and gives back the focus. */
function Sheet({ open, dim, shut }: { open: boolean; dim: boolean; shut: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const back = document.activeElement as HTMLElement | null;
    box.current?.querySelector<HTMLElement>(".sheet-head button")?.focus();
    const others = [...document.querySelectorAll<HTMLElement>(".skip, .top, .logs > :not(.body), .found")];
    others.forEach((e) => (e.inert = true));
    const wide = matchMedia("(min-width: 901px)"); // there it is a column again
    wide.addEventListener("change", shut);
    return () => {
      others.forEach((e) => (e.inert = false));
      wide.removeEventListener("change", shut);
      back?.focus();
    };
  }, [open]);
  const onKey = (e: KeyboardEvent) => {
    if (!open || e.key !== "Escape") return;
    e.stopPropagation();
    shut();
  };
  return (
    <div ref={box} class={`facets${open ? " open" : ""}${dim ? " dim" : ""}`} aria-label="Filters" role={open ? "dialog" : "complementary"} aria-modal={open || undefined} onKeyDown={onKey}>
      <Facets onClose={shut} />
    </div>
  );
}

/** A bar after 200 ms (by CSS), and a way out of a slow question. */
function Progress() {
  if (!loading.value) return <div class="progress" />;
  return <div class="progress on" role="progressbar" aria-label="Searching"><button class="tool" onClick={cancel}>Cancel</button></div>;
}

function AsOf() {
  void tick.value;
  const f = frame.value;
  if (!frozen.value || !f) return null;
  const z = zone.value;
  return (
    <div class="notice">
      <span>As of {age(now() - f.at)} ago ({stamp(f.at, z)} {zoneName(f.at, z)})</span>
      <button class="tool" onClick={goLive}>Go live</button>
    </div>
  );
}

/** Rows do not arrive as they should: what is found here is not all there is. */
function Behind() {
  const held = (flow.value?.troubles ?? []).find((t) => ["transformer", "front_door", "upload"].includes(t.component));
  return held ? <p class="notice warn"><span>▲ The newest rows may be missing: {visible(held.what)}{held.remedy && <><br /><span class="muted">{visible(held.remedy)}</span></>}</span></p> : null;
}

/** The address names a row that is not here: why, and what helps. */
function UnknownRow() {
  const u = unknownRow.value;
  if (!u) return null;
  const id = visible(u.id);
  switch (u.why) {
    case "gone":
      return <p class="notice warn" role="status"><span>▲ This link's row, {id}, is not among the rows of this time: it may have been removed, or the address was cut</span></p>;
    case "filtered":
      return <div class="notice warn" role="status"><span>▲ This link's row, {id}, is there, but a filter keeps it out</span><button class="tool" onClick={() => ask({ q: "", terms: [], row: u.id })}>Show it</button></div>;
    case "deep":
      return <div class="notice warn" role="status"><span>▲ This link's row, {id}, lies below the rows that are loaded</span><button class="tool" onClick={() => ask({ q: "", terms: [{ field: "event_id", values: [u.id], not: false }], row: u.id })}>Show it alone</button></div>;
  }
}

/** A pasted line that is no query is offered as the words that it holds. */
function AsPhrase() {
  const q = state.value.q;
  if (fault.value?.where !== "query" || !/[\p{L}\p{N}_]/u.test(q)) return null;
  const line = q.replace(/\s+/g, " ").slice(0, 400).trim();
  const phrase = `"${line.replace(/["\\]/g, "\\$&")}"`;
  if (phrase === q) return null;
  return <p class="notice"><span>Pasted as it stood in a log?</span><button class="tool" onClick={() => ask({ q: phrase })}>Search for it as one phrase</button></p>;
}

/** What the tail does, where the reader is: it stays on top while the rows scroll. */
function Tail() {
  void tick.value;
  switch (tail.value) {
    case "lost":
      return <div class="notice wrong tailbar" role="status"><span><span aria-hidden="true">✕ </span>Not live for {age(Date.now() - lost.value)}: asking again</span><button class="tool" onClick={stop}>Stop</button></div>;
    case "paused":
      return (
        <div class="notice warn tailbar" role="status">
          <span><span aria-hidden="true">▲ </span>Paused by {paused.value}, {count(waitingCount.value)} new</span>
          <button class="tool" onClick={resume}>Resume (l)</button>
        </div>
      );
    case "live":
      return overrun.value && state.value
        ? <div class="notice warn tailbar" role="status">▲ More arrives than is shown: add a filter</div>
        : <div class="notice well tailbar"><span>Live: new rows come on top</span></div>;
  }
  return null;
}
