// The histogram over the rows: drag zooms, a click takes one bar, double-click goes out.

import { useMemo, useState } from "preact/hooks";
import { by, frame, histogram, rows, zoomOut, zoomTo } from "./store";
import { visible } from "../text";
import { Bars, Legend } from "../ui/bars";
import { stackBuckets } from "../stack";
import { clock, count, date, duration, zoneName } from "../format";
import { zone } from "../clock";

/** Stands where the histogram will be, so that nothing moves when it comes. */
export const NoHistogram = () => <div class="histogram blank" aria-hidden="true"><p class="caption" /><p class="legends" /><div class="plot" /><p class="ends">&nbsp;</p></div>;

export function Histogram() {
  const [hover, setHover] = useState<number | null>(null);
  const h = histogram.value!, z = zone.value;
  const { starts, stacks } = useMemo(() => stackBuckets(h.buckets, h.from, h.to, h.step_ms), [h]);
  const bar = hover !== null && hover < starts.length ? hover : null;
  const sumOf = (values: number[]) => (bar === null ? values.reduce((a, b) => a + b, 0) : values[bar] ?? 0);
  const total = stacks.reduce((sum, s) => sum + sumOf(s.values), 0);
  const from = bar === null ? h.from : starts[bar]!;
  const sameDay = date(from, z) === date(bar === null ? h.to - 1 : from, z);
  return (
    <div class="histogram" onDblClick={zoomOut}>
      <p class="caption">
        <span aria-live={bar === null ? "polite" : "off"}><strong>{count(total)}</strong> {total === 1 ? "row" : "rows"}</span>
        {by.value && <span class="muted">from {visible(by.value)}</span>}
        <span class="grow" />
        <span class="muted">
          {bar === null ? <>{duration(h.step_ms)} a bar</> : <>{sameDay && h.to - h.from < 86_400_000 ? "" : date(from, z) + " "}{clock(from, z, false)} – {clock(from + h.step_ms, z, false)} {zoneName(from, z)}</>}
        </span>
      </p>
      <Legend stacks={stacks} bar={bar} />
      <Bars
        label="Rows over time, by level" height={80} zone={z} from={h.from} to={h.to} step={h.step_ms} starts={starts} stacks={stacks} axes={false}
        onRange={zoomTo} onBar={(start) => zoomTo(start, start + h.step_ms)} onHover={setHover}
      />
      <p class="ends muted" aria-hidden="true">
        <span>{edge(h.from, z, h.to - h.from)}</span><span>{edge(h.to, z, h.to - h.from)}</span>
      </p>
      {frame.value && rows.value.length === 0 && <span class="unseen">no rows</span>}
    </div>
  );
}

const edge = (ms: number, z: string, width: number): string =>
  width > 20 * 3600_000 ? `${date(ms, z)} ${clock(ms, z, false).slice(0, 5)}` : clock(ms, z, false);
