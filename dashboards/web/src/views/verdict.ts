// Is everything accounted for?

import type { Flow } from "../api";
import { count, duration } from "../format";

export const isEmpty = (f: Flow): boolean => f.accounts.objects === 0 && f.backlog === 0;

/** The first sentence of the page: the accounts of invariant 5, or what is wrong. */
export function verdict(f: Flow): { ok: boolean; text: string } {
  const a = f.accounts;
  if (isEmpty(f) && !f.faults?.length) return { ok: true, text: "Ready. Nothing has arrived yet" };
  if (f.unaccounted > 0) return { ok: false, text: `${count(f.unaccounted)} ${f.unaccounted === 1 ? "object does" : "objects do"} not balance: run seamark verify` };
  if (f.faults?.length) return { ok: false, text: f.faults[0]! };
  if (f.index_fault) return { ok: false, text: `The index waits: ${f.index_fault}` };
  if (f.lag_ms > 60_000) return { ok: false, text: `All ${count(a.events)} events accounted for, but rows come ${duration(f.lag_ms)} late` };
  return { ok: true, text: `All ${count(a.events)} events accounted for; lag ${duration(f.lag_ms)}` };
}
