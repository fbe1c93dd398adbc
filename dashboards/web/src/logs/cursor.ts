// The row under the cursor and the rows that are open. The cursor is the focus: moving
// it touches two elements, however many rows there are.

import { batch, effect, signal, untracked } from "@preact/signals";
import { get, idOf, type LogsAnswer, type Row, timeOf } from "../api";
import { note } from "../route";
import { apiQuery, formatLogs, parseLogs, type LogsState } from "../url";
import { frame, maxLoaded, more, next, rows, shown } from "./store";
import { statusClass } from "../level";
import { live, pause } from "./live";
import { bringIn } from "./windowed";

export const cursor = signal(""); // event_id
export const open = signal<ReadonlySet<string>>(new Set());

const element = (id: string): HTMLElement | null => document.getElementById("row-" + id);

export const currentRow = (): Row | undefined => rows.value.find((r) => idOf(r) === cursor.value) ?? rows.value[0];

function focusRow(id: string): void {
  cursor.value = id;
  whenThere(id, (e) => {
    e.focus({ preventScroll: true });
    e.scrollIntoView({ block: "nearest" });
  });
}

/** Calls then with the element of a row, which may have to be made first: the listing may not be laid out yet. */
function whenThere(id: string, then: (e: HTMLElement) => void, frames = 60): void {
  const e = element(id);
  if (e) return then(e);
  bringIn(rows.value.findIndex((r) => idOf(r) === id));
  if (frames > 0) requestAnimationFrame(() => whenThere(id, then, frames - 1));
}

/** Puts the cursor on a row and the row into the middle; the focus stays where it is. */
export function showRow(id: string): void {
  cursor.value = id;
  whenThere(id, (e) => e.scrollIntoView({ block: "center" }));
}

export function moveCursor(by: number): void {
  const all = rows.value;
  if (all.length === 0) return;
  const at = all.findIndex((r) => idOf(r) === cursor.value);
  const to = at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by));
  if (at === all.length - 1 && by > 0) void more();
  focusRow(idOf(all[to]!));
}

const severe = (r: Row): boolean =>
  r.log ? r.log.level === "ERROR" || r.log.level === "FATAL" : ["4xx", "5xx"].includes(statusClass(r.access?.status));

export function nextError(direction: 1 | -1): void {
  const all = rows.value;
  let i = all.findIndex((r) => idOf(r) === cursor.value);
  if (i < 0) i = direction > 0 ? -1 : all.length;
  for (i += direction; i >= 0 && i < all.length; i += direction) {
    if (severe(all[i]!)) return focusRow(idOf(all[i]!));
  }
}

export function toggleRow(id: string): void {
  const set = new Set(open.value);
  const opening = !set.delete(id);
  if (opening) {
    set.add(id);
    if (live.value) pause("an open row");
  }
  batch(() => {
    open.value = set;
    cursor.value = id;
  });
  note(formatLogs({ ...parseLogs(location.search), row: opening ? id : [...set].at(-1) }));
}

export function openRow(): void {
  const r = currentRow();
  if (!r) return;
  focusRow(idOf(r));
  toggleRow(idOf(r));
}

export function closeRow(): void {
  const id = open.value.has(cursor.value) ? cursor.value : [...open.value].at(-1);
  if (id === undefined) return;
  toggleRow(id);
  focusRow(id);
}

/** Why the row that the address names is not shown; null while it is, or none is named. */
export const unknownRow = signal<{ id: string; why: "gone" | "filtered" | "deep" } | null>(null);

/** A new listing: the row that the URL names is open, as far as it is there. */
export function startCursor(): () => void {
  return effect(() => {
    const s = shown.value;
    untracked(() => {
      const wanted = s?.row ?? parseLogs(location.search).row;
      const there = wanted !== undefined && isThere(wanted);
      batch(() => {
        unknownRow.value = null;
        open.value = new Set(there ? [wanted] : []);
        if (there || !isThere(cursor.value)) cursor.value = there ? wanted : "";
      });
      if (there) requestAnimationFrame(() => showRow(wanted));
      else if (s?.row) void seek(s.row, s);
    });
  });
}

const isThere = (id: string): boolean => rows.value.some((r) => idOf(r) === id);

/** Looks for a row that is none of the first: further down, or kept out by a filter. */
async function seek(id: string, s: LogsState): Promise<void> {
  const f = frame.value;
  if (!f) return;
  try {
    const alone: LogsState = { ...s, from: String(f.from), to: String(f.to), q: "", terms: [{ field: "event_id", values: [id], not: false }] };
    const answer = await get<LogsAnswer>("/api/logs" + apiQuery(alone, undefined, "UTC") + "&limit=1");
    const at = answer.rows[0] && timeOf(answer.rows[0]);
    while (shown.value === s && at !== undefined && !isThere(id) && next.value && rows.value.length < maxLoaded && timeOf(rows.value.at(-1)!) >= at) {
      const before = rows.value.length;
      await more();
      if (rows.value.length === before) return; // a fault, which is shown
    }
    if (shown.value !== s) return;
    if (!isThere(id)) {
      unknownRow.value = { id, why: at === undefined ? "gone" : next.value && timeOf(rows.value.at(-1)!) >= at ? "deep" : "filtered" };
      return;
    }
    open.value = new Set([id]);
    showRow(id);
  } catch {
    // the listing's own faults are shown; a row that could not be looked for is not said to be missing
  }
}
