// The server's clock, as far as answers tell it, and the zone times are shown in.

import { computed, signal } from "@preact/signals";
import { localZone } from "./time/zone";
import { place } from "./route";
import { preferUtc } from "./prefs";
import { parseLogs } from "./url";

let ahead = 0;

/** The server's time, in Unix ms; the browser's own until an answer came. */
export const now = (): number => Date.now() + ahead;

/** Takes the server's clock from an answer that was made just now. */
export function learn(serverNow: number): void {
  const difference = serverNow - Date.now();
  ahead = Math.abs(difference) < 2000 ? 0 : difference;
}

/** Ticks once a second: ages on the page depend on it. */
export const tick = signal(0);
setInterval(() => tick.value++, 1000);

export const zone = computed(() => {
  const p = place.value;
  const utc = p.path === "/logs" ? parseLogs(p.search).utc : preferUtc.value;
  return utc ? "UTC" : localZone();
});
