// Calendar arithmetic in a named time zone, by way of Intl: the browser's own zone tables.

export interface Wall {
  year: number;
  month: number; // 1..12
  day: number;
  hour: number;
  minute: number;
  second: number;
  ms: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let f = formats.get(zone);
  if (!f) {
    f = new Intl.DateTimeFormat("en-US", {
      timeZone: zone, hourCycle: "h23", era: "short", year: "numeric", month: "numeric",
      day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
    });
    formats.set(zone, f);
  }
  return f;
}

/** The browser's own zone, such as "Europe/Berlin". */
export const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

const offsets = new Map<string, number>();
const quarter = 900_000;
let last = { zone: "", slot: 0, offset: 0 }; // what is asked next is mostly near

/** How far zone is ahead of UTC at ms, in ms. Since 1973 clocks have only ever changed on a quarter of an hour, which makes it cheap. */
export function offsetAt(ms: number, zone: string): number {
  if (zone === "UTC") return 0;
  const slot = Math.floor(ms / quarter);
  if (slot === last.slot && zone === last.zone) return last.offset;
  const key = `${zone} ${slot}`;
  let offset = offsets.get(key);
  if (offset === undefined) {
    const p: Record<string, number> = {};
    for (const part of formatOf(zone).formatToParts(slot * quarter)) p[part.type] = Number(part.value);
    offset = Date.UTC(p.year!, p.month! - 1, p.day, p.hour, p.minute, p.second) - slot * quarter;
    if (offsets.size > 5000) offsets.clear();
    offsets.set(key, offset);
  }
  last = { zone, slot, offset };
  return offset;
}

/** What a clock in zone shows at ms. */
export function wallOf(ms: number, zone: string): Wall {
  const d = new Date(ms + offsetAt(ms, zone));
  return {
    year: d.getUTCFullYear(), month: d.getUTCMonth() + 1, day: d.getUTCDate(), hour: d.getUTCHours(),
    minute: d.getUTCMinutes(), second: d.getUTCSeconds(), ms: d.getUTCMilliseconds(),
  };
}

const day = 86_400_000;

/**
 * The instant of a wall-clock time; days may overflow. A time that a change to summer
 * time skips is taken as many minutes later; one that occurs twice is its first. As
 * wall() of timerange.go.
 */
export function instantOf(year: number, month: number, dayOfMonth: number, clock: Clock, zone: string): number {
  const naive = Date.UTC(year, month - 1, dayOfMonth, clock[0], clock[1], clock[2], clock[3]);
  const before = offsetAt(naive - day, zone);
  const after = offsetAt(naive + day, zone);
  for (const offset of [Math.max(before, after), Math.min(before, after)]) {
    if (offsetAt(naive - offset, zone) === offset) return naive - offset;
  }
  return naive - before;
}

/** The day of ms in zone: its first instant, and that of the next. */
export function dayOf(ms: number, zone: string): { start: number; end: number } {
  const w = wallOf(ms, zone);
  return { start: instantOf(w.year, w.month, w.day, [0, 0, 0, 0], zone), end: instantOf(w.year, w.month, w.day + 1, [0, 0, 0, 0], zone) };
}

/** Hour, minute, second, millisecond. */
export type Clock = [number, number, number, number];
