// The time grammar of timerange.go, for the box's echo while one types. Both are held
// to testdata/timerange.json.

import { instantOf, wallOf, type Clock } from "./zone";

export interface Span {
  from: number; // Unix ms
  to: number; // Unix ms, exclusive
}

/** A text that is no time; the message says what would be. */
export class TimeError extends Error {}

export const remedy =
  "use 15m, 1h, 3 days, today, yesterday, 14:00, 14:00..14:20, 2026-11-22, RFC 3339, Unix milliseconds or now-1h";

const ageShape = /^(?:[0-9]{1,6}[smhdw])+$/;
const saidShape = /^(last |past )?-? *([0-9]{1,6})? *(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)( ago)?$/;
const clockShape = /^([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:\.([0-9]{1,3}))?)?$/;
const dateShape = /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ](.+))?$/;
const epochShape = /^[0-9]{11,14}$/;
const zonedShape = /^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})$/;
const units: Record<string, number> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };
const longest = 100 * 366 * 864e5;

interface Moment {
  start: number;
  end: number;
  clock?: Clock;
}

const bad = (text: string): TimeError => new TimeError(`cannot read “${text}”: ${remedy}`);
const midnight: Clock = [0, 0, 0, 0];

/** Reads one box: "A..B", a whole day, or one expression, which means from then until now. */
export function parseRange(text: string, now: number, zone: string): Span {
  const dots = text.indexOf("..");
  if (dots >= 0) {
    const from = text.slice(0, dots), to = text.slice(dots + 2);
    if (!from.trim() || !to.trim()) throw bad(text);
    return parseSpan(from, to, now, zone);
  }
  const m = parseMoment(text, now, zone);
  return ordered(m.start, m.end > m.start ? m.end : now);
}

/** Reads two boxes, or the URL's from and to. */
export function parseSpan(from: string, to: string, now: number, zone: string): Span {
  const a = parseMoment(from, now, zone);
  const b = parseMoment(to, now, zone);
  return ordered(a.start, b.clock ? clockAfter(b.clock, a.start, zone) : b.end);
}

function ordered(from: number, to: number): Span {
  if (from >= to) throw new TimeError("the range ends before it begins");
  return { from, to };
}

function parseMoment(text: string, now: number, zone: string): Moment {
  const s = text.trim();
  if (!s || s.length > 100) throw bad(text);
  const lower = plainAge(s.toLowerCase());
  const today = wallOf(now, zone);
  const dayStart = (add: number) => instantOf(today.year, today.month, today.day + add, midnight, zone);
  if (lower === "now") return at(now);
  if (lower === "today") return { start: dayStart(0), end: now };
  if (lower === "yesterday") return { start: dayStart(-1), end: dayStart(0) };
  if (lower.startsWith("now")) return at(now + parseOffset(lower.slice(3), text));
  if (ageShape.test(lower)) return at(now + parseOffset("-" + lower, text));
  if (epochShape.test(s)) return at(Number(s));
  if (zonedShape.test(s)) return at(parseZoned(s, text));
  const clock = parseClock(s);
  if (clock) {
    const t = clockBefore(clock, now, zone);
    return { start: t, end: t, clock };
  }
  return parseDate(s, text, zone);
}

/** An age as people say it ("-1h", "3 days", "last hour") as the grammar writes it; what is none stays as it is. */
export function plainAge(lower: string): string {
  const age = lower.replace(/^-/, "");
  if (ageShape.test(age)) return age;
  const m = saidShape.exec(lower.split(/\s+/).join(" "));
  if (!m) return lower;
  if (m[2] !== undefined) return m[2] + m[3]![0]!;
  return m[1] !== undefined && m[4] === undefined ? "1" + m[3]![0]! : lower;
}

const at = (ms: number): Moment => ({ start: ms, end: ms });

function parseOffset(s: string, text: string): number {
  if (!/^[-+]/.test(s) || !ageShape.test(s.slice(1))) throw bad(text);
  let sum = 0;
  for (const [, n, unit] of s.matchAll(/([0-9]{1,6})([smhdw])/g)) sum += Number(n) * (units[unit!] ?? 0);
  if (sum > longest) throw bad(text);
  return s[0] === "-" ? -sum : sum;
}

function parseZoned(s: string, text: string): number {
  const [, year, month, day, hour, minute, second, fraction = "", zone = ""] =
    /^(....)-(..)-(..).(..):(..):(..)(?:\.([0-9]+))?(.*)$/.exec(s) ?? [];
  const zoneHours = Number(zone.slice(1, 3)), zoneMinutes = Number(zone.slice(4));
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) throw bad(text);
  if (zone !== "Z" && (zoneHours > 24 || zoneMinutes > 59)) throw bad(text);
  const ms = checkedDay(Number(year), Number(month), Number(day), text);
  const offset = zone === "Z" ? 0 : (zone[0] === "-" ? -1 : 1) * (zoneHours * 60 + zoneMinutes) * 6e4;
  const clock = Number(hour) * 36e5 + Number(minute) * 6e4 + Number(second) * 1e3;
  return ms + clock + Number((fraction + "000").slice(0, 3)) - offset;
}

/** UTC midnight of a day that exists. */
function checkedDay(year: number, month: number, day: number, text: string): number {
  const d = new Date(Date.UTC(year, month - 1, day));
  if (d.getUTCMonth() !== month - 1 || d.getUTCDate() !== day) throw bad(text);
  return d.getTime();
}

function parseClock(s: string): Clock | null {
  const m = clockShape.exec(s);
  if (!m) return null;
  return [Number(m[1]), Number(m[2]), Number(m[3] ?? 0), Number(((m[4] ?? "") + "000").slice(0, 3))];
}

function parseDate(s: string, text: string, zone: string): Moment {
  const m = dateShape.exec(s);
  if (!m) throw bad(text);
  const year = Number(m[1]), month = Number(m[2]), day = Number(m[3]);
  checkedDay(year, month, day, text);
  if (year < 1970) throw bad(text);
  if (m[4] === undefined) {
    return { start: instantOf(year, month, day, midnight, zone), end: instantOf(year, month, day + 1, midnight, zone) };
  }
  const clock = parseClock(m[4]);
  if (!clock) throw bad(text);
  return at(instantOf(year, month, day, clock, zone));
}

function clockBefore(c: Clock, now: number, zone: string): number {
  const d = wallOf(now, zone);
  const t = instantOf(d.year, d.month, d.day, c, zone);
  return t <= now ? t : instantOf(d.year, d.month, d.day - 1, c, zone);
}

function clockAfter(c: Clock, from: number, zone: string): number {
  const d = wallOf(from, zone);
  const t = instantOf(d.year, d.month, d.day, c, zone);
  return t > from ? t : instantOf(d.year, d.month, d.day + 1, c, zone);
}
