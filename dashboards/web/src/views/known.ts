// What the page knows of the pipeline. Every view that would show a tick asks here first: what is
// wrong comes before what is well, and what was not heard is unknown, not well.

import type { Fault, Flow, Trouble } from "../api";
import { bytes, duration } from "../format";
import { many } from "../text";

export type Known =
  | { kind: "unknown"; since: number; why: string } // since: when it was last heard, browser time; 0: never
  | { kind: "wrong"; what: string; remedy: string; more: Trouble[] }
  | { kind: "well"; text: string };

/** Nothing has been transformed, and nothing waits to be. */
export const isEmpty = (f: Flow): boolean => f.accounts.objects === 0 && f.backlog === 0 && !f.spooled;

/** Is everything accounted for? The accounts of invariant 5, or what is wrong, or that nobody knows. */
export function known(f: Flow | null, fault: Fault | null, heard: number): Known {
  if (fault || !f) return { kind: "unknown", since: heard, why: fault?.what ?? "" };
  const faults = f.troubles ?? (f.faults ?? []).map((what) => ({ component: "", what, remedy: "" }));
  if (f.unaccounted > 0) {
    return { kind: "wrong", what: `${many(f.unaccounted, "object does", "objects do")} not balance`, remedy: "run seamark verify", more: faults };
  }
  if (faults[0]) return { kind: "wrong", what: capital(faults[0].what), remedy: [faults[0].remedy, waiting(f).slice(2)].filter(Boolean).join("; "), more: faults.slice(1) };
  if (f.index_fault) return { kind: "wrong", what: `The index waits: ${f.index_fault}`, remedy: "", more: [] };
  const a = f.accounts;
  if (f.lag_ms > 60_000) return { kind: "wrong", what: `${events(a.events)} accounted for, but rows come ${duration(f.lag_ms)} late`, remedy: "", more: [] };
  if (isEmpty(f)) return { kind: "well", text: "Ready. Nothing has arrived yet" };
  if (a.objects === 0) return { kind: "well", text: `Ready${waiting(f)}` };
  return { kind: "well", text: `${events(a.events)} accounted for; lag ${duration(f.lag_ms)}` };
}

const events = (n: number): string => (n === 1 ? "The one event is" : `All ${many(n, "event")}`);

const capital = (s: string): string => s.charAt(0).toUpperCase() + s.slice(1);

/** What is acknowledged and waits, where it waits. */
export function waiting(f: Flow): string {
  const list = [];
  if (f.spooled) list.push(`${bytes(f.spooled)} acknowledged in the spool`);
  if (f.backlog > 0) list.push(`${many(f.backlog, "landing object")} to transform`);
  return list.length > 0 ? `; waiting: ${list.join(", ")}` : "";
}

/** Whether alarms can be trusted to be told: the rules are evaluated, and nothing that they count is held up. */
export const watching = (f: Flow | null): Trouble | undefined =>
  (f?.troubles ?? []).find((t) => ["rules", "transformer", "front_door", "upload"].includes(t.component));
