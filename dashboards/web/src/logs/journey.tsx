// The journey of a request: its access log and what its invocations logged, with the stack traces.

import { useEffect, useState } from "preact/hooks";
import { asFault, type Fault, get, idOf, isAbort, type Row, timeOf } from "../api";
import { zone } from "../clock";
import { clock } from "../format";
import { visible } from "../text";
import { AccessLine, LogLine } from "./rows";

interface Answer {
  steps: { row: Row; by: string; ambiguous?: boolean }[];
  notes?: string[];
}

const hour = 3600_000;

/** By what a row's request is found; undefined where it names none. */
export const journeyId = (r: Row): string | undefined => {
  const c = r.log ?? r.access;
  return [c?.request_id, c?.trace_id as string | undefined].find((id) => id !== undefined && id.length >= 8);
};

export function Journey({ row }: { row: Row }) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const id = journeyId(row)!, at = timeOf(row);
  useEffect(() => {
    const stop = new AbortController();
    get<Answer>(`/api/journey?id=${encodeURIComponent(id)}&from=${at - hour}&to=${at + hour}`, stop.signal).then(setAnswer, (e: unknown) => isAbort(e) || setFault(asFault(e)));
    return () => stop.abort();
  }, [id, at]);
  if (fault) return <p class="wrong">{fault.message}</p>;
  if (!answer) return <p class="muted late">Following…</p>;
  const z = zone.value;
  return (
    <section class="journey" aria-label="Journey of the request">
      {answer.notes?.map((n) => <p key={n} class="muted">▲ {visible(n)}</p>)}
      <ol>
        {answer.steps.map(({ row: r, by, ambiguous }) => (
          <li key={r.table + idOf(r)} class={idOf(r) === idOf(row) ? "here" : ""} data-level={r.log?.level ?? ""}>
            <div class="line">
              <time dateTime={new Date(timeOf(r)).toISOString()}>{clock(timeOf(r), z)}</time>
              {r.log ? <LogLine row={r} id={"journey-" + idOf(r)} /> : <AccessLine row={r} id={"journey-" + idOf(r)} />}
              <span class="muted by" title={ambiguous ? "It may belong to another request" : ""}>{ambiguous ? "? " : ""}{by}</span>
            </div>
            {r.log?.error_stack && <pre tabIndex={0} aria-label="stack trace">{visible(r.log.error_stack)}</pre>}
          </li>
        ))}
      </ol>
    </section>
  );
}
