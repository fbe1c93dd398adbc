// Figures and times as ux.md writes them.

import { offsetAt, wallOf } from "./time/zone";

const two = (n: number): string => String(n).padStart(2, "0");

/** 1,284 */
export const count = (n: number): string => Math.round(n).toLocaleString("en-US");

/** 12.4k: counts where room is short. */
export function short(n: number): string {
  if (Math.abs(n) < 10_000) return count(n);
  for (const [size, name] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]] as const) {
    if (Math.abs(n) >= size) return `${trim(n / size)}${name}`;
  }
  return count(n);
}

/** 8.2 MB, in powers of 1,000. */
export function bytes(n: number): string {
  for (const [size, name] of [[1e12, "TB"], [1e9, "GB"], [1e6, "MB"], [1e3, "kB"]] as const) {
    if (n >= size) return `${trim(n / size)} ${name}`;
  }
  return `${count(n)} B`;
}

const trim = (n: number): string => (n >= 100 ? n.toFixed(0) : n.toFixed(1).replace(/\.0$/, ""));

/** 412 ms, 4.2 s; from ten seconds on two units at most, as the cards write them: 1 m 15 s, 3 h 5 m, 2 d 3 h. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${trim(ms / 1000)} s`;
  return lasted(ms);
}

/** As words.Lasted of the cards. */
export function lasted(ms: number): string {
  const s = Math.floor(Math.max(0, ms) / 1000);
  const two = (a: number, unitA: string, b: number, unitB: string) => (b ? `${a} ${unitA} ${b} ${unitB}` : `${a} ${unitA}`);
  if (s < 60) return `${s} s`;
  if (s < 3600) return two(Math.floor(s / 60), "m", s % 60, "s");
  if (s < 86400) return two(Math.floor(s / 3600), "h", Math.floor((s % 3600) / 60), "m");
  return two(Math.floor(s / 86400), "d", Math.floor((s % 86400) / 3600), "h");
}

/** 4 s, 3 h: how long ago; never below a second. */
export function age(ms: number): string {
  const s = Math.max(1, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} m`;
  if (s < 48 * 3600) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86400)} d`;
}

/** 14:03:07.412 */
export function clock(ms: number, zone: string, millis = true): string {
  const w = wallOf(ms, zone);
  const base = `${two(w.hour)}:${two(w.minute)}:${two(w.second)}`;
  return millis ? `${base}.${String(w.ms).padStart(3, "0")}` : base;
}

/** 2026-11-22 */
export function date(ms: number, zone: string): string {
  const w = wallOf(ms, zone);
  return `${w.year}-${two(w.month)}-${two(w.day)}`;
}

/** Sunday 22 November 2026: the line above a day's rows. */
export function dayName(ms: number, zone: string): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(ms);
}

/** 2026-11-22 14:03:07 */
export const stamp = (ms: number, zone: string): string => `${date(ms, zone)} ${clock(ms, zone, false)}`;

/** UTC, or what the zone is called at ms, such as CET or GMT+5:30. */
export function zoneName(ms: number, zone: string): string {
  if (zone === "UTC") return "UTC";
  const key = `${zone} ${offsetAt(ms, zone)}`; // a zone's name changes with its clocks
  let name = zoneNames.get(key);
  if (name === undefined) zoneNames.set(key, (name = findZoneName(ms, zone)));
  return name;
}

const zoneNames = new Map<string, string>();

function findZoneName(ms: number, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeZoneName: "short" }).formatToParts(ms);
  const name = parts.find((p) => p.type === "timeZoneName")?.value ?? zone;
  return name === "UTC" || name === "GMT" && offsetAt(ms, zone) === 0 ? "UTC" : name;
}

/** Both zones, for hovering over a time. */
export function bothZones(ms: number, local: string): string {
  const utc = `${date(ms, "UTC")} ${clock(ms, "UTC")} UTC`;
  return local === "UTC" ? utc : `${date(ms, local)} ${clock(ms, local)} ${zoneName(ms, local)}\n${utc}`;
}

/** 14:00, or 14:03:07 where there are seconds. */
const shortClock = (ms: number, zone: string): string => clock(ms, zone, false).replace(/:00$/, "");

/** The span in few words: 14:00 – 14:20, with dates where they differ from today. */
export function spanText(from: number, to: number, zone: string, now: number): string {
  const today = date(now, zone);
  const a = date(from, zone), b = date(to, zone);
  const left = a === today && b === today ? "" : `${a} `;
  const right = a === b ? "" : `${b} `;
  return `${left}${shortClock(from, zone)} – ${right}${shortClock(to, zone)} ${zoneName(from, zone)}`;
}
