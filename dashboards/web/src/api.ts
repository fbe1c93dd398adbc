// The API of package dashboards, and the shapes it answers with.

import type { Table } from "./url";

export interface Log {
  timestamp: number;
  event_id: string;
  level?: string;
  component?: string;
  message?: string;
  event_name?: string;
  event_data?: string;
  source?: string;
  error_type?: string;
  error_message?: string;
  error_stack?: string;
  fingerprint?: string;
  request_id?: string;
  ingested_at: number;
  [column: string]: string | number | undefined;
}

export interface Access {
  timestamp: number;
  event_id: string;
  component?: string;
  source?: string;
  method?: string;
  path?: string;
  route?: string;
  status?: number;
  latency_ms?: number;
  response_bytes?: number;
  ip?: string;
  error_message?: string;
  request_id?: string;
  extra?: string;
  ingested_at: number;
  [column: string]: string | number | undefined;
}

export interface Row {
  table: Table;
  product: string;
  environment: string;
  log?: Log;
  access?: Access;
  cut?: Record<string, number>;
}

export const idOf = (r: Row): string => (r.log ?? r.access)?.event_id ?? "";
export const timeOf = (r: Row): number => (r.log ?? r.access)?.timestamp ?? 0;

export interface Frame {
  from: number;
  to: number;
  at: number;
}

export interface LogsAnswer extends Frame {
  rows: Row[];
  more: boolean;
  next?: string;
  query?: string; // q as it was understood
  by?: string; // who answered, where there is a choice
  notes?: string[]; // what may be missing
  parts?: { text: string; rest: string }[]; // of a query that found nothing: its conditions, and the query without each
  marks?: string[]; // the words that rows were found by; a * where they may go on
}

export interface Bucket {
  start: number;
  counts: Record<string, number>;
}

export interface HistogramAnswer extends Frame {
  step_ms: number;
  buckets: Bucket[];
}

export interface Facet {
  field: string;
  values: { value: string; count: number; text?: string }[]; // text: of a fingerprint, its pattern's
  more: boolean;
}

export interface Trouble {
  component: string;
  what: string;
  remedy: string;
}

export interface Flow {
  at: string;
  started_at: string;
  accounts: { objects: number; bytes_in: number; events: number; undecodable: number; rows: number; quarantined: number; control_messages: number };
  events_per_s: number;
  lag_ms: number;
  backlog: number;
  indexed: number | null;
  index_fault: string;
  products: { product: string; environment: string; rows: number; errors: number; incident?: string }[] | null;
  recent: { at: string; events: number; rows: number; quarantined: number }[] | null;
  quarantine: { at: string; origin: string; offset: number; bytes: number; reason: string; kept: string }[] | null;
  open_alarms: number;
  open_incidents: number;
  unaccounted: number;
  faults: string[] | null;
  troubles?: Trouble[] | null;
  spooled?: number; // bytes, acknowledged and in no landing object yet
  version: string;
  lake?: string;
  login: boolean;
}

export interface Alarm {
  name: string;
  rule: string;
  scope: { product: string; environment: string; component?: string; team?: string; account_id?: string; region?: string };
  state: string;
  severity: string;
  value: number;
  peak?: number; // the worst value of the incident so far
  threshold: number;
  unit: string;
  samples: number;
  window: string;
  since: string;
  evaluated: string;
  reason: string;
  runbook: string;
  origin: string;
}

export interface Incident {
  id: string;
  product: string;
  environment: string;
  team: string;
  severity: string;
  status: "open" | "resolved";
  opened_at: string;
  updated_at: string;
  resolved_at?: string;
  alarms: Alarm[] | null;
  series: { start: string; counts: Record<string, number> }[] | null;
  timeline: { at: string; what: string }[] | null;
  runbook: string;
}

export interface Pattern {
  fingerprint: string;
  count: number;
  first: string;
  last: string;
  sample: Row;
}

/** What an incident's cards say of it. */
export interface Said {
  fault: string;
  lasted: string;
  alarms: string[] | null;
  patterns?: { kind: string; sample: string; stack: string[] | null }[] | null; // one for each pattern
}

export interface IncidentAnswer {
  now: number;
  said: Said;
  incident: Incident;
  patterns: Pattern[];
  cards: { slack?: unknown; teams?: unknown; text?: string };
}

/** What went wrong, where, and the remedy: as every error of Seamark says it. */
export class Fault extends Error {
  constructor(readonly what: string, readonly where = "", readonly remedy = "", readonly status = 0) {
    super([what, where, remedy].filter(Boolean).join(": "));
  }
}

/** Asks the API; the answer is trusted to have its shape, its texts are not trusted at all. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { signal, headers: { Accept: "application/json" }, credentials: "same-origin" });
  } catch (e) {
    if (signal?.aborted) throw e;
    throw new Fault("seamark does not answer", location.host, "is the process still running? Asking again is safe");
  }
  if (response.status === 401) {
    location.assign("/login?next=" + encodeURIComponent(location.pathname + location.search));
    throw new Fault("nobody is logged in", "", "log in", 401);
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && body !== null) return body as T;
  const e = (body as { error?: { what?: string; where?: string; remedy?: string } } | null)?.error;
  throw new Fault(e?.what ?? `the answer was ${response.status}`, e?.where ?? path, e?.remedy ?? "try again", response.status);
}

export const asFault = (e: unknown): Fault => (e instanceof Fault ? e : new Fault(String(e instanceof Error ? e.message : e)));

export const isAbort = (e: unknown): boolean => e instanceof DOMException && e.name === "AbortError";
