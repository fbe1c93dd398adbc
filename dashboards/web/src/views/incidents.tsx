// /incidents: the open ones, longest first; below, what was resolved.

import type { Incident } from "../api";
import { clock, duration, stamp } from "../format";
import { now, tick, zone } from "../clock";
import { Glyph } from "../level";
import { FaultBox } from "../ui/fault";
import { flow, flowFault, heard, incidents, incidentsMore, poll, said } from "./flowstore";
import { known, watching } from "./known";
import { many, visible } from "../text";

/** How bad, in one line, as the card says it. */
export const faultOf = (i: Incident): string => said.value.get(i.id)?.fault || [...new Set((i.alarms ?? []).map((a) => a.rule))].join(", ");

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
            ? <Calm />
            : <><Blind /><section class="card-list" aria-label="Open incidents">{open.map((i) => <Line key={i.id} i={i} />)}</section></>}
          {done.length > 0 && (
            <>
              <h2>Resolved</h2>
              <section class="card-list" aria-label="Resolved incidents">{done.map((i) => <Line key={i.id} i={i} />)}</section>
              {incidentsMore.value > 0 && <p class="muted">{many(incidentsMore.value, "older one is", "older ones are")} not listed.</p>}
            </>
          )}
        </>
      )}
    </main>
  );
}

/** No incident is open: all is well only where that is known, and alarms are looked for. */
function Calm() {
  const k = known(flow.value, flowFault.value, heard.value);
  const blind = watching(flow.value);
  if (k.kind === "unknown") {
    return <p class="calm"><span class="glyph warn" aria-hidden="true">?</span> {k.since ? <>Not known since {clock(k.since, zone.value, false)}: no incident was open then.</> : "Not known."}</p>;
  }
  if (blind) return <p class="calm"><span class="glyph warn" aria-hidden="true">▲</span> No incident is open, but not all is looked at: {visible(blind.what)}{blind.remedy && <><br /><span class="muted">{visible(blind.remedy)}</span></>}</p>;
  return <p class="calm"><span class="glyph ok" aria-hidden="true">✓</span> No incident is open.</p>;
}

/** What keeps alarms from being told, beside those that are. */
function Blind() {
  const blind = watching(flow.value);
  return blind ? <p class="notice warn"><span>▲ Not all is looked at: {visible(blind.what)}{blind.remedy && <><br /><span class="muted">{visible(blind.remedy)}</span></>}</span></p> : null;
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
      <span class="grow">{visible(faultOf(i))}</span>
      <span class="muted">{i.team}</span>
      <span class="muted nowrap">{isOpen ? `open ${duration(lasted)}` : `${stamp(opened, z).slice(0, 16)}, lasted ${duration(lasted)}`}</span>
    </a>
  );
}
