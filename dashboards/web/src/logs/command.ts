// What is seen on the page, as a command and as lines of text.

import type { Row } from "../api";
import type { LogsState, Term } from "../url";

const quote = (s: string): string => (/^[A-Za-z0-9_.:/@+-]+$/.test(s) ? s : `'${s.replaceAll("'", `'\\''`)}'`);
const iso = (ms: number): string => new Date(ms).toISOString();
const exactly = (v: string): string => `"${v.replace(/["\\]/g, "\\$&")}"`;

/** A filter in the search language; "" is none. */
function termQuery(t: Term): string {
  const values = t.values.filter((v) => v !== "").map((v) => (/^\w+$/.test(v) && !/^(OR|AND|NOT|TO)$/.test(v) ? v : exactly(v)));
  const any = values.length === 1 ? `${t.field}:${values[0]}` : `${t.field}:(${values.join(" OR ")})`;
  const absent = `-${t.field}:*`;
  const whole = values.length === t.values.length ? any : values.length ? `(${any} OR ${absent})` : absent;
  return t.not ? (whole.startsWith("-") ? whole.slice(1) : `-${whole}`) : whole;
}

/** The command that finds the same rows. */
export function command(s: LogsState, from: number, to: number, lake: string): string {
  const flags = ["product", "environment", "level", "component"];
  const parts = ["seamark logs", "--lake", quote(lake)];
  if (s.table === "access_logs") parts.push("--access");
  const others: string[] = [];
  for (const t of s.terms) {
    const plain = !t.not && t.values.length === 1 && t.values[0] !== "" && flags.includes(t.field) && (t.field !== "level" || s.table === "logs");
    if (plain) parts.push(`--${t.field}`, quote(t.values[0]!));
    else others.push(termQuery(t));
  }
  parts.push("--since", iso(from), "--until", iso(to));
  if (s.q) others.push(others.length && / OR /.test(s.q) ? `(${s.q})` : s.q);
  if (others.length) parts.push("--", quote(others.join(" ")));
  return parts.join(" ");
}

/** One line of text for a row, as "copy all" gives it. */
export function line(r: Row): string {
  const l = r.log, a = r.access;
  const time = iso((l ?? a)?.timestamp ?? 0);
  if (l) return [time, l.level ?? "-", l.component ?? "-", l.message ?? ""].join("\t");
  return [time, a?.status ?? "-", a?.component ?? "-", `${a?.method ?? ""} ${a?.path ?? a?.route ?? ""}`.trim(), `${a?.latency_ms ?? "-"} ms`].join("\t");
}
