// The flow of the pipeline and the open incidents, asked for every few seconds while
// somebody looks.

import { signal } from "@preact/signals";
import { asFault, get, type Fault, type Flow, type Incident, type Said } from "../api";
import { learn } from "../clock";
import { place } from "../route";

export const flow = signal<Flow | null>(null);
export const flowFault = signal<Fault | null>(null);
export const incidents = signal<Incident[] | null>(null);
export const incidentsMore = signal(0);
/** What the cards say of each, by its id. */
export const said = signal<Map<string, Said>>(new Map());
/** Browser time of the last good answer. */
export const heard = signal(0);

interface List {
  now: number;
  incidents: Incident[];
  more: number;
  said?: Said[] | null;
}

/** Asks once; each failure is shown, and the next turn tries again. */
export async function poll(): Promise<void> {
  try {
    const [f, list] = await Promise.all([get<Flow>("/api/flow"), get<List>("/api/incidents")]);
    learn(list.now);
    flow.value = f;
    incidents.value = list.incidents;
    said.value = new Map(list.incidents.map((i, n) => [i.id, list.said?.[n] ?? { fault: "", lasted: "", alarms: null }]));
    incidentsMore.value = list.more;
    heard.value = Date.now();
    flowFault.value = null;
  } catch (e) {
    flowFault.value = asFault(e);
  }
}

/** Polls every 2 s on the pages that show it, every 10 s for the badge elsewhere, never unseen. */
export function startPolling(): void {
  let turn = 0;
  const beat = async () => {
    const watched = place.value.path !== "/logs";
    if (!document.hidden && (watched || turn % 5 === 0)) await poll();
    turn++;
    setTimeout(() => void beat(), 2000);
  };
  void beat();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void poll();
  });
}
