// The URL is the state: what is looked at on /logs, and nothing else decides it.

export type Table = "logs" | "access_logs";

export interface Term {
  field: string;
  values: string[];
  not: boolean;
}

export interface LogsState {
  table: Table;
  from: string; // grammar of time/grammar.ts; "now-1h" by default
  to: string; // "now" by default
  at?: number; // Unix ms of the last evaluation
  utc: boolean; // times are shown and read in UTC
  q: string;
  terms: Term[];
  row?: string; // event_id of the row that is open
  compare?: boolean; // patterns are compared with the time before
}

export const defaults = { from: "now-1h", to: "now" };

/** An `at` older than this opens its window frozen. */
export const freshFor = 15 * 60_000;

const fields: Record<Table, string[]> = {
  logs: ["level", "event_name", "error_type", "fingerprint"],
  access_logs: ["status", "method", "route"],
};
const common = [
  "product", "environment", "component", "source", "stream", "account_id", "region", "team",
  "request_id", "trace_id", "event_id",
];

/** What rows of a table can be filtered by; as Table.Fields in Go. */
export const fieldsOf = (t: Table): string[] => [...fields[t], ...common];

export function parseLogs(search: string): LogsState {
  const p = new URLSearchParams(search);
  const table: Table = p.get("table") === "access_logs" ? "access_logs" : "logs";
  const state: LogsState = {
    table, from: p.get("from") || defaults.from, to: p.get("to") || defaults.to,
    utc: p.get("tz") === "utc", q: p.get("q") ?? "", terms: [],
  };
  const at = Number(p.get("at"));
  if (Number.isFinite(at) && at > 0) state.at = at;
  const row = p.get("row");
  if (row) state.row = row;
  if (p.get("compare") === "1") state.compare = true;
  const known = new Set(fieldsOf(table));
  for (const [key, value] of p) {
    const not = key.startsWith("-");
    const field = not ? key.slice(1) : key;
    if (!known.has(field)) continue;
    const values = splitValues(value);
    const same = state.terms.find((t) => t.field === field && t.not === not);
    if (same) same.values = [...new Set([...same.values, ...values])];
    else state.terms.push({ field, values, not });
  }
  return state;
}

/** The query string of a state, in a fixed order and without defaults; begins with "?" or is empty. */
export function formatLogs(s: LogsState): string {
  const p: [string, string][] = [];
  if (s.table !== "logs") p.push(["table", s.table]);
  p.push(["from", s.from], ["to", s.to]);
  if (s.at !== undefined) p.push(["at", String(s.at)]);
  if (s.utc) p.push(["tz", "utc"]);
  if (s.q) p.push(["q", s.q]);
  for (const t of s.terms) p.push([(t.not ? "-" : "") + t.field, joinValues(t.values)]);
  if (s.compare) p.push(["compare", "1"]);
  if (s.row) p.push(["row", s.row]);
  return "?" + p.map(([k, v]) => `${k}=${encode(v)}`).join("&");
}

/** The part of a state that the server is asked with. */
export function apiQuery(s: LogsState, at: number | undefined, zone: string): string {
  return formatLogs({ ...s, utc: false, at, row: undefined, compare: undefined }) + `&tz=${encodeURIComponent(zone === "UTC" ? "utc" : zone)}`;
}

// What a query may hold unescaped stays readable: colons, slashes, commas.
const encode = (v: string): string => encodeURIComponent(v).replace(/%(3A|2F|2C|40)/g, (m) => decodeURIComponent(m)).replace(/%20/g, "+");

export function splitValues(s: string): string[] {
  const out: string[] = [];
  let one = "";
  for (let i = 0; i < s.length; i++) {
    if (s[i] === "\\" && (s[i + 1] === "," || s[i + 1] === "\\")) one += s[++i];
    else if (s[i] === ",") {
      out.push(one);
      one = "";
    } else one += s[i];
  }
  return [...out, one];
}

export const joinValues = (values: string[]): string => values.map((v) => v.replace(/[\\,]/g, "\\$&")).join(",");

/** Adds or takes away one value of a filter; including what was excluded turns it round. */
export function toggleTerm(s: LogsState, field: string, value: string, not: boolean): LogsState {
  const had = s.terms.some((t) => t.field === field && t.not === not && t.values.includes(value));
  let terms = s.terms
    .map((t) => (t.field === field ? { ...t, values: t.values.filter((v) => v !== value) } : t))
    .filter((t) => t.values.length > 0);
  if (!had) {
    const same = terms.find((t) => t.field === field && t.not === not);
    if (same) terms = terms.map((t) => (t === same ? { ...t, values: [...t.values, value] } : t));
    else terms = [...terms, { field, values: [value], not }];
  }
  return { ...s, terms };
}

/** The filters of s that mean something in the other table. */
export function switchTable(s: LogsState, table: Table): LogsState {
  const known = new Set(fieldsOf(table));
  return { ...s, table, row: undefined, terms: s.terms.filter((t) => known.has(t.field)) };
}

/** A relative window moves with the clock; only such a one has an `at`. */
export const isRelative = (s: LogsState): boolean => !/^\d+$/.test(s.from) || !/^\d+$/.test(s.to);
