// What is seen on the page, as a command and as lines of text.

import type { Row } from "../api";
import type { LogsState } from "../url";

const quote = (s: string): string => (/^[A-Za-z0-9_.:/@+-]+$/.test(s) ? s : `'${s.replaceAll("'", `'\\''`)}'`);
const sqlText = (s: string): string => `'${s.replaceAll("'", "''")}'`;
const iso = (ms: number): string => new Date(ms).toISOString();

/** The command that finds the same rows: seamark logs, or seamark query where that has no flag for a filter. */
export function command(s: LogsState, from: number, to: number, lake: string): string {
  const flags = ["product", "environment", "level", "component"];
  const plain = s.table === "logs" && s.terms.every((t) => !t.not && t.values.length === 1 && t.values[0] !== "" && flags.includes(t.field));
  if (!plain) return `seamark query --lake ${quote(lake)} ${quote(sql(s, from, to))}`;
  const parts = ["seamark logs", "--lake", quote(lake)];
  for (const t of s.terms) parts.push(`--${t.field}`, quote(t.values[0]!));
  parts.push("--since", iso(from), "--until", iso(to));
  if (s.q) parts.push("--grep", quote(s.q));
  return parts.join(" ");
}

function sql(s: LogsState, from: number, to: number): string {
  const where = [`timestamp >= '${iso(from)}'`, `timestamp < '${iso(to)}'`];
  for (const t of s.terms) {
    const classes = t.field === "status" ? t.values.filter((v) => /^[1-5]xx$/.test(v)) : [];
    const exact = t.values.filter((v) => !classes.includes(v));
    const column = t.field === "status" ? "status" : `coalesce(${t.field}, '')`;
    const tests = classes.map((c) => `status // 100 = ${c[0]}`);
    if (exact.length) tests.push(`${column} IN (${exact.map((v) => (t.field === "status" ? Number(v) || 0 : sqlText(v))).join(", ")})`);
    where.push(`${t.not ? "NOT " : ""}(${tests.join(" OR ")})`);
  }
  if (s.q) {
    const text = s.table === "logs" ? "message" : "path";
    where.push(`contains(lower(${text}), lower(${sqlText(s.q)}))`);
  }
  return `SELECT * FROM ${s.table} WHERE ${where.join(" AND ")} ORDER BY timestamp DESC LIMIT 500`;
}

/** One line of text for a row, as "copy all" gives it. */
export function line(r: Row): string {
  const l = r.log, a = r.access;
  const time = iso((l ?? a)?.timestamp ?? 0);
  if (l) return [time, l.level ?? "-", l.component ?? "-", l.message ?? ""].join("\t");
  return [time, a?.status ?? "-", a?.component ?? "-", `${a?.method ?? ""} ${a?.path ?? a?.route ?? ""}`.trim(), `${a?.latency_ms ?? "-"} ms`].join("\t");
}
