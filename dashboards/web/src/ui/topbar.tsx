// The bar on top: where one is, which time is looked at, in which zone.

import { localZone } from "../time/zone";
import { short, zoneName } from "../format";
import { now, zone } from "../clock";
import { preferUtc } from "../prefs";
import { logsHref, place } from "../route";
import { incidents } from "../views/flowstore";
import { ask, state } from "../logs/store";
import { live, tail, toggleLive, waitingCount } from "../logs/live";
import { helpOpen } from "../keys";
import { RangeBox } from "./range";

export function TopBar() {
  const path = place.value.path;
  const onLogs = path === "/logs";
  const open = (incidents.value ?? []).filter((i) => i.status === "open").length;
  return (
    <header class="top">
      <nav aria-label="Views">
        <a class="brand" href="/" aria-label="Seamark, to the flow"><Mark /><span>Seamark</span></a>
        <Tab href="/" on={path === "/"}>Flow</Tab>
        <Tab href={onLogs ? "/logs" + place.value.search : logsHref()} on={onLogs}>Logs</Tab>
        <Tab href="/incidents" on={path.startsWith("/incidents")}>
          Incidents{open > 0 && <span class="badge" title={`${open} open`}>{open}</span>}
        </Tab>
      </nav>
      <div class="controls">
        {onLogs && <RangeBox />}
        <ZoneButton onLogs={onLogs} />
        {onLogs && (
          <button class={`tool tail ${tail.value}`} aria-pressed={live.value} onClick={toggleLive} title={tail.value === "paused" ? "Resume (l)" : "Live tail (l)"}>
            <span class="dot" aria-hidden="true" />{tail.value === "paused" ? `Paused, ${short(waitingCount.value)} new` : tail.value === "lost" ? "Not live" : "Live"}
          </button>
        )}
        <button class="tool square" onClick={() => (helpOpen.value = true)} aria-label="Keys and help" title="Keys and help (?)">?</button>
      </div>
    </header>
  );
}

function Tab({ href, on, children }: { href: string; on: boolean; children: preact.ComponentChildren }) {
  return <a class={on ? "tab on" : "tab"} href={href} aria-current={on ? "page" : undefined}>{children}</a>;
}

function ZoneButton({ onLogs }: { onLogs: boolean }) {
  const z = zone.value;
  const other = z === "UTC" ? localZone() : "UTC";
  const turn = () => {
    preferUtc.value = z !== "UTC";
    if (onLogs) ask({ utc: z !== "UTC", at: state.value.at });
  };
  const name = zoneName(now(), z);
  if (other === z) return <span class="tool still" title="Your zone is UTC">UTC</span>;
  return <button class="tool" onClick={turn} title={`Times are ${z}. Show ${other}`} aria-label={`${name}: times are ${z}; show ${other}`}>{name}</button>;
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path class="a" d="M8 1l3 6H5z" /><path class="b" d="M4.5 8h7l1 5h-9z" /><path class="c" d="M1 14.2q1.75-1.6 3.5 0t3.5 0 3.5 0 3.5 0" />
    </svg>
  );
}
