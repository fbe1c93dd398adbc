// The time box: what is typed is echoed as it is read, and applied with Enter.

import { useEffect, useRef, useState } from "preact/hooks";
import { parseRange, TimeError } from "../time/grammar";
import { lastText, toUrl } from "../time/tourl";
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
  if (age && s.to === "now") return lastText(age[1]!);
  const f = frame.value;
  if (f && !isRelative(s)) return spanText(Number(s.from), Number(s.to), zoneNow, now());
  return `${s.from} – ${s.to}`;
}

export function RangeBox() {
  const [text, setText] = useState<string | null>(null);
  const [bad, setBad] = useState(false); // Enter was pressed on what is no time
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
      setBad(false);
    } catch {
      setBad(true);
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
        value={text ?? nameOf(s, z)} onFocus={(e) => { setText(""); e.currentTarget.placeholder = "15m, 3 days, 14:00..14:20"; }}
        onInput={(e) => { setText(e.currentTarget.value); setBad(false); }} onKeyDown={onKey} aria-describedby="range-echo" aria-invalid={text !== null && !!text.trim() && !readable(text, z)}
      />
      {text !== null && (
        <div class="menu" id="range-menu">
          <Echo text={text} bad={bad} />
          {presets.map(([value, label]) => (
            <button key={value} class="item" onClick={() => apply(value)}><span>{label}</span><kbd>{value}</kbd></button>
          ))}
        </div>
      )}
      {frozen.value && <span class="unseen">frozen</span>}
    </div>
  );
}

const readable = (text: string, z: string): boolean => {
  try {
    parseRange(text, now(), z);
    return true;
  } catch {
    return false;
  }
};

function Echo({ text, bad }: { text: string; bad: boolean }) {
  void tick.value;
  const z = zone.value, t = now();
  if (!text.trim()) return <p class="echo muted" id="range-echo">Times are read as {zoneName(t, z)} ({date(t, z)} {clock(t, z, false)} now)</p>;
  try {
    const span = parseRange(text, t, z);
    const { from, to } = toUrl(text, t, z);
    const age = /^now-(\w+)$/.exec(from);
    return <p class="echo" id="range-echo" role="status">{age && to === "now" && <strong>{lastText(age[1]!)}: </strong>}{spanText(span.from, span.to, z, t)}</p>;
  } catch (e) {
    return <p class="echo wrong" id="range-echo" role={bad ? "alert" : "status"}><span aria-hidden="true">✕ </span>{e instanceof TimeError ? e.message : String(e)}</p>;
  }
}
