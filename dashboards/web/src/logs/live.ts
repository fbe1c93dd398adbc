// The live tail: new rows on top, every two seconds, until the reader looks at
// something. Then they are counted and wait: nothing moves under the reader.

import { batch, computed, signal } from "@preact/signals";
import { asFault, get, idOf, isAbort, type LogsAnswer, type Row, timeOf } from "../api";
import { zone } from "../clock";
import { place } from "../route";
import { apiQuery, isRelative } from "../url";
import { ask, countIn, fault, frame, frozen, loading, next, rows, shown, state, refreshAside } from "./store";

export const live = signal(false);
/** Why new rows wait: "scroll", "selection" or "an open row"; null while they flow. */
export const paused = signal<string | null>(null);
const waiting = signal<Row[]>([]);
/** Since when the stream is not heard, browser time; 0 while it is. */
export const lost = signal(0);
/** What the tail does: the word on the button and the bar. */
export const tail = computed((): "off" | "live" | "paused" | "lost" =>
  !live.value ? "off" : lost.value > 0 ? "lost" : paused.value !== null ? "paused" : "live");
export const waitingCount = computed(() => waiting.value.length);
/** More came at once than one listing holds. */
export const overrun = signal(false);

const every = 2000; // ms
const buffer = 5000; // rows
const overlap = 30_000; // ms: late rows of this age are still found

let timer = 0;
let turn = 0;
let asking: AbortController | null = null;

export function toggleLive(): void {
  if (tail.value === "paused") return resume();
  if (live.value) return stop();
  live.value = true;
  lost.value = 0;
  paused.value = null;
  waiting.value = [];
  turn = 0;
  if (!isRelative(state.value) || frozen.value) {
    frozen.value = false;
    ask({ from: "now-1h", to: "now", at: undefined });
  }
  schedule();
}

export function stop(): void {
  live.value = false;
  paused.value = null;
  lost.value = 0;
  overrun.value = false;
  waiting.value = [];
  clearTimeout(timer);
  asking?.abort();
}

export function pause(why: string): void {
  if (live.value && paused.value === null) paused.value = why;
}

/** Lets in what waited. */
export function resume(): void {
  const held = waiting.value;
  batch(() => {
    waiting.value = [];
    paused.value = null;
    merge(held);
  });
  scrollTo({ top: 0 });
}

function schedule(): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => void beat(), every);
}

async function beat(): Promise<void> {
  if (!live.value) return;
  if (place.value.path === "/logs" && !document.hidden && !loading.value && frame.value) await fetchNew();
  if (live.value) schedule();
}

async function fetchNew(): Promise<void> {
  const s = shown.value;
  if (!s) return;
  asking = new AbortController();
  const newest = Math.max(rows.value[0] ? timeOf(rows.value[0]) : 0, waiting.value[0] ? timeOf(waiting.value[0]) : 0);
  const from = newest ? newest - overlap : frame.value!.from;
  try {
    const answer = await get<LogsAnswer>("/api/logs" + apiQuery({ ...s, from: String(from), to: "now+10s" }, undefined, zone.value), asking.signal);
    if (!live.value || shown.value !== s) return;
    const known = new Set([...rows.value, ...waiting.value].map(idOf));
    const fresh = answer.rows.filter((r) => !known.has(idOf(r)));
    overrun.value = answer.more && fresh.length === answer.rows.length;
    if (paused.value === null) merge(fresh);
    else waiting.value = [...fresh, ...waiting.value].slice(0, buffer);
    fault.value = null;
    lost.value = 0;
    const f = frame.value!;
    frame.value = { from: f.from + (answer.at - f.at), to: answer.at, at: answer.at };
    if (paused.value === null && turn++ % 5 === 4) await refreshAside(frame.value); // what waits is not counted yet
  } catch (e) {
    if (isAbort(e) || !live.value) return;
    batch(() => {
      fault.value = asFault(e);
      if (lost.value === 0) lost.value = Date.now();
    });
  }
}

function merge(fresh: Row[]): void {
  if (fresh.length === 0) return;
  const all = [...fresh, ...rows.value];
  all.sort((a, b) => timeOf(b) - timeOf(a) || (idOf(b) > idOf(a) ? 1 : -1));
  batch(() => {
    rows.value = all.slice(0, buffer);
    const last = rows.value.at(-1)!;
    if (all.length > buffer) next.value = `${timeOf(last)},${idOf(last)}`; // what was let go can be loaded again
    countIn(fresh);
  });
}
