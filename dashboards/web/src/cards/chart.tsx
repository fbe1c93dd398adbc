// Small charts of cards, as SVG: lines, bars, pies. Figures are in the title for those
// who cannot see them.

import { short } from "../format";
import { isStatus, rankOf } from "../level";

export interface Series {
  name: string;
  color?: string; // as Teams names it
  values: number[];
}

export interface CardChart {
  kind: "line" | "area" | "bar" | "stack" | "pie";
  labels: string[];
  series: Series[];
  title: string;
}

const maxLabel = 12; // characters
const width = 320, height = 110, left = 34, bottom = 18, top = 6;
const tones = ["info", "fatal", "ok", "warn", "error", "debug"];
/** Colours as the card names them, or as the page has them for that level or class; never the same twice. */
export function tonesOf(series: Pick<Series, "name" | "color">[]): string[] {
  const taken = new Set<string>();
  return series.map((s) => {
    const first = (s.color && named[s.color]) || (isStatus(s.name) || rankOf(s.name).tone !== "none" && ranked.has(s.name) ? rankOf(s.name).tone : "");
    const tone = [first, ...tones].find((t) => t && !taken.has(t)) ?? tones[0]!;
    taken.add(tone);
    return tone;
  });
}

const named: Record<string, string> = { attention: "error", warning: "warn", good: "ok", categoricalPurple: "fatal", categoricalBlue: "info", neutral: "debug" };
const ranked = new Set(["FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"]);

export function Chart({ c }: { c: CardChart }) {
  const colours = tonesOf(c.kind === "pie" ? c.labels.map((name) => ({ name })) : c.series);
  const said = `${c.title || "chart"}: ` + c.series.map((s) => `${s.name || "values"} ${s.values.map((v, i) => `${c.labels[i] ?? ""} ${short(v)}`.trim()).join(", ")}`).join("; ");
  return (
    <figure class="card-chart">
      {c.title && <figcaption>{c.title}</figcaption>}
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={said}>
        {c.kind === "pie" ? <Pie c={c} tones={colours} /> : <Axes c={c} tones={colours} />}
      </svg>
      {(c.series.length > 1 || c.kind === "pie") && (
        <p class="card-legend">{(c.kind === "pie" ? c.labels : c.series.map((s) => s.name)).map((n, i) => <span key={i}><i class={`swatch ${colours[i]}`} aria-hidden="true" />{n}</span>)}</p>
      )}
    </figure>
  );
}

const charWidth = 6; // px of a figure at the axis' size, at most

/** The labels below the axis that have room: none is cut at an edge, none lies over another. x is a label's middle. */
export function axisLabels(labels: string[]): { x: number; text: string; width: number }[] {
  const slot = (width - left - 4) / Math.max(labels.length, 1);
  const wide = Math.max(...labels.map((l) => Math.min(l.length, maxLabel)), 1) * charWidth;
  const every = Math.max(1, Math.ceil((wide + 10) / slot));
  const out = [];
  for (let i = 0; i < labels.length; i += every) {
    const middle = left + slot * (i + 0.5), x = Math.max(middle, wide / 2);
    if (x + wide / 2 <= width) out.push({ x, text: labels[i]!.slice(0, maxLabel), width: wide });
  }
  return out;
}

function Axes({ c, tones: of }: { c: CardChart; tones: string[] }) {
  const n = Math.max(c.labels.length, 1);
  const sums = c.labels.map((_, i) => c.series.reduce((a, s) => a + Math.max(0, s.values[i] ?? 0), 0));
  const top1 = c.kind === "stack" ? Math.max(...sums, 0) : Math.max(...c.series.flatMap((s) => s.values), 0);
  const max = top1 > 0 ? top1 : 1;
  const slot = (width - left - 4) / n;
  const y = (v: number) => top + (height - bottom - top) * (1 - Math.max(0, v) / max);
  const mid = (i: number) => left + slot * (i + 0.5);
  return (
    <>
      <line class="rule" x1={left} x2={width} y1={y(0)} y2={y(0)} />
      <line class="rule faint" x1={left} x2={width} y1={y(max)} y2={y(max)} />
      <text x={left - 4} y={y(max) + 8} text-anchor="end">{max < 10 && max % 1 ? max.toFixed(2) : short(max)}</text>
      <text x={left - 4} y={y(0)} text-anchor="end">0</text>
      {axisLabels(c.labels).map((l) => <text key={l.x} x={l.x} y={height - 4} text-anchor="middle">{l.text}</text>)}
      {c.kind === "line" || c.kind === "area" ? <Lines c={c} tones={of} mid={mid} y={y} /> : <Columns c={c} tones={of} slot={slot} y={y} />}
    </>
  );
}

function Lines({ c, tones: of, mid, y }: { c: CardChart; tones: string[]; mid: (i: number) => number; y: (v: number) => number }) {
  return (
    <>
      {c.series.map((s, k) => {
        const points = s.values.map((v, i) => `${mid(i).toFixed(1)},${y(v).toFixed(1)}`);
        return (
          <g key={k} class={`tone ${of[k]}`}>
            {c.kind === "area" && points.length > 1 && <polygon points={`${mid(0)},${y(0)} ${points.join(" ")} ${mid(s.values.length - 1)},${y(0)}`} />}
            <polyline points={points.join(" ")} />
            {points.length === 1 && <circle cx={mid(0)} cy={y(s.values[0]!)} r="2" />}
          </g>
        );
      })}
    </>
  );
}

function Columns({ c, tones: of, slot, y }: { c: CardChart; tones: string[]; slot: number; y: (v: number) => number }) {
  const stacked = c.kind === "stack";
  const below = c.labels.map(() => 0);
  const lanes = stacked ? 1 : Math.max(c.series.length, 1);
  const w = Math.max(1, (slot * 0.8) / lanes);
  return (
    <>
      {c.series.map((s, k) => (
        <g key={k} class={`tone ${of[k]}`}>
          {s.values.map((v, i) => {
            const base = stacked ? below[i]! : 0;
            below[i] = base + Math.max(0, v);
            return <rect key={i} x={left + slot * i + slot * 0.1 + (stacked ? 0 : w * k)} width={w} y={y(base + v)} height={Math.max(0, y(base) - y(base + v))} />;
          })}
        </g>
      ))}
    </>
  );
}

function Pie({ c, tones: of }: { c: CardChart; tones: string[] }) {
  const values = c.series[0]?.values.map((v) => Math.max(0, v)) ?? [];
  const total = values.reduce((a, b) => a + b, 0) || 1;
  const cx = width / 2, cy = height / 2, r = height / 2 - 6;
  const at = (share: number) => `${(cx + r * Math.sin(2 * Math.PI * share)).toFixed(2)} ${(cy - r * Math.cos(2 * Math.PI * share)).toFixed(2)}`;
  let before = 0;
  return (
    <>
      {values.map((v, i) => {
        const from = before / total, to = (before += v) / total;
        if (to - from >= 0.9999) return <circle key={i} class={`tone ${of[i]}`} cx={cx} cy={cy} r={r} />;
        return <path key={i} class={`tone ${of[i]}`} d={`M${cx} ${cy}L${at(from)}A${r} ${r} 0 ${to - from > 0.5 ? 1 : 0} 1 ${at(to)}Z`} />;
      })}
    </>
  );
}
