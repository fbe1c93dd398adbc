// Where the reader is. Links are plain <a href>: one listener turns those of this
// site into a change of state, so that middle-click, copy and Back work as ever.

import { signal } from "@preact/signals";

export const place = signal({ path: location.pathname, search: location.search });

let lastLogs = "";

function arrive(): void {
  place.value = { path: location.pathname, search: location.search };
  if (location.pathname === "/logs") lastLogs = location.search;
}

/** Goes to a URL of this site, as a new entry of the history or in place of this one. */
export function go(url: string, replace = false): void {
  if (url === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", url);
  arrive();
}

/** Notes in the address what changes nothing on the screen. */
export function note(search: string): void {
  history.replaceState(null, "", location.pathname + search);
  if (location.pathname === "/logs") lastLogs = search;
}

/** The link to the logs as they were left: filters survive a change of page. */
export const logsHref = (): string => "/logs" + lastLogs;

export function startRouting(): void {
  if (location.pathname === "/logs") lastLogs = location.search;
  addEventListener("popstate", arrive);
  document.addEventListener("click", (e) => {
    if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
    const a = (e.target as Element | null)?.closest?.("a[href]");
    const href = a?.getAttribute("href");
    if (!a || !href?.startsWith("/") || href.startsWith("//") || a.hasAttribute("target") || a.hasAttribute("download") || href.startsWith("/login")) return;
    e.preventDefault();
    go(href);
    if (!href.startsWith("/logs")) scrollTo(0, 0);
  });
}
