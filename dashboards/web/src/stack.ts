// Counts over time into stacked bars.

import type { Bucket } from "./api";
import { rankOf, stackOrder } from "./level";

export interface Stack {
  label: string;
  color: string; // token
  values: number[];
}

/** One column per bucket of [from, to), zero where nothing was counted; stacked with errors at the bottom. */
export function stackBuckets(buckets: Bucket[], from: number, to: number, step: number): { starts: number[]; stacks: Stack[] } {
  const first = Math.floor(from / step) * step;
  const n = Math.max(1, Math.ceil((to - first) / step));
  const starts = Array.from({ length: n }, (_, i) => first + i * step);
  const byName = new Map<string, number[]>();
  for (const b of buckets) {
    const i = Math.floor((b.start - first) / step);
    if (i < 0 || i >= n) continue;
    for (const [name, value] of Object.entries(b.counts ?? {})) {
      const values = byName.get(name) ?? Array.from({ length: n }, () => 0);
      values[i]! += value;
      byName.set(name, values);
    }
  }
  const names = [...byName.keys()].sort((a, b) => place(a) - place(b));
  return { starts, stacks: names.map((name) => ({ label: rankOf(name).name, color: `--${rankOf(name).tone}`, values: byName.get(name)! })) };
}

const place = (name: string): number => {
  const i = stackOrder.indexOf(name);
  return i < 0 ? stackOrder.length : i;
};
