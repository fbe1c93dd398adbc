// An open row: every field with include, exclude, copy; texts whole; data pretty or raw.

import { useState } from "preact/hooks";
import { asFault, type Fault, idOf, type Row, timeOf } from "../api";
import { bothZones, bytes } from "../format";
import { Glyph } from "../level";
import { localZone } from "../time/zone";
import { raw } from "../prefs";
import { fieldsOf, type Term } from "../url";
import { ask, marks, state, whole } from "./store";
import { copy, filterBy, rowLink } from "./actions";
import { Marked } from "./marked";
import { visible } from "../text";
import { fieldName } from "./names";
import { pretty } from "./pretty";
import { around, nextSize } from "./around";
import { Journey, journeyId } from "./journey";

const order = [
  "level", "status", "method", "path", "route", "event_name", "latency_ms", "integration_latency_ms", "response_bytes", "ip",
  "user_agent", "protocol", "component", "team", "source", "stream", "account_id", "region", "request_id", "trace_id", "span_id",
  "error_type", "error_message", "fingerprint", "event_id",
];
const texts = new Set(["message", "event_data", "error_stack", "extra"]);

export function RowDetail({ row, zone: z }: { row: Row; zone: string }) {
  const columns = (row.log ?? row.access) as Record<string, string | number | undefined>;
  const entries: [string, string | number][] = [["product", row.product], ["environment", row.environment]];
  for (const name of order) {
    const value = columns[name];
    if (value !== undefined && value !== "") entries.push([name, value]);
  }
  const filterable = new Set(fieldsOf(row.table));
  const [journey, setJourney] = useState(false);
  return (
    <div class="detail">
      <Actions row={row} journey={journey} onJourney={() => setJourney(!journey)} />
      {journey && <Journey row={row} />}
      {columns.message && <Text row={row} name="message" value={String(columns.message)} />}
      {columns.error_stack && <Text row={row} name="error_stack" value={String(columns.error_stack)} />}
      {columns.event_data && <Text row={row} name="event_data" value={String(columns.event_data)} json />}
      {columns.extra && <Text row={row} name="extra" value={String(columns.extra)} json />}
      <dl class="fields">
        <div><dt>time</dt><dd class="value" title={bothZones(timeOf(row), localZone())}>{bothZones(timeOf(row), z).split("\n")[0]}</dd></div>
        {entries.filter(([name]) => !texts.has(name)).map(([name, value]) => (
          <FieldLine key={name} name={name} value={String(value)} cut={row.cut?.[name]} filterable={filterable.has(name)} row={row} />
        ))}
        <div><dt>arrived</dt><dd class="value" title={bothZones(Number(columns.ingested_at), localZone())}>{bothZones(Number(columns.ingested_at), z).split("\n")[0]}</dd></div>
      </dl>
    </div>
  );
}

const besideWord = (row: Row): string => {
  const n = nextSize(idOf(row));
  return n === undefined ? "Hide context" : n === 10 ? "Context" : "More context";
};

function Actions({ row, journey, onJourney }: { row: Row; journey: boolean; onJourney: () => void }) {
  const l = row.log ?? row.access;
  const only = (field: string, value: string) => {
    const terms: Term[] = [{ field, values: [value], not: false }];
    ask({ terms, q: "" });
  };
  return (
    <p class="actions">
      {journeyId(row) && <button class="tool" aria-pressed={journey} onClick={onJourney} title="What this request caused: access log, invocations, stack traces">Journey</button>}
      {l?.request_id && <button class="tool" onClick={() => only("request_id", l.request_id!)}>Same request</button>}
      {row.log?.fingerprint && <button class="tool" onClick={() => only("fingerprint", row.log!.fingerprint!)}>Same pattern</button>}
      <button class="tool" onClick={() => void around(row)} title="The rows around it in its stream, unfiltered (c)">{besideWord(row)}</button>
      <button class="tool" onClick={() => void copy(rowLink(row), "a link to the row")} title="Copy a link to this row (y)">Copy link</button>
      <button class="tool" onClick={() => void copy(JSON.stringify(row.log ?? row.access, null, 2), "the row as JSON")}>Copy JSON</button>
    </p>
  );
}

function FieldLine({ name, value, cut, filterable, row }: { name: string; value: string; cut: number | undefined; filterable: boolean; row: Row }) {
  const label = fieldName(name);
  const has = (not: boolean) => state.value.terms.some((t) => t.field === name && t.not === not && t.values.includes(value));
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <span class="value mono">{name === "level" && <Glyph level={value} />} {visible(value)}{cut && <More row={row} size={cut} />}</span>
        <span class="does">
          {filterable && <button aria-pressed={has(false)} title="Include" aria-label={`Include ${label} ${visible(value)}`} onClick={() => filterBy(name, value, false)}>=</button>}
          {filterable && <button aria-pressed={has(true)} title="Exclude" aria-label={`Exclude ${label} ${visible(value)}`} onClick={() => filterBy(name, value, true)}>≠</button>}
          <button title="Copy" aria-label={`Copy ${label}`} onClick={() => void copy(value, label)}><svg class="icon" viewBox="0 0 12 12" aria-hidden="true"><path d="M4.5 4.5h6v6h-6zM7.5 2.5v-1h-6v6h1" /></svg></button>
        </span>
      </dd>
    </div>
  );
}

function Text({ row, name, value, json = false }: { row: Row; name: string; value: string; json?: boolean }) {
  const text = json && !raw.value ? pretty(value) : value;
  return (
    <div class="text">
      <h3>{name.replace("_", " ")}
        <button class="link" onClick={() => void copy(value, name)}>copy</button>
      </h3>
      <pre tabIndex={0} aria-label={name}><Marked text={text} find={marks.value} /></pre>
      {row.cut?.[name] && <More row={row} size={row.cut[name]} />}
    </div>
  );
}

function More({ row, size }: { row: Row; size: number }) {
  const [state, setState] = useState<"" | "asking" | Fault>("");
  const load = () => {
    setState("asking");
    whole(row).catch((e: unknown) => setState(asFault(e)));
  };
  return (
    <>
      <button class="link cut" disabled={state === "asking"} onClick={load} data-row={idOf(row)}>{state === "asking" ? "loading…" : `cut: show ${bytes(size)}`}</button>
      {typeof state === "object" && <span class="wrong"> {state.message}</span>}
    </>
  );
}
