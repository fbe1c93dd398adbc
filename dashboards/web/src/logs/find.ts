// The page's own find, over all rows that are loaded, also those that are no elements just now.

import { computed, signal } from "@preact/signals";
import type { Row } from "../api";
import { clock } from "../format";
import { zone } from "../clock";
import { visible } from "../text";
import { rows } from "./store";
import { realRows } from "./sections";

/** What is looked for; null while the bar is shut. */
export const finding = signal<string | null>(null);
/** Which of the places is looked at. */
export const foundAt = signal(0);

/** What a row shows, in lower case. */
export function haystack(r: Row, z: string): string {
  const l = r.log, a = r.access;
  const parts = l
    ? [clock(l.timestamp, z), l.level, l.component, l.error_type, l.message || l.error_message || l.event_name || l.event_data]
    : [clock(a?.timestamp ?? 0, z), a?.component, a?.status, a?.method, a?.path || a?.route, a?.error_message, a?.ip];
  return visible(parts.filter((p) => p !== undefined).join(" ")).toLowerCase();
}

/** The places in the listing of rows that hold what is looked for. */
export const found = computed<number[]>(() => {
  const needle = visible(finding.value ?? "").toLowerCase(), z = zone.value;
  if (!needle) return [];
  const out: number[] = [];
  rows.value.forEach((r, i) => haystack(r, z).includes(needle) && out.push(i));
  return out;
});

/** Whether the browser's find would miss rows. */
export const needsFind = (): boolean => rows.value.length > realRows;
