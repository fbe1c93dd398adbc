// /incidents/:id: what is wrong, since when, how bad, whose; patterns, chart, timeline;
// the cards as chat shows them.

import { useEffect, useMemo, useState } from "preact/hooks";
import { asFault, get, isAbort, type Alarm, type Fault, type Incident, type IncidentAnswer, type Pattern } from "../api";
import { bothZones, clock, count, date, duration, stamp, zoneName } from "../format";
import { learn, now, tick, zone } from "../clock";
import { localZone } from "../time/zone";
import { Glyph, isStatus } from "../level";
import { visible } from "../text";
import { Bars, Legend } from "../ui/bars";
import { stackBuckets } from "../stack";
import { FaultBox } from "../ui/fault";
import { CardTabs } from "../cards/tabs";

type SaidPatterns = NonNullable<IncidentAnswer["said"]["patterns"]>;

export function IncidentView({ id }: { id: string }) {
  const [answer, setAnswer] = useState<IncidentAnswer | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    setAnswer(null);
    setFault(null);
  }, [id]);
  useEffect(() => {
    const stop = new AbortController();
    get<IncidentAnswer>("/api/incidents/" + encodeURIComponent(id), stop.signal).then(
      (a) => {
        learn(a.now);
        setAnswer(a);
        setFault(null);
      },
      (e: unknown) => isAbort(e) || setFault(asFault(e)),
    );
    const again = setTimeout(() => document.hidden || setTurn(turn + 1), 4000);
    return () => {
      stop.abort();
      clearTimeout(again);
    };
  }, [id, turn]);
  return (
    <main id="main" class="page incident" tabIndex={-1}>
      <p class="crumb"><a href="/incidents">Incidents</a></p>
      {fault && <FaultBox fault={fault} again={() => setTurn(turn + 1)} />}
      {answer ? <Body a={answer} /> : !fault && <p class="muted late">Loading…</p>}
    </main>
  );
}

function Body({ a }: { a: IncidentAnswer }) {
  const i = a.incident;
  return (
    <>
      <Title i={i} fault={a.said.fault} />
      <div class="two">
        <div class="left">
          <Patterns list={a.patterns} said={a.said.patterns ?? []} i={i} />
          <Series i={i} />
          <Alarms list={i.alarms ?? []} said={a.said.alarms ?? []} />
          <Timeline i={i} />
        </div>
        <aside aria-label="Cards"><CardTabs cards={a.cards} at={Date.parse(i.updated_at)} /></aside>
      </div>
      {i.runbook && <p class="runbook-end"><a class="primary" href={i.runbook} target="_blank" rel="noreferrer noopener">Open the runbook</a></p>}
    </>
  );
}

/** The logs of the incident: its product and environment, from a little before it began to its end. */
function logsLink(i: Incident, rest = ""): string {
  const from = Date.parse(i.opened_at) - 10 * 60_000;
  const to = i.resolved_at ? String(Date.parse(i.resolved_at) + 60_000) : "now";
  return `/logs?from=${from}&to=${to}&product=${encodeURIComponent(i.product)}&environment=${encodeURIComponent(i.environment)}${rest}`;
}

function Title({ i, fault }: { i: Incident; fault: string }) {
  void tick.value;
  const z = zone.value, opened = Date.parse(i.opened_at), isOpen = i.status === "open";
  const lasted = (isOpen ? now() : Date.parse(i.resolved_at ?? i.updated_at)) - opened;
  return (
    <header class="incident-head">
      <h1>
        {isOpen ? <Glyph level={i.severity === "critical" ? "ERROR" : "WARN"} /> : <span class="glyph ok" role="img" aria-label="resolved">✓</span>}
        {" "}<span>{i.product} {i.environment}</span> <span class="how-bad">{visible(fault)}</span>
      </h1>
      <dl class="facts">
        <div><dt>Status</dt><dd>{isOpen ? "open" : "resolved"}, {i.severity}</dd></div>
        <div><dt>Since</dt><dd title={bothZones(opened, localZone())}>{stamp(opened, z)} {zoneName(opened, z)}</dd></div>
        <div><dt>{isOpen ? "For" : "Lasted"}</dt><dd>{duration(lasted)}</dd></div>
        <div><dt>Owner</dt><dd>{visible(i.team) || "nobody named"}</dd></div>
        <div><dt>Runbook</dt><dd>{i.runbook ? <a href={i.runbook} target="_blank" rel="noreferrer noopener">{i.runbook.replace(/^https?:\/\//, "")}</a> : <span class="muted">none tagged</span>}</dd></div>
        <div><dt>Logs</dt><dd><a href={logsLink(i, "&level=ERROR,FATAL")}>errors</a> · <a href={logsLink(i)}>all</a> · <a href={logsLink(i, "&table=access_logs")}>requests</a></dd></div>
      </dl>
    </header>
  );
}

function Patterns({ list, said, i }: { list: Pattern[]; said: SaidPatterns; i: Incident }) {
  const z = zone.value;
  if (list.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="patterns-title">
      <h2 id="patterns-title">Top patterns</h2>
      <ol class="patterns">
        {list.map((p, n) => {
          const l = p.sample.log, of = said[n];
          return (
            <li key={p.fingerprint}>
              <p class="pattern-head">
                <strong>{count(p.count)} ×</strong> <Glyph level={l?.level ?? "ERROR"} /> {of && <span>{visible(of.kind)}</span>} <span class="component">{visible(l?.component ?? "")}</span>
                <span class="grow" />
                <a href={logsLink(i, `&fingerprint=${encodeURIComponent(p.fingerprint)}`)}>show rows</a>
              </p>
              <pre tabIndex={0} aria-label="sample">{visible([of?.sample ?? l?.message ?? "", ...(of?.stack ?? [])].join("\n"))}</pre>
              <p class="muted">first {clock(Date.parse(p.first), z, false)}, last {clock(Date.parse(p.last), z, false)} {zoneName(Date.parse(p.last), z)}</p>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** Rows by level and requests by status: two charts, as neither is part of the other. */
function Series({ i }: { i: Incident }) {
  const drawn = useMemo(() => {
    const buckets = (i.series ?? []).map((b) => ({ start: Date.parse(b.start), counts: b.counts }));
    if (buckets.length < 2) return null;
    const gaps = buckets.slice(1).map((b, n) => b.start - buckets[n]!.start).filter((g) => g > 0);
    const step = Math.max(1000, Math.min(...gaps));
    const from = buckets[0]!.start, to = buckets.at(-1)!.start + step;
    const part = (status: boolean) => buckets.map((b) => ({ start: b.start, counts: Object.fromEntries(Object.entries(b.counts ?? {}).filter(([name]) => isStatus(name) === status)) }));
    return { from, to, step, logs: stackBuckets(part(false), from, to, step), access: stackBuckets(part(true), from, to, step) };
  }, [i.series]);
  if (!drawn) return null;
  const { logs, access, ...frame } = drawn;
  return (
    <>
      {logs.stacks.length > 0 && <OverTime id="series" title="Rows by level" i={i} frame={frame} drawn={logs} />}
      {access.stacks.length > 0 && <OverTime id="requests" title="Requests by status" i={i} frame={frame} drawn={access} />}
    </>
  );
}

interface OverTimeProps {
  id: string;
  title: string;
  i: Incident;
  frame: { from: number; to: number; step: number };
  drawn: ReturnType<typeof stackBuckets>;
}

function OverTime({ id, title, i, frame, drawn }: OverTimeProps) {
  const marks = [{ at: Date.parse(i.opened_at), label: "opened", color: "--error-text" }];
  if (i.resolved_at) marks.push({ at: Date.parse(i.resolved_at), label: "resolved", color: "--ok" });
  return (
    <section class="panel" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title} <span class="muted">{duration(frame.step)} a bar</span></h2>
      <Legend stacks={drawn.stacks} />
      <Bars label={`${title} over the incident`} height={120} zone={zone.value} axes marks={marks} {...frame} {...drawn} />
    </section>
  );
}

function Alarms({ list, said }: { list: Alarm[]; said: string[] }) {
  if (list.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="alarms-title">
      <h2 id="alarms-title">Alarms</h2>
      <table class="grid fits">
        <thead><tr><th scope="col">rule</th><th scope="col">component</th><th scope="col">measured</th></tr></thead>
        <tbody>
          {list.map((a, n) => (
            <tr key={a.name} title={visible(a.reason)}>
              <th scope="row"><Glyph level={a.state === "firing" ? "ERROR" : "2xx"} /> {visible(a.rule)} <span class="muted">{a.state}</span></th>
              <td>{visible(a.scope.component ?? "")} <span class="muted place">{[a.scope.account_id, a.scope.region].filter(Boolean).join(" ")}</span></td>
              <td>{visible(said[n] ?? "")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Timeline({ i }: { i: Incident }) {
  const z = zone.value, list = i.timeline ?? [];
  if (list.length === 0) return null;
  const first = date(Date.parse(list[0]!.at), z);
  return (
    <section class="panel" aria-labelledby="timeline-title">
      <h2 id="timeline-title">Timeline</h2>
      <ol class="timeline">
        {list.map((m, n) => {
          const ms = Date.parse(m.at);
          return <li key={n}><time dateTime={m.at} title={bothZones(ms, localZone())}>{date(ms, z) === first ? "" : date(ms, z) + " "}{clock(ms, z, false)}</time> <span>{visible(m.what)}</span></li>;
        })}
      </ol>
    </section>
  );
}
