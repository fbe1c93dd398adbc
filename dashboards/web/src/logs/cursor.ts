// The row under the cursor and the rows that are open. The cursor is the focus: moving
// it touches two elements, however many rows there are.

import { batch, effect, signal, untracked } from "@preact/signals";
import type { Row } from "../api";
import { note } from "../route";
import { formatLogs, parseLogs } from "../url";
import { idOf, more, rows, shown } from "./store";
import { statusClass } from "../level";
import { live, pause } from "./live";

export const cursor = signal(""); // event_id
export const open = signal<ReadonlySet<string>>(new Set());

const element = (id: string): HTMLElement | null => document.getElementById("row-" + id);

export const currentRow = (): Row | undefined => rows.value.find((r) => idOf(r) === cursor.value) ?? rows.value[0];

function focusRow(id: string): void {
  cursor.value = id;
  const e = element(id);
  e?.focus({ preventScroll: true });
  e?.scrollIntoView({ block: "nearest" });
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

/** A new listing: the row that the URL names is open, as far as it is there. */
export function startCursor(): () => void {
  return effect(() => {
    const s = shown.value;
    untracked(() => {
      const wanted = s?.row ?? parseLogs(location.search).row;
      const there = wanted !== undefined && rows.value.some((r) => idOf(r) === wanted);
      batch(() => {
        open.value = new Set(there ? [wanted] : []);
        if (there || !rows.value.some((r) => idOf(r) === cursor.value)) cursor.value = there ? wanted : "";
      });
      if (there) requestAnimationFrame(() => element(wanted)?.scrollIntoView({ block: "center" }));
    });
  });
}
