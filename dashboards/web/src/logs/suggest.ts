// What may be typed next: fields, values seen in these rows, and queries asked before.

import { fieldsOf, type Table } from "../url";

/** What is searched as text, or compared, beside what rows are filtered by; as Columns of package query. */
const others: Record<Table, string[]> = {
  logs: ["message", "error_message", "error_stack", "span_id", "timestamp", "ingested_at", "event_data."],
  access_logs: ["path", "latency_ms", "integration_latency_ms", "response_bytes", "ip", "user_agent", "protocol", "error_message", "timestamp", "ingested_at", "extra."],
};
const most = 12;

/** A value as the search language takes it. */
const plain = (v: string): string => (/^[\w./:@-]+$/.test(v) && !/^(OR|AND|NOT|TO)$/.test(v) ? v : `"${v.replace(/["\\]/g, "\\$&")}"`);

/** Whole queries, each the text so far with its last word completed; of no text the recent ones. */
export function suggestions(text: string, table: Table, facets: readonly { field: string; values: { value: string }[] }[], recent: readonly string[]): string[] {
  if (text === "") return recent.slice(0, most);
  const [, before, sign, word] = /^(.*?)([-(]*)([^\s()"]*)$/s.exec(text)!;
  const colon = word!.indexOf(":");
  let ends: string[];
  if (colon > 0) {
    const field = word!.slice(0, colon), begun = word!.slice(colon + 1).toLowerCase();
    const values = facets.find((f) => f.field === field)?.values ?? [];
    ends = values.map((v) => v.value).filter((v) => v !== "" && v.toLowerCase().includes(begun)).map((v) => `${field}:${plain(v)}`);
    if (field === "level" && ">=warn".startsWith(begun)) ends.push("level:>=WARN");
    if (field === "status" && "5xx".startsWith(begun)) ends.push("status:5xx");
  } else {
    ends = word === "" ? [] : [...fieldsOf(table), ...others[table]].filter((f) => f.startsWith(word!.toLowerCase())).map((f) => (f.endsWith(".") ? f : f + ":"));
  }
  const all = [...ends.map((e) => before! + sign! + e), ...recent.filter((r) => r.toLowerCase().startsWith(text.toLowerCase()))];
  return [...new Set(all)].filter((s) => s !== text).slice(0, most);
}

/** The queries asked before, newest first, with one more. */
export const remember = (recent: readonly string[], q: string): string[] => (q.trim() === "" ? [...recent] : [q, ...recent.filter((r) => r !== q)].slice(0, 30));
