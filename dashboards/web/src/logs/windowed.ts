// Which chunks are there: those near what is seen, and those that hold what must not vanish,
// the focus or a part of the selection. One comes at a time, so that no frame is late.

import { idOf } from "../api";
import { signal, type Signal } from "@preact/signals";
import type { Section } from "./sections";


export interface Chunk {
  there: Signal<boolean>;
  box: HTMLElement | null;
  height: number; // px when it was last there; 0: never
}

const margin = 700; // px above and below what is seen

const chunks = new Map<Element, Chunk>();
const wanted = new Set<Chunk>();
let due = 0;

function draw(): void {
  due = 0;
  for (const c of wanted) {
    wanted.delete(c);
    c.there.value = true;
    break;
  }
  if (wanted.size > 0) due = requestAnimationFrame(draw);
}

const holds = (box: HTMLElement): boolean => {
  const s = document.getSelection();
  return box.contains(document.activeElement) || (s !== null && !s.isCollapsed && s.containsNode(box, true));
};

const observer = new IntersectionObserver((entries) => {
  for (const e of entries) {
    const c = chunks.get(e.target);
    if (!c?.box) continue;
    if (e.isIntersecting) wanted.add(c);
    else {
      wanted.delete(c);
      if (c.there.peek() && !holds(c.box)) {
        c.height = c.box.offsetHeight;
        c.there.value = false;
      }
    }
  }
  if (wanted.size > 0 && due === 0) due = requestAnimationFrame(draw);
}, { rootMargin: `${margin}px 0px` });

let sections: Section[] = [];
const byFirstRow = new Map<string, Chunk>();

/** Lays the listing out anew, from how it lay before. */
export function layOut(from: (before: Section[]) => Section[]): Section[] {
  sections = from(sections);
  if (sections.every((s) => s.real)) byFirstRow.clear();
  return sections;
}

export function chunkOf(s: Section): Chunk {
  const first = idOf(s.rows[0]!);
  let c = byFirstRow.get(first);
  if (!c) byFirstRow.set(first, (c = { there: signal(false), box: null, height: 0 }));
  return c;
}

/** Sees to it that the row at that place of the listing is an element; it is one after the next frame. */
export function bringIn(at: number): void {
  const s = sections.find((x) => !x.real && at >= x.from && at < x.from + x.rows.length);
  if (s) chunkOf(s).there.value = true;
}

export function watch(c: Chunk, box: HTMLElement): () => void {
  c.box = box;
  chunks.set(box, c);
  observer.observe(box);
  return () => {
    observer.unobserve(box);
    chunks.delete(box);
    wanted.delete(c);
  };
}

/** Calls then once the page is near its end, and at once where it is; returns how to stop. While it stays there nothing is said again: observe anew once there is more. */
export function nearEnd(end: Element, then: () => void): () => void {
  const o = new IntersectionObserver((entries) => entries.some((e) => e.isIntersecting) && then(), { rootMargin: "0px 0px 1500px" });
  o.observe(end);
  return () => o.disconnect();
}
