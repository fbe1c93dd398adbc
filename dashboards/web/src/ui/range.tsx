// The time box: what is typed is echoed as it is read, and applied with Enter.

import { useEffect, useRef, useState } from "preact/hooks";
import { parseRange, TimeError } from "../time/grammar";
import { toUrl } from "../time/tourl";
import { now, tick, zone } from "../clock";
import { date, clock, spanText, zoneName } from "../format";
import { ask, frame, frozen, state } from "../logs/store";
import { isRelative, type LogsState } from "../url";

const presets: [string, string][] = [
  ["15m", "Last 15 minutes"], ["1h", "Last hour"], ["6h", "Last 6 hours"], ["24h", "Last 24 hours"], ["7d", "Last 7 days"],
  ["today", "Today"], ["yesterday", "Yesterday"],
];

/** What the box shows while nobody types: the shortest true name of the window. */
export function nameOf(s: LogsState, zoneNow: string): string {
  const age = /^now-(\w+)$/.exec(s.from);
  if (age && s.to === "now") return `last ${age[1]}`;
  const f = frame.value;
  if (f && !isRelative(s)) return spanText(Number(s.from), Number(s.to), zoneNow, now());
  return `${s.from} – ${s.to}`;
}

export function RangeBox() {
  const [text, setText] = useState<string | null>(null);
  const box = useRef<HTMLInputElement>(null);
  const root = useRef<HTMLDivElement>(null);
  const s = state.value, z = zone.value;
  useEffect(() => {
    const away = (e: Event) => {
      if (!root.current?.contains(e.target as Node)) setText(null);
    };
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, []);
  const apply = (t: string) => {
    try {
      ask(toUrl(t, now(), z));
      setText(null);
      box.current?.blur();
    } catch {
      box.current?.focus();
    }
  };
  const onKey = (e: KeyboardEvent) => {
    if (e.key === "Enter" && text) apply(text);
    if (e.key === "Escape") {
      setText(null);
      box.current?.blur();
      e.stopPropagation();
    }
  };
  return (
    <div class="range" ref={root} onFocusOut={(e) => root.current?.contains(e.relatedTarget as Node) || e.relatedTarget === null || setText(null)}>
      <input
        ref={box} id="range" class="field" aria-label="Time range" autocomplete="off" spellcheck={false} size={text === null ? Math.min(34, Math.max(10, nameOf(s, z).length)) : 26}
        value={text ?? nameOf(s, z)} onFocus={(e) => { setText(""); e.currentTarget.placeholder = "15m, 14:00..14:20, today"; }}
        onInput={(e) => setText(e.currentTarget.value)} onKeyDown={onKey} aria-describedby="range-echo"
      />
      {text !== null && (
        <div class="menu" id="range-menu">
          <Echo text={text} />
          {presets.map(([value, label]) => (
            <button key={value} class="item" onClick={() => apply(value)}><span>{label}</span><kbd>{value}</kbd></button>
          ))}
        </div>
      )}
      {frozen.value && <span class="unseen">frozen</span>}
    </div>
  );
}

function Echo({ text }: { text: string }) {
  void tick.value;
  const z = zone.value, t = now();
  if (!text.trim()) return <p class="echo muted" id="range-echo">Times are read as {zoneName(t, z)} ({date(t, z)} {clock(t, z, false)} now)</p>;
  try {
    const span = parseRange(text, t, z);
    return <p class="echo" id="range-echo" role="status">{spanText(span.from, span.to, z, t)}</p>;
  } catch (e) {
    return <p class="echo wrong" id="range-echo" role="status">{e instanceof TimeError ? e.message : String(e)}</p>;
  }
}
