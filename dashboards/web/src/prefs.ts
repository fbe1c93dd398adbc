// What is remembered between visits: how rows are shown, never what is shown.

import { effect, signal, type Signal } from "@preact/signals";

function remembered<T>(key: string, fallback: T): Signal<T> {
  let first = fallback;
  try {
    const text = localStorage.getItem(key);
    if (text !== null) first = JSON.parse(text) as T;
  } catch {
    // storage may be off or hold what an older page wrote: the fallback serves
  }
  const s = signal(first);
  effect(() => {
    try {
      localStorage.setItem(key, JSON.stringify(s.value));
    } catch {
      // not remembered, then
    }
  });
  return s;
}

export const wrap = remembered("wrap", false);
export const raw = remembered("raw", false);
export const keysOff = remembered("keys-off", false);
/** Queries asked before, newest first. */
export const recentQueries = remembered<string[]>("queries", []);
/** The zone of pages that have no zone in their URL. */
export const preferUtc = remembered("utc", false);
