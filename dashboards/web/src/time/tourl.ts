// From the time box into the URL.

import { many } from "../text";
import { parseRange, plainAge } from "./grammar";

/** The URL's from and to for a typed text: relative where it is, else fixed, so that a link shows every reader the same. */
export function toUrl(text: string, at: number, z: string): { from: string; to: string } {
  const span = parseRange(text, at, z);
  const s = plainAge(text.trim().toLowerCase());
  if (/^([0-9]+[smhdw])+$/.test(s)) return { from: `now-${s}`, to: "now" };
  if (/^now-\w+$/.test(s)) return { from: s, to: "now" };
  if (span.to === at) return { from: String(span.from), to: "now" };
  return { from: String(span.from), to: String(span.to) };
}

const units: Record<string, string> = { s: "second", m: "minute", h: "hour", d: "day", w: "week" };

/** "now-2h" as people say it: last 2 hours; last hour; last 1h30m. */
export function lastText(age: string): string {
  const m = /^(\d+)([smhdw])$/.exec(age);
  if (!m) return `last ${age}`;
  return Number(m[1]) === 1 ? `last ${units[m[2]!]}` : `last ${many(Number(m[1]), units[m[2]!]!)}`;
}
