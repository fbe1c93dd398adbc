// The bar of the page's own find.

import { idOf } from "../api";
import { useEffect, useRef } from "preact/hooks";
import { count } from "../format";
import { many } from "../text";
import { found, foundAt, finding } from "./find";
import { rows } from "./store";

import { showRow } from "./cursor";
import { live, pause } from "./live";

export function FindBar() {
  const box = useRef<HTMLInputElement>(null);
  const open = finding.value !== null;
  useEffect(() => {
    if (open) box.current?.select();
    if (open && live.value) pause("find");
  }, [open]);
  if (!open) return null;
  const places = found.value;
  const go = (by: number) => {
    if (places.length === 0) return;
    const to = foundAt.value < 0 ? firstFrom(places, by) : (foundAt.value + by + places.length) % places.length;
    foundAt.value = to;
    showRow(idOf(rows.value[places[to]!]!));
  };
  const onKey = (e: KeyboardEvent) => {
    if (e.key === "Enter") go(e.shiftKey ? -1 : 1);
    if (e.key === "Escape") shut();
  };
  const type = (text: string) => {
    finding.value = text;
    foundAt.value = -1;
  };
  return (
    <div class="findbar" role="search" aria-label="Find in the loaded rows">
      <input ref={box} class="field" type="search" aria-label={`Find in ${many(rows.value.length, "loaded row")}`} placeholder={`Find in ${many(rows.value.length, "loaded row")}`} value={finding.value ?? ""} onInput={(e) => type(e.currentTarget.value)} onKeyDown={onKey} autofocus />
      <span class="muted" role="status">{!finding.value ? "" : places.length === 0 ? "in no row" : foundAt.value < 0 ? `in ${many(places.length, "row")}` : `${count(foundAt.value + 1)} of ${many(places.length, "row")}`}</span>
      <button class="tool square" onClick={() => go(-1)} aria-label="Previous (Shift-Enter)" title="Previous (Shift-Enter)">↑</button>
      <button class="tool square" onClick={() => go(1)} aria-label="Next (Enter)" title="Next (Enter)">↓</button>
      <button class="tool square" onClick={shut} aria-label="Close (Esc)" title="Close (Esc)">✕</button>
    </div>
  );
}

/** The place nearest to what is seen: the first from there downwards, or the last above it. */
function firstFrom(places: number[], by: number): number {
  const top = [...document.querySelectorAll<HTMLElement>("article.row")].find((r) => r.getBoundingClientRect().bottom > 90);
  const seen = Number(top?.getAttribute("aria-posinset") ?? 1) - 1;
  const below = places.findIndex((p) => p >= seen);
  return by > 0 ? Math.max(0, below) : (below < 0 ? places.length : below || places.length) - 1;
}

const shut = (): void => void (finding.value = null);
