// uPlot in the page's colours. Bars are stacked by hand: each series is drawn from the
// base line with the sum of those below it, the tallest first.

import uPlot from "uplot";
import type { Stack } from "./stack";

/** The value of a token, such as "--line", as it holds now. */
export const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export interface BarsOptions {
  height: number;
  zone: string;
  from: number; // Unix ms
  to: number; // Unix ms
  step: number; // ms
  starts: number[]; // Unix ms, one per bar, equally spaced
  stacks: Stack[]; // from the base line upwards
  marks?: { at: number; label: string; color: string }[];
  axes: boolean;
  onRange?: (from: number, to: number) => void;
  onBar?: (start: number) => void;
  onHover?: (bar: number | null) => void;
}

/** Draws bars into host; the returned function takes them away again. */
export function drawBars(host: HTMLElement, o: BarsOptions): () => void {
  const sums: number[] = o.starts.map(() => 0);
  const layers = o.stacks.map((s) => s.values.map((v, i) => (sums[i] = (sums[i] ?? 0) + v)));
  const x = o.starts.map((t) => t / 1000);
  let dragged = false;
  const plot = new uPlot(
    {
      width: Math.max(host.clientWidth, 50),
      height: o.height,
      tzDate: (s) => uPlot.tzDate(new Date(s * 1000), o.zone === "UTC" ? "Etc/UTC" : o.zone),
      legend: { show: false },
      padding: o.axes ? [o.marks ? 4 + markLine * o.marks.length : 6, Math.ceil(labelWidth(o) / 2) + 2, 0, 0] : [4, 0, 0, 0],
      cursor: { y: false, points: { show: false }, drag: { x: o.onRange !== undefined, y: false, setScale: false, dist: 4 } },
      scales: {
        x: { time: true, range: () => [o.from / 1000, o.to / 1000] },
        y: { range: (_u, _min, max) => [0, Math.max(max, 1) * 1.05] },
      },
      axes: axesOf(o),
      series: [
        {},
        ...layers.toReversed().map((_, i) => {
          const stack = o.stacks[o.stacks.length - 1 - i]!;
          return { label: stack.label, fill: token(stack.color), ...(stack.color === "--none" ? { stroke: token("--edge"), width: 1 / devicePixelRatio } : { width: 0 }), points: { show: false }, paths: uPlot.paths.bars!({ size: [1, 100], align: 1, gap: 1 }) };
        }),
      ],
      hooks: {
        draw: [(u) => hatchPartial(u, o), (u) => drawMarks(u, o)],
        setSelect: [
          (u) => {
            if (u.select.width < 4) return;
            dragged = true;
            const from = u.posToVal(u.select.left, "x") * 1000, to = u.posToVal(u.select.left + u.select.width, "x") * 1000;
            u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            o.onRange?.(from, Math.max(to, from + 1000));
          },
        ],
        setCursor: [(u) => o.onHover?.(u.cursor.left === undefined || u.cursor.left < 0 ? null : barAt(u, o))],
      },
    },
    [x, ...layers.toReversed()] as uPlot.AlignedData,
    host,
  );
  const click = () => {
    const bar = dragged ? null : barAt(plot, o);
    dragged = false;
    if (bar !== null && o.onBar) o.onBar(o.starts[bar]!);
  };
  plot.over.addEventListener("click", click);
  const watch = new ResizeObserver(() => plot.setSize({ width: Math.max(host.clientWidth, 50), height: o.height }));
  watch.observe(host);
  return () => {
    watch.disconnect();
    plot.destroy();
  };
}

function axesOf(o: BarsOptions): uPlot.Axis[] {
  const common = { show: o.axes, stroke: token("--muted"), font: axisFont() };
  return [
    { ...common, grid: { show: false }, ticks: { stroke: token("--line"), size: 4 }, size: 24, space: labelWidth(o) + 16, values: timeLabels(o), ...(o.to - o.from < 36 * 3600_000 ? { incrs: shortSteps } : {}) },
    { ...common, grid: { stroke: token("--line"), width: 1 }, ticks: { show: false }, size: 44, space: 30, values: (_u, v) => v.map(shortTick) },
  ];
}

// uPlot's own, and two minutes, where one label would stand alone.
const shortSteps = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 28800, 43200, 86400];

function barAt(u: uPlot, o: BarsOptions): number | null {
  const left = u.cursor.left;
  if (left === undefined || left < 0 || !o.starts.length) return null;
  const i = Math.floor((u.posToVal(left, "x") * 1000 - o.starts[0]!) / o.step);
  return i >= 0 && i < o.starts.length ? i : null;
}

/** Hatches the first and the last bar where the window cuts them: they are low for that reason only. */
function hatchPartial(u: uPlot, o: BarsOptions): void {
  const first = o.starts[0], last = o.starts.at(-1);
  if (first === undefined || last === undefined) return;
  const cut: [number, number][] = [];
  if (first < o.from) cut.push([o.from, first + o.step]);
  if (last + o.step > o.to) cut.push([last, o.to]);
  const { ctx } = u;
  ctx.save();
  ctx.strokeStyle = token("--bg");
  ctx.lineWidth = devicePixelRatio;
  for (const [a, b] of cut) {
    const left = u.valToPos(a / 1000, "x", true), right = u.valToPos(b / 1000, "x", true);
    ctx.beginPath();
    ctx.rect(left, u.bbox.top, right - left, u.bbox.height);
    ctx.save();
    ctx.clip();
    ctx.beginPath();
    for (let x = left - u.bbox.height; x < right; x += 5 * devicePixelRatio) {
      ctx.moveTo(x, u.bbox.top + u.bbox.height);
      ctx.lineTo(x + u.bbox.height, u.bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  }
  ctx.restore();
}

const markLine = 14; // px: each mark's word has a line of its own, so that no two lie over each other

function drawMarks(u: uPlot, o: BarsOptions): void {
  const { ctx } = u;
  const ratio = devicePixelRatio;
  (o.marks ?? []).forEach((m, n) => {
    if (m.at < o.from || m.at > o.to) return;
    const x = Math.round(u.valToPos(m.at / 1000, "x", true)), base = (n + 1) * markLine * ratio;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = token(m.color);
    ctx.lineWidth = ratio;
    ctx.setLineDash([4 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, base - 10 * ratio);
    ctx.lineTo(x, u.bbox.top + u.bbox.height);
    ctx.stroke();
    ctx.font = axisFont(ratio);
    const near = x + ctx.measureText(m.label).width + 8 * ratio > ctx.canvas.width;
    ctx.textAlign = near ? "right" : "left";
    ctx.fillText(m.label, x + (near ? -4 : 4) * ratio, base - 2 * ratio);
    ctx.restore();
  });
}

const axisFont = (ratio = 1): string => `${11 * ratio}px system-ui, "Segoe UI", Roboto, sans-serif`;

const shortTick = (v: number): string => (v >= 1e6 ? `${v / 1e6}M` : v >= 1e3 ? `${v / 1e3}k` : Number.isInteger(v) ? String(v) : "");

/** How the times below an axis are written: as fine as the window needs. */
export function labelFormat(o: Pick<BarsOptions, "from" | "to" | "zone">): (ms: number) => string {
  const width = o.to - o.from;
  const long = width > 36 * 3600_000, days = width > 5 * 86400_000, fine = width < 10 * 60_000;
  const f = new Intl.DateTimeFormat("en-GB", {
    timeZone: o.zone, hourCycle: "h23",
    ...(long ? { day: "numeric", month: "short" } : {}),
    ...(days ? {} : { hour: "2-digit", minute: "2-digit", ...(fine ? { second: "2-digit" } : {}) }),
  });
  return (ms) => f.format(ms);
}

/** The px that one label of the axis takes. */
const labelWidth = (o: BarsOptions): number => 6.2 * labelFormat(o)(o.from).length;

function timeLabels(o: BarsOptions) {
  const text = labelFormat(o);
  return (_u: uPlot, splits: number[]): string[] => splits.map((s) => text(s * 1000));
}
