// The key map. A key does something only while nobody types and no dialog is open.

import { signal } from "@preact/signals";
import { keysOff, wrap } from "./prefs";
import { go, logsHref, place } from "./route";
import { freeze, shift, zoomOut } from "./logs/store";
import { toggleLive } from "./logs/live";
import { closeRow, currentRow, moveCursor, nextError, openRow } from "./logs/cursor";
import { copy, copyCommand, rowLink } from "./logs/actions";
import { finding, needsFind } from "./logs/find";
import { around } from "./logs/around";

export const helpOpen = signal(false);

export interface Key {
  keys: string[];
  what: string;
  where: "everywhere" | "logs";
  run?: () => void;
}

export const keyMap: Key[] = [
  { keys: ["f"], what: "Flow", where: "everywhere", run: () => go("/") },
  { keys: ["o"], what: "Logs", where: "everywhere", run: () => go(logsHref()) },
  { keys: ["i"], what: "Incidents", where: "everywhere", run: () => go("/incidents") },
  { keys: ["?"], what: "this map", where: "everywhere" },
  { keys: ["/"], what: "to the query", where: "logs", run: () => focusQuery() },
  { keys: ["j"], what: "next row", where: "logs", run: () => moveCursor(1) },
  { keys: ["k"], what: "previous row", where: "logs", run: () => moveCursor(-1) },
  { keys: ["Enter"], what: "open the row", where: "logs", run: () => openRow() },
  { keys: ["Escape"], what: "close the row", where: "logs", run: () => closeRow() },
  { keys: ["c"], what: "the rows around it in its stream; again: more", where: "logs", run: () => showAround() },
  { keys: ["e"], what: "next error", where: "logs", run: () => nextError(1) },
  { keys: ["E"], what: "previous error", where: "logs", run: () => nextError(-1) },
  { keys: ["["], what: "earlier", where: "logs", run: () => shift(-1) },
  { keys: ["]"], what: "later", where: "logs", run: () => shift(1) },
  { keys: ["Z"], what: "zoom out", where: "logs", run: () => zoomOut() },
  { keys: ["z"], what: "freeze, or go live", where: "logs", run: () => freeze() },
  { keys: ["l"], what: "live tail", where: "logs", run: () => toggleLive() },
  { keys: ["Ctrl F"], what: "find in all loaded rows", where: "logs" },
  { keys: ["w"], what: "wrap lines", where: "logs", run: () => (wrap.value = !wrap.value) },
  { keys: ["y"], what: "copy a link to the row", where: "logs", run: () => copyLink() },
  { keys: ["Y"], what: "copy the command", where: "logs", run: () => copyCommand() },
];

function focusQuery(): void {
  const box = document.querySelector<HTMLInputElement>("#query");
  box?.focus();
  box?.select();
}

function copyLink(): void {
  const r = currentRow();
  if (r) void copy(rowLink(r), "a link to the row");
}

function showAround(): void {
  const r = currentRow();
  if (r) void around(r);
}

/** Ctrl-F where the browser's find would miss rows that are no elements; a second one in the bar is the browser's. */
function find(e: KeyboardEvent): boolean {
  if (!(e.ctrlKey || e.metaKey) || e.shiftKey || e.altKey || e.key.toLowerCase() !== "f") return false;
  const box = document.querySelector<HTMLInputElement>(".findbar input");
  if (place.value.path !== "/logs" || !needsFind() || box === document.activeElement && box) return false;
  finding.value ??= "";
  box?.focus();
  return true;
}

const typing = (t: EventTarget | null): boolean =>
  t instanceof HTMLElement && (t.isContentEditable || t instanceof HTMLTextAreaElement || t instanceof HTMLSelectElement ||
    (t instanceof HTMLInputElement && t.type !== "checkbox"));

export function startKeys(): void {
  document.addEventListener("keydown", (e) => {
    if (find(e)) return e.preventDefault();
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || typing(e.target) || document.querySelector("dialog[open]")) return;
    if (keysOff.value && e.key !== "Escape") return;
    if (e.key === "?") {
      helpOpen.value = true;
      e.preventDefault();
      return;
    }
    const onControl = (e.target as Element | null)?.closest?.("button, a, summary");
    if (e.key === "Enter" && onControl) return;
    const key = keyMap.find((k) => k.keys.includes(e.key) && (k.where === "everywhere" || place.value.path === "/logs"));
    if (!key?.run) return;
    e.preventDefault();
    key.run();
  });
}
