// What stands around a row in its log stream, whatever the question is: shown in place.

import { signal } from "@preact/signals";
import { asFault, type Fault, get, idOf, type Row, timeOf } from "../api";
import { live, pause } from "./live";

export interface Around {
  n: number; // rows on either side, at most
  earlier: Row[]; // newest first
  later: Row[]; // oldest first
  fault: Fault | null;
}

/** By event_id of the row. */
export const arounds = signal<ReadonlyMap<string, Around>>(new Map());

const sizes = [10, 50];

function put(id: string, a: Around | null): void {
  const map = new Map(arounds.value);
  if (a) map.set(id, a);
  else map.delete(id);
  arounds.value = map;
}

/** How the key and the button go on: ten rows on either side, fifty, none. */
export const nextSize = (id: string): number | undefined => {
  const had = arounds.value.get(id)?.n;
  return had === undefined ? sizes[0] : sizes[sizes.indexOf(had) + 1];
};

export async function around(r: Row): Promise<void> {
  const id = idOf(r), n = nextSize(id);
  if (n === undefined) return put(id, null);
  if (live.value) pause("an open row");
  const c = r.log ?? r.access;
  const p = new URLSearchParams({ table: r.table, event_id: id, ts: String(timeOf(r)), product: r.product, environment: r.environment, n: String(n) });
  if (c?.account_id) p.set("account_id", String(c.account_id));
  if (c?.source) p.set("source", c.source);
  const before = arounds.value.get(id) ?? { earlier: [], later: [] };
  put(id, { ...before, n, fault: null });
  try {
    const answer = await get<{ earlier: Row[]; later: Row[] }>("/api/logs/context?" + p.toString());
    if (arounds.value.get(id)?.n === n) put(id, { n, ...answer, fault: null });
  } catch (e) {
    put(id, { ...before, n, fault: asFault(e) });
  }
}
