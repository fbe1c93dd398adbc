// /logs: query bar, histogram, rows; facets on the left.

import { useEffect, useState } from "preact/hooks";
import { barsOld, cancel, facets, facetsOld, fault, frame, frozen, goLive, histogram, loading, refresh, rows, shown, stale, state } from "../logs/store";
import { lost, overrun, paused, resume, stop, tail, waitingCount } from "../logs/live";
import { startCursor } from "../logs/cursor";
import { age, count, stamp, zoneName } from "../format";
import { now, tick, zone } from "../clock";
import { QueryBar } from "../logs/querybar";
import { Histogram } from "../logs/histogram";
import { Facets } from "../logs/facets";
import { Rows } from "../logs/rows";
import { Empty } from "../logs/empty";
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
      {fault.value && <FaultBox fault={fault.value} again={refresh} />}
      <div class="body">
        <aside class={`facets${sheet ? " open" : ""}${dim || facetsOld.value ? " dim" : ""}`} aria-label="Filters">
          {facets.value.length > 0 && <Facets onClose={() => setSheet(false)} />}
        </aside>
        <section class={dim ? "found dim" : "found"} aria-label="Rows" aria-busy={loading.value}>
          {histogram.value && <div class={barsOld.value ? "dim" : ""}><Histogram /></div>}
          <Tail />
          {rows.value.length > 0 ? <Rows /> : !first && !loading.value && !fault.value && <Empty />}
        </section>
      </div>
    </main>
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
      return overrun.value && state.value ? <div class="notice warn tailbar" role="status">▲ More arrives than is shown: add a filter</div> : null;
  }
  return null;
}
