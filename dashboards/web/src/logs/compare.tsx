// What is new: the patterns of these rows against the time of the same length before.

import { useEffect, useState } from "preact/hooks";
import { asFault, type Fault, type Frame, get, isAbort } from "../api";
import { zone } from "../clock";
import { duration, short, stamp } from "../format";
import { visible } from "../text";
import { apiQuery } from "../url";
import { filterBy } from "./actions";
import { ask, frame, shown } from "./store";

interface Answer extends Frame {
  before_from: number;
  changes: { value: string; text?: string; count: number; before: number }[];
  more: boolean;
}

export function Compare() {
  const s = shown.value, f = frame.value;
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  useEffect(() => {
    if (!s || !f || s.table !== "logs") return;
    const stop = new AbortController();
    setFault(null);
    get<Answer>("/api/logs/compare" + apiQuery({ ...s, from: String(f.from), to: String(f.to) }, undefined, "UTC"), stop.signal)
      .then(setAnswer, (e: unknown) => isAbort(e) || setFault(asFault(e)));
    return () => stop.abort();
  }, [s, f?.from, f?.to]);
  const z = zone.value;
  return (
    <section class="compare" aria-label="What is new">
      <header>
        <h2>What is new{answer && <span class="muted"> against the {duration(answer.to - answer.from)} before, from {stamp(answer.before_from, z)}</span>}</h2>
        <button class="tool square" aria-label="Close" onClick={() => ask({ compare: undefined })}>✕</button>
      </header>
      {fault && <p class="wrong">{fault.message}</p>}
      {!answer && !fault && <p class="muted late">Counting…</p>}
      {answer?.changes.length === 0 && <p class="muted">No pattern of WARN and above occurs more or less often than before.</p>}
      {answer && answer.changes.length > 0 && (
        <table>
          <thead><tr><th>change</th><th class="n">now</th><th class="n">before</th><th>pattern</th></tr></thead>
          <tbody>
            {answer.changes.map((c) => (
              <tr key={c.value}>
                <td>{c.before === 0 ? <strong>new</strong> : c.count === 0 ? "gone" : c.count > c.before ? "more" : "less"}</td>
                <td class="n">{short(c.count)}</td><td class="n">{short(c.before)}</td>
                <td><button class="link mono" title={c.value} onClick={() => filterBy("fingerprint", c.value, false)}>{visible(c.text || c.value)}</button></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {answer?.more && <p class="muted">The hundred greatest changes: narrow the time range or add a filter for others.</p>}
    </section>
  );
}
