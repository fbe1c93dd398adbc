// How the listing is cut into pieces: the first rows are real elements, always, so that the
// browser's own find and selection work; those beyond come in chunks that are there while near.

import { type Row, timeOf } from "../api";
import { dayOf } from "../time/zone";


/** So many rows from the top are always real elements. */
export const realRows = 500;
/** Rows of one chunk: few enough that one is drawn within a frame. */
export const chunkRows = 25;

export interface Section {
  day: boolean; // the first of its day: a heading stands above it
  from: number; // index of its first row
  rows: Row[];
  real: boolean;
}

const same = (a: Row[], b: Row[]): boolean => a.length === b.length && a.every((r, i) => r === b[i]);

/** Cuts at days, and beyond the first 500 into chunks. A chunk that was there before is the same object again. */
export function sectionsOf(all: Row[], zone: string, before: Section[] = []): Section[] {
  const known = new Map(before.filter((s) => !s.real).map((s) => [s.from, s]));
  const out: Section[] = [];
  const close = (from: number, to: number, day: boolean) => {
    if (from === to) return;
    const one: Section = { day, from, rows: all.slice(from, to), real: from < realRows };
    const old = known.get(from);
    out.push(old && !one.real && old.day === day && same(old.rows, one.rows) ? old : one);
  };
  let from = 0, day = { start: 0, end: 0 }, heads = false;
  all.forEach((r, i) => {
    const t = timeOf(r), another = t < day.start || t >= day.end;
    if (another || i === realRows || (i > realRows && i - from === chunkRows)) {
      close(from, i, heads);
      from = i;
      heads = another;
      if (another) day = dayOf(t, zone);
    }
  });
  close(from, all.length, heads);
  return out;
}
