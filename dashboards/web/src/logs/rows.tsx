// The rows: real DOM, so that Ctrl-F and selection work; the browser skips painting
// those out of sight (content-visibility).

import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Row } from "../api";
import { bothZones, bytes, clock, count, date, dayName, duration, zoneName } from "../format";
import { Glyph, statusClass } from "../level";
import { localZone } from "../time/zone";
import { zone } from "../clock";
import { wrap } from "../prefs";
import { idOf, loadingMore, more, next, rows, shown, timeOf } from "./store";
import { cursor, open, toggleRow } from "./cursor";
import { filterBy } from "./actions";
import { live, pause } from "./live";
import { RowDetail } from "./detail";
import { Marked } from "./marked";

export function Rows() {
  const list = useRef<HTMLDivElement>(null);
  const z = zone.value, all = rows.value;
  useEffect(() => {
    const onSelect = () => {
      const s = document.getSelection();
      if (live.value && s && !s.isCollapsed && list.current?.contains(s.anchorNode)) pause("selection");
    };
    const onScroll = () => live.value && scrollY > 40 && pause("scroll");
    document.addEventListener("selectionchange", onSelect);
    document.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      document.removeEventListener("selectionchange", onSelect);
      document.removeEventListener("scroll", onScroll);
    };
  }, []);
  let day = "";
  return (
    <>
      <div ref={list} class={wrap.value ? "rows wrap" : "rows"} onClick={onClick}>
        {all.map((r, i) => {
          const d = date(timeOf(r), z);
          const head = d === day ? null : <h2 class="day">{dayName(timeOf(r), z)} <span class="muted">{zoneName(timeOf(r), z)}</span></h2>;
          day = d;
          return [head, <RowLine key={idOf(r)} row={r} zone={z} at={i} of={next.value ? -1 : all.length} first={i === 0} />];
        })}
      </div>
      <p class="after muted">
        {next.value
          ? <button class="tool" disabled={loadingMore.value} onClick={() => void more()}>{loadingMore.value ? "Loading…" : "Load 500 more"}</button>
          : <>End: {count(all.length)} {all.length === 1 ? "row" : "rows"}</>}
      </p>
    </>
  );
}

/** One listener for all rows: a value filters, anything else opens or closes the row. */
function onClick(e: MouseEvent): void {
  const target = e.target as Element;
  if (target.closest("button, a, .detail")) return;
  const article = target.closest<HTMLElement>("article.row");
  if (!article) return;
  const value = target.closest<HTMLElement>("[data-field]");
  if (value) return filterBy(value.dataset.field!, value.dataset.value ?? "", e.altKey);
  if (document.getSelection()?.isCollapsed === false) return;
  toggleRow(article.id.slice("row-".length));
}

function RowLine({ row, zone: z, at, of, first }: { row: Row; zone: string; at: number; of: number; first: boolean }) {
  const id = idOf(row), ms = timeOf(row);
  const isOpen = useComputed(() => open.value.has(id)).value;
  const isCursor = useComputed(() => cursor.value === id || (first && cursor.value === "")).value;
  const level = row.log ? row.log.level ?? "" : statusClass(row.access?.status);
  return (
    <article
      class={`row${isOpen ? " open" : ""}`} id={"row-" + id} tabIndex={isCursor ? 0 : -1} data-level={level}
      aria-posinset={at + 1} aria-setsize={of} aria-labelledby={`m-${id}`} onFocus={() => (cursor.value = id)}
    >
      <div class="line">
        <button class="twist" tabIndex={isCursor ? 0 : -1} aria-expanded={isOpen} aria-label="Details" onClick={() => toggleRow(id)}>{isOpen ? "▾" : "▸"}</button>
        <time dateTime={new Date(ms).toISOString()} title={bothZones(ms, localZone())}>{clock(ms, z)}</time>
        {row.log ? <LogLine row={row} id={id} /> : <AccessLine row={row} id={id} />}
      </div>
      {isOpen && <RowDetail row={row} zone={z} />}
    </article>
  );
}

const lastPart = (s: string | undefined): string => s?.slice(s.lastIndexOf("/") + 1) ?? "";

function LogLine({ row, id }: { row: Row; id: string }) {
  const l = row.log!, q = shown.value?.q ?? "";
  const text = l.message || l.error_message || l.event_name || l.event_data || "";
  return (
    <>
      <span class="lvl" data-field="level" data-value={l.level ?? ""}><Glyph level={l.level ?? ""} /></span>
      {l.component
        ? <span class="component" data-field="component" data-value={l.component} title={l.component}>{l.component}</span>
        : <span class="component muted" data-field="source" data-value={l.source ?? ""} title={l.source}>{lastPart(l.source) || row.product}</span>}
      <span class="message" id={`m-${id}`}>
        {l.error_type && !text.includes(l.error_type) && <span class="errtype">{l.error_type}: </span>}
        <Marked text={text} find={q} />
        {row.cut?.message && <span class="muted"> … {bytes(row.cut.message)}</span>}
      </span>
    </>
  );
}

function AccessLine({ row, id }: { row: Row; id: string }) {
  const a = row.access!, q = shown.value?.q ?? "";
  const cls = statusClass(a.status);
  return (
    <>
      <span class="lvl" data-field="status" data-value={String(a.status ?? "")}><Glyph level={cls} /></span>
      <span class="component" data-field="component" data-value={a.component ?? ""} title={a.component}>{a.component || lastPart(a.source) || row.product}</span>
      <span class="message" id={`m-${id}`}>
        <span class="status">{a.status ?? "–"}</span> <span class="method">{a.method}</span> <Marked text={a.path || a.route || ""} find={q} />
        {a.error_message && <span class="errtype"> {a.error_message}</span>}
        <span class="muted figures">{[a.latency_ms !== undefined && duration(a.latency_ms), a.response_bytes !== undefined && bytes(a.response_bytes), a.ip].filter(Boolean).map((x) => ` · ${x}`)}</span>
      </span>
    </>
  );
}
