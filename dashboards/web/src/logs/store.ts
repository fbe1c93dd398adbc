// What /logs shows: asked for whenever the URL's question changes, rows first, then
// the histogram, then the facets. A newer question cancels an older one.

import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { asFault, type Facet, type Fault, type Frame, get, type HistogramAnswer, idOf, isAbort, type LogsAnswer, type Row, timeOf } from "../api";
import { now, zone } from "../clock";
import { go, note, place } from "../route";
import { apiQuery, formatLogs, freshFor, isRelative, parseLogs, type LogsState } from "../url";
import { localZone } from "../time/zone";

export const rows = signal<Row[]>([]);
export const frame = signal<Frame | null>(null);
export const next = signal<string | undefined>(undefined);
export const loading = signal(false);
export const loadingMore = signal(false);
export const fault = signal<Fault | null>(null);
export const histogram = signal<HistogramAnswer | null>(null);
export const facets = signal<Facet[]>([]);
/** The bars and the facets are still those of an earlier question than the rows. */
export const barsOld = signal(false), facetsOld = signal(false);
/** The table that rows were asked of. */
export const shown = signal<LogsState | null>(null);

/** Who answered, where there is a choice, and what may be missing. */
export const by = signal(""), notes = signal<readonly string[]>([]);

/** The conditions of a query that found nothing. */
export const parts = signal<NonNullable<LogsAnswer["parts"]>>([]);

/** The words that rows were found by. */
export const marks = signal<readonly string[]>([]);

/** The unsent text of the query box; null while it equals the question's. */
export const draft = signal<string | null>(null);

/** The state of the URL; on other pages, of the logs as they were left. */
export const state = computed(() => parseLogs(place.value.path === "/logs" ? place.value.search : lastSearch));
let lastSearch = "";

/** A window whose "now" lies in the past stays as it was until somebody goes live. */
export const frozen = signal(false);

const bare = (x: LogsState): string => formatLogs({ ...x, at: undefined, row: undefined, utc: false, compare: undefined });
/** What is on the screen is of another question than the address and the box: it is dimmed. */
export const stale = computed(() => shown.value !== null && bare(shown.value) !== bare(state.value));

let running: AbortController | null = null;
let key = "";

/** Goes to another question. Unless frozen, "now" is the present again. */
export function ask(change: Partial<LogsState>, replace = false): void {
  const s = { ...state.value, row: undefined, ...change };
  if (!("at" in change) && !frozen.value) s.at = undefined;
  if (!("at" in change) && ("from" in change || "to" in change)) s.at = undefined;
  const same = (x: LogsState) => formatLogs({ ...x, at: undefined, row: undefined });
  if (location.pathname === "/logs" && same(s) === same(state.value) && !frozen.value) return refresh();
  go("/logs" + formatLogs(s), replace);
}

/** Asks the same question again, of the present. */
export function refresh(): void {
  key = "";
  frozen.value = false;
  const s = { ...state.value, at: undefined };
  note(formatLogs(s));
  void run(s);
}

/** Gives up the question that runs: address, box and filters are again those of what is shown. */
export function cancel(): void {
  running?.abort();
  running = new AbortController();
  loading.value = false;
  const s = shown.value;
  if (!s || !stale.value) return;
  draft.value = null;
  key = keyOf(s, false);
  go("/logs" + formatLogs({ ...s, row: undefined, at: isRelative(s) ? frame.value?.at : undefined }), true);
}

/** What makes a question another one. */
const keyOf = (s: LogsState, old: boolean): string =>
  formatLogs({ ...s, row: undefined, compare: undefined, at: old ? s.at : undefined, utc: false }) + (s.utc ? "" : localZone());

const query = (s: LogsState): string => apiQuery(s, frozen.value ? s.at : undefined, zone.value);

async function run(s: LogsState): Promise<void> {
  running?.abort();
  const mine = (running = new AbortController());
  loading.value = true;
  try {
    const answer = await get<LogsAnswer>("/api/logs" + query(s), mine.signal);
    if (mine.signal.aborted) return;
    batch(() => {
      rows.value = answer.rows;
      marks.value = answer.marks ?? [];
      by.value = answer.by ?? "";
      parts.value = answer.parts ?? [];
      notes.value = answer.notes ?? [];
      next.value = answer.next;
      frame.value = { from: answer.from, to: answer.to, at: answer.at };
      barsOld.value = facetsOld.value = histogram.value !== null;
      shown.value = s;
      fault.value = null;
      loading.value = false;
    });
    if (!frozen.value && isRelative(s) && location.pathname === "/logs") note(formatLogs({ ...parseLogs(location.search), at: answer.at }));
    await aside(s, answer, mine.signal);
  } catch (e) {
    if (mine.signal.aborted || isAbort(e)) return;
    batch(() => {
      fault.value = asFault(e);
      loading.value = false;
    });
  }
}

/** The histogram and the facets of exactly the window the rows came from. */
async function aside(s: LogsState, f: Frame, signal: AbortSignal, counted = (): unknown => undefined): Promise<void> {
  const fixed = apiQuery({ ...s, from: String(f.from), to: String(f.to) }, undefined, "UTC");
  const h = await get<HistogramAnswer>("/api/logs/histogram" + fixed, signal);
  if (signal.aborted) return;
  batch(() => {
    histogram.value = h;
    barsOld.value = false;
    counted();
  });
  const answer = await get<{ facets: Facet[] }>("/api/logs/facets" + fixed, signal);
  if (signal.aborted) return;
  batch(() => {
    facets.value = answer.facets;
    facetsOld.value = false;
  });
}

/** Counts rows in that the tail has brought, so that bars, count and facets stay those of the rows. */
export function countIn(fresh: Row[]): void {
  const h = histogram.value;
  if (h) {
    const buckets = new Map(h.buckets.map((b) => [b.start, { start: b.start, counts: { ...b.counts } }]));
    for (const r of fresh) {
      const start = Math.floor(timeOf(r) / h.step_ms) * h.step_ms;
      const b = buckets.get(start) ?? { start, counts: {} };
      const name = r.log ? r.log.level ?? "" : r.access?.status ? `${Math.floor(r.access.status / 100)}xx` : "";
      b.counts[name] = (b.counts[name] ?? 0) + 1;
      buckets.set(start, b);
    }
    histogram.value = { ...h, to: Math.max(h.to, ...fresh.map((r) => timeOf(r) + 1)), buckets: [...buckets.values()].sort((a, b) => a.start - b.start) };
  }
  facets.value = facets.value.map((f) => ({
    ...f, values: f.values.map((v) => ({ ...v, count: v.count + fresh.filter((r) => valueOf(r, f.field) === v.value).length })),
  }));
}

const valueOf = (r: Row, field: string): string =>
  String((field === "product" || field === "environment" ? r[field] : (r.log ?? r.access)?.[field as never]) ?? "");

/** The histogram and facets once more, for the live tail; rows that have left the window go with its bars. */
export async function refreshAside(f: Frame): Promise<void> {
  if (!running || loading.value) return;
  await aside(state.value, f, running.signal, () => (rows.value = rows.value.filter((r) => timeOf(r) >= f.from))).catch(() => undefined);
}

/** So many rows are loaded at most: a browser holds them well, and nobody reads more. */
export const maxLoaded = 20_000;

/** Appends the rows that follow the last one. */
export async function more(): Promise<void> {
  const s = shown.value, f = frame.value;
  if (!next.value || !s || !f || loadingMore.value || !running || rows.value.length >= maxLoaded) return;
  const mine = running;
  loadingMore.value = true;
  try {
    const fixed = apiQuery({ ...s, from: String(f.from), to: String(f.to) }, undefined, "UTC");
    const answer = await get<LogsAnswer>(`/api/logs${fixed}&before=${encodeURIComponent(next.value)}`, mine.signal);
    if (mine.signal.aborted) return;
    rows.value = [...rows.value, ...answer.rows];
    next.value = answer.next;
  } catch (e) {
    if (!isAbort(e)) fault.value = asFault(e);
  } finally {
    loadingMore.value = false;
  }
}

/** Fetches one row whole and puts it in the place of the cut one. */
export async function whole(r: Row): Promise<void> {
  const p = new URLSearchParams({
    table: r.table, event_id: idOf(r), ts: String(timeOf(r)), product: r.product, environment: r.environment,
  });
  const answer = await get<{ row: Row }>("/api/logs/row?" + p.toString());
  rows.value = rows.value.map((x) => (idOf(x) === idOf(r) ? answer.row : x));
}

/** The window of the URL, which may be ahead of the rows shown. */
function windowAsked(): { from: number; to: number } | null {
  const s = state.value;
  return isRelative(s) ? frame.value : { from: Number(s.from), to: Number(s.to) };
}

/** Moves the window by its own width. */
export function shift(direction: -1 | 1): void {
  const f = windowAsked();
  if (!f) return;
  const width = f.to - f.from;
  ask({ from: String(f.from + direction * width), to: String(f.to + direction * width) });
}

export const zoomTo = (from: number, to: number): void => ask({ from: String(Math.floor(from)), to: String(Math.ceil(to)) });

/** Twice the window around the same middle; never past the present. */
export function zoomOut(): void {
  const f = windowAsked();
  if (!f) return;
  const half = (f.to - f.from) / 2;
  const to = Math.min(f.to + half, Math.max(now(), f.to));
  zoomTo(Math.max(0, f.from - half - (f.to + half - to)), to);
}

let liveAgain = { from: "now-1h", to: "now" };

/** Holds the window still, or lets it go again. */
export function freeze(): void {
  const f = frame.value;
  if (!f) return;
  if (!isRelative(state.value)) return goLive();
  liveAgain = { from: state.value.from, to: state.value.to };
  if (frozen.value) return goLive();
  ask({ from: String(f.from), to: String(f.to) });
}

export function goLive(): void {
  const relative = isRelative(state.value) ? { from: state.value.from, to: state.value.to } : liveAgain;
  frozen.value = false;
  ask({ ...relative, at: undefined });
}

/** Follows the URL. */
export function startLogs(): void {
  effect(() => {
    const p = place.value;
    if (p.path !== "/logs") return;
    lastSearch = p.search;
    const s = parseLogs(p.search);
    const old = s.at !== undefined && isRelative(s) && now() - s.at > freshFor;
    const wanted = keyOf(s, old);
    if (wanted === key) return;
    key = wanted;
    untracked(() => {
      frozen.value = old;
      if (draft.value === s.q) draft.value = null;
      void run(s);
    });
  });
}
