// /incidents: the open ones, longest first; below, what was resolved.

import type { Incident } from "../api";
import { age, count, duration, measured, stamp } from "../format";
import { now, tick, zone } from "../clock";
import { Glyph } from "../level";
import { FaultBox } from "../ui/fault";
import { flowFault, incidents, incidentsMore, poll } from "./flowstore";

const ruleNames: Record<string, string> = { "4xx": "4xx responses", "5xx": "5xx responses", errors: "error logs", latency: "latency" };

/** How bad, in one line: the worst firing alarm with its number, and how many more there are. */
export function faultOf(i: Incident): string {
  const all = i.alarms ?? [];
  const firing = all.filter((a) => a.state === "firing");
  const list = firing.length > 0 ? firing : all;
  const a = list[0];
  if (!a) return "";
  const more = list.length > 1 ? `, and ${list.length - 1} more` : "";
  const worst = firing.length > 0 ? a.value : Math.max(a.value, a.peak ?? 0); // what is over is told by its peak
  return `${ruleNames[a.rule] ?? a.rule} ${measured(worst, a.unit)} (limit ${measured(a.threshold, a.unit)})${more}`;
}

export function IncidentsView() {
  const list = incidents.value;
  const open = (list ?? []).filter((i) => i.status === "open");
  const done = (list ?? []).filter((i) => i.status !== "open");
  return (
    <main id="main" class="page" tabIndex={-1}>
      {flowFault.value && <FaultBox fault={flowFault.value} again={() => void poll()} />}
      <h1>Incidents</h1>
      {list === null ? <p class="muted late">Loading…</p> : (
        <>
          {open.length === 0
            ? <p class="calm"><span class="glyph ok" aria-hidden="true">✓</span> Nothing is wrong.</p>
            : <section class="card-list" aria-label="Open incidents">{open.map((i) => <Line key={i.id} i={i} />)}</section>}
          {done.length > 0 && (
            <>
              <h2>Resolved</h2>
              <section class="card-list" aria-label="Resolved incidents">{done.map((i) => <Line key={i.id} i={i} />)}</section>
              {incidentsMore.value > 0 && <p class="muted">{count(incidentsMore.value)} older ones are not listed.</p>}
            </>
          )}
        </>
      )}
    </main>
  );
}

function Line({ i }: { i: Incident }) {
  void tick.value;
  const opened = Date.parse(i.opened_at), z = zone.value;
  const isOpen = i.status === "open";
  const lasted = (isOpen ? now() : Date.parse(i.resolved_at ?? i.updated_at)) - opened;
  return (
    <a class="incident-line" href={`/incidents/${encodeURIComponent(i.id)}`}>
      {isOpen ? <Glyph level={i.severity === "critical" ? "ERROR" : "WARN"} /> : <span class="glyph ok" role="img" aria-label="resolved">✓</span>}
      <strong>{i.product} {i.environment}</strong>
      <span class="grow">{faultOf(i)}</span>
      <span class="muted">{i.team}</span>
      <span class="muted nowrap">{isOpen ? `open ${age(lasted)}` : `${stamp(opened, z).slice(0, 16)}, lasted ${duration(lasted)}`}</span>
    </a>
  );
}
