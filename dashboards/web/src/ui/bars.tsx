// Stacked bars over time, with the same figures as a table for screen readers.

import { useEffect, useRef } from "preact/hooks";
import { signal } from "@preact/signals";
import { drawBars, type BarsOptions } from "../chart";
import { count, short, stamp } from "../format";
import type { Stack } from "../stack";

/** Changes when the colour scheme does: what lies on a canvas must be drawn again. */
const scheme = signal(0);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => scheme.value++);

/** Which colour is what, and how many there are; of one bar, when one is pointed at. */
export function Legend({ stacks, bar = null, counts = true }: { stacks: Stack[]; bar?: number | null; counts?: boolean }) {
  return (
    <p class="legends">
      {stacks.map((s) => {
        const n = bar === null ? s.values.reduce((a, b) => a + b, 0) : s.values[bar] ?? 0;
        return n > 0 ? <span key={s.label} class="legend"><i class={`swatch ${s.color.slice(2)}`} aria-hidden="true" />{s.label}{counts && " " + short(n)}</span> : null;
      })}
    </p>
  );
}

export function Bars({ label, ...o }: BarsOptions & { label: string }) {
  const host = useRef<HTMLDivElement>(null);
  const redraw = scheme.value;
  useEffect(() => (host.current ? drawBars(host.current, o) : undefined), [o.starts, o.stacks, o.from, o.to, o.zone, o.height, redraw]);
  const busy = o.starts.map((_, i) => i).filter((i) => o.stacks.some((s) => s.values[i]));
  return (
    <div class="bars">
      <div class="plot" ref={host} aria-hidden="true" style={{ height: `${o.height}px` }} />
      <div class="unseen"><table>
        <caption>{label}</caption>
        <thead><tr><th>from</th>{o.stacks.map((s) => <th key={s.label}>{s.label}</th>)}</tr></thead>
        <tbody>
          {busy.map((i) => (
            <tr key={i}><th>{stamp(o.starts[i]!, o.zone)}</th>{o.stacks.map((s) => <td key={s.label}>{count(s.values[i] ?? 0)}</td>)}</tr>
          ))}
        </tbody>
      </table></div>
    </div>
  );
}
