// /: is everything accounted for, what is wrong, what flows.

import { useMemo } from "preact/hooks";
import type { Flow, Incident } from "../api";
import { age, bytes, clock, count, date, duration, short } from "../format";
import { now, tick, zone } from "../clock";
import { Glyph } from "../level";
import { Bars, Legend } from "../ui/bars";
import { FaultBox } from "../ui/fault";
import { many, visible } from "../text";
import { isEmpty, known, waiting } from "./known";
import { flow, flowFault, heard, incidents, poll } from "./flowstore";
import { faultOf } from "./incidents";
import { FirstSteps } from "../logs/empty";

export function FlowView() {
  const f = flow.value;
  return (
    <main id="main" class="page flow" tabIndex={-1}>
      {flowFault.value && <Stale />}
      {f ? <Body f={f} /> : !flowFault.value && <p class="muted late">Loading…</p>}
    </main>
  );
}

function Stale() {
  void tick.value;
  const since = heard.value;
  return (
    <>
      <FaultBox fault={flowFault.value!} again={() => void poll()} />
      {since > 0 && <p class="notice warn">▲ No data for {age(Date.now() - since)}: what follows is of {clock(since, zone.value, false)}</p>}
    </>
  );
}

function Body({ f }: { f: Flow }) {
  const stale = flowFault.value !== null;
  const empty = isEmpty(f);
  const open = (incidents.value ?? []).filter((i) => i.status === "open");
  return (
    <div class={stale ? "stale" : ""}>
      <Verdict f={f} />
      {open.length > 0 && (
        <section class="card-list" aria-label="Open incidents">
          {open.map((i) => <IncidentLine key={i.id} i={i} />)}
        </section>
      )}
      {empty ? <FirstSteps /> : <><Tiles f={f} /><Chart f={f} /></>}
      <div class="halves">
        <Products f={f} />
        <Quarantine f={f} />
      </div>
    </div>
  );
}

function Verdict({ f }: { f: Flow }) {
  const k = known(f, flowFault.value, heard.value);
  if (k.kind === "unknown") {
    return <h1 class="verdict wrong"><span class="glyph warn" aria-hidden="true">?</span> <span>Not known since {clock(k.since, zone.value, false)}</span></h1>;
  }
  if (k.kind === "well") return <h1 class="verdict"><span class="glyph ok" aria-hidden="true">✓</span> <span>{k.text}</span></h1>;
  return (
    <>
      <h1 class="verdict wrong"><span class="glyph error" aria-hidden="true">✕</span> <span>{visible(k.what)}</span></h1>
      {k.remedy && <p class="remedy">{visible(k.remedy)}</p>}
      {k.more.map((m) => <p key={m.what} class="notice warn"><span>▲ {visible(m.what)}{m.remedy && <><br /><span class="muted">{visible(m.remedy)}</span></>}</span></p>)}
    </>
  );
}

function IncidentLine({ i }: { i: Incident }) {
  void tick.value;
  return (
    <a class="incident-line" href={`/incidents/${encodeURIComponent(i.id)}`}>
      <Glyph level={i.severity === "critical" ? "ERROR" : "WARN"} />
      <strong>{i.product} {i.environment}</strong>
      <span class="grow">{visible(faultOf(i))}</span>
      <span class="muted">{i.team} · open {age(now() - Date.parse(i.opened_at))}</span>
    </a>
  );
}

function Tiles({ f }: { f: Flow }) {
  const a = f.accounts;
  return (
    <dl class="tiles">
      <Tile name="Events per second" value={f.events_per_s < 10 ? f.events_per_s.toFixed(1) : short(f.events_per_s)} note={`${count(a.events)} in all, ${bytes(a.bytes_in)}`} />
      <Tile name="Rows" value={short(a.rows)} note={f.indexed === null || f.indexed === undefined ? `from ${many(a.objects, "object")}` : f.indexed === 1 ? "1 document indexed" : `${short(f.indexed)} documents indexed`} />
      <Tile name="Lag" value={duration(f.lag_ms)} note={waiting(f).slice(2) || "nothing waits"} />
      <Tile name="Quarantined" value={short(a.quarantined)} note={a.quarantined ? "kept, with the reason below" : "every byte was read"} warn={a.quarantined > 0} />
    </dl>
  );
}

function Tile({ name, value, note, warn = false }: { name: string; value: string; note: string; warn?: boolean }) {
  return (
    <div class="tile">
      <dt>{name}</dt>
      <dd class="figure">{warn && <span class="glyph warn" role="img" aria-label="attention">▲ </span>}{value}</dd>
      <dd class="muted">{note}</dd>
    </div>
  );
}

function Chart({ f }: { f: Flow }) {
  const z = zone.value;
  const points = f.recent ?? [];
  const at = Date.parse(f.at);
  const drawn = useMemo(() => {
    const step = 2000, to = Math.floor(at / step) * step + step, from = to - 300_000;
    const starts = Array.from({ length: 150 }, (_, i) => from + i * step);
    const rows = starts.map(() => 0), bad = starts.map(() => 0);
    for (const p of points) {
      const i = Math.floor((Date.parse(p.at) - from) / step);
      if (i >= 0 && i < starts.length) {
        rows[i]! += p.rows / 2;
        bad[i]! += p.quarantined / 2;
      }
    }
    return { from, to, step, starts, stacks: [{ label: "quarantined", color: "--warn", values: bad }, { label: "rows", color: "--info", values: rows }] };
  }, [points, at]);
  return (
    <section class="panel" aria-labelledby="chart-title">
      <h2 id="chart-title">Rows per second <span class="muted">last 5 minutes</span></h2>
      <Legend stacks={drawn.stacks} counts={false} />
      <Bars label="Rows per second in the last five minutes" height={140} zone={z} axes {...drawn} />
    </section>
  );
}

function Products({ f }: { f: Flow }) {
  const list = f.products ?? [];
  if (list.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="products-title">
      <h2 id="products-title">Products <span class="muted">last 5 minutes, worst first</span></h2>
      <div class="scroller" tabIndex={0} role="group" aria-label="Product table">
        <table class="grid">
          <thead><tr><th scope="col">product</th><th scope="col" class="num">rows</th><th scope="col" class="num">errors</th><th scope="col"><span class="unseen">incident</span></th></tr></thead>
          <tbody>
            {list.map((p) => {
              const q = `/logs?from=now-15m&to=now&product=${encodeURIComponent(p.product)}&environment=${encodeURIComponent(p.environment)}`;
              return (
                <tr key={p.product + "/" + p.environment}>
                  <th scope="row"><a href={q}>{p.product}</a> <span class="muted">{p.environment}</span></th>
                  <td class="num">{count(p.rows)}</td>
                  <td class="num">{p.errors > 0 ? <a class="bad" href={q + "&level=ERROR,FATAL"}><span class="glyph error" aria-hidden="true">✕</span> {count(p.errors)}</a> : <span class="muted">0</span>}</td>
                  <td>{p.incident && <a href={`/incidents/${encodeURIComponent(p.incident)}`}>incident</a>}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Quarantine({ f }: { f: Flow }) {
  const list = f.quarantine ?? [];
  if (list.length === 0) return null;
  const z = zone.value, today = date(now(), z);
  return (
    <section class="panel" aria-labelledby="quarantine-title">
      <h2 id="quarantine-title">Quarantine <span class="muted">newest first; the bytes are kept</span></h2>
      <ul class="quarantine">
        {list.map((q) => {
          const ms = Date.parse(q.at);
          return (
            <li key={q.kept}>
              <p><span class="glyph warn" role="img" aria-label="quarantined">▲</span> {visible(q.reason)}</p>
              <p class="muted mono">{date(ms, z) === today ? "" : date(ms, z) + " "}{clock(ms, z, false)} · {visible(q.origin)} at byte {count(q.offset)} · {bytes(q.bytes)}</p>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
