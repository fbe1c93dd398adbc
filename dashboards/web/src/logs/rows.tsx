// The rows. The first 500 are real elements, so that Ctrl-F and selection work; the browser skips
// painting those out of sight (content-visibility). Beyond them chunks are there while near.

import { useComputed } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { idOf, type Row, timeOf } from "../api";
import { bothZones, bytes, clock, count, date, dayName, duration, zoneName } from "../format";
import { Glyph, statusClass } from "../level";
import { localZone } from "../time/zone";
import { many, visible } from "../text";
import { zone } from "../clock";
import { wrap } from "../prefs";
import { loadingMore, marks, maxLoaded, more, next, rows } from "./store";
import { cursor, open, toggleRow } from "./cursor";
import { filterBy } from "./actions";
import { line } from "./command";
import { finding } from "./find";
import { live, pause } from "./live";
import { RowDetail } from "./detail";
import { arounds } from "./around";
import { Marked } from "./marked";
import { sectionsOf, type Section } from "./sections";
import { chunkOf, layOut, nearEnd, watch } from "./windowed";

export function Rows() {
  const list = useRef<HTMLDivElement>(null), end = useRef<HTMLParagraphElement>(null);
  const z = zone.value, all = rows.value;
  const sections = useMemo(() => layOut((before) => sectionsOf(all, z, before)), [all, z]);
  useEffect(() => {
    const onSelect = () => {
      const s = document.getSelection();
      if (live.value && s && !s.isCollapsed && list.current?.contains(s.anchorNode)) pause("selection");
    };
    const onScroll = () => live.value && scrollY > 40 && pause("scroll");
    const onCopy = (e: ClipboardEvent) => copySelected(e, list.current!);
    document.addEventListener("copy", onCopy);
    document.addEventListener("selectionchange", onSelect);
    document.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("selectionchange", onSelect);
      document.removeEventListener("scroll", onScroll);
    };
  }, []);
  // Anew with each listing: who came to the end while rows were on their way may still be there. Not
  // after a failure, which would be asked again and again; the button does.
  useEffect(() => nearEnd(end.current!, () => scrollY > 0 && void more()), [all]);
  const of = next.value ? -1 : all.length;
  return (
    <>
      <div ref={list} class={`rows${wrap.value ? " wrap" : ""}${finding.value !== null ? " finding" : ""}`} onClick={onClick} onFocusIn={onFocus}>
        {sections.map((s) => [
          s.day && <h2 key={"day" + date(timeOf(s.rows[0]!), z)} class="day">{dayName(timeOf(s.rows[0]!), z)} <span class="muted">{zoneName(timeOf(s.rows[0]!), z)}</span></h2>,
          s.real
            ? s.rows.map((r, i) => <RowLine key={idOf(r)} row={r} zone={z} at={s.from + i} of={of} first={s.from + i === 0} />)
            : <ChunkRows key={"chunk" + s.from} section={s} zone={z} of={of} />,
        ])}
      </div>
      <p ref={end} class="after muted">
        {next.value
          ? all.length >= maxLoaded
            ? <>{many(all.length, "row")} are loaded: narrow the time range for older ones</>
            : <button class="tool" disabled={loadingMore.value} onClick={() => void more()}>{loadingMore.value ? "Loading…" : "Load 500 more"}</button>
          : <>End: {count(all.length)} {all.length === 1 ? "row" : "rows"}</>}
      </p>
    </>
  );
}

/** The rows of a chunk, or the room that they take. */
function ChunkRows({ section: s, zone: z, of }: { section: Section; zone: string; of: number }) {
  const box = useRef<HTMLDivElement>(null), c = chunkOf(s);
  const there = c.there.value;
  useEffect(() => watch(c, box.current!), [c]);
  const height = `${c.height || s.rows.length * usualHeight()}px`;
  return (
    <div ref={box} class="chunk" style={{ height: there ? "" : height, containIntrinsicHeight: `auto ${height}` }} data-from={s.from} data-rows={s.rows.length}>
      {there && s.rows.map((r, i) => <RowLine key={idOf(r)} row={r} zone={z} at={s.from + i} of={of} first={false} />)}
    </div>
  );
}

/** What a row takes that was never drawn: as much as those before it on the average. */
let usual = { at: 0, height: 25 };
function usualHeight(): number {
  if (performance.now() - usual.at > 1000) {
    const drawn = [...document.querySelectorAll<HTMLElement>("article.row")].slice(0, 50);
    const sum = drawn.reduce((a, e) => a + e.offsetHeight, 0);
    usual = { at: performance.now(), height: sum > 0 ? sum / drawn.length : 25 };
  }
  return usual.height;
}

/** A selection that reaches over rows which are no elements just now is copied from the rows themselves. */
function copySelected(e: ClipboardEvent, list: HTMLElement): void {
  const picked = document.getSelection();
  if (!picked || picked.isCollapsed || !e.clipboardData) return;
  const missing = [...list.querySelectorAll(".chunk")].some((c) => !c.firstElementChild && picked.containsNode(c, true));
  if (!missing) return;
  const parts = [...list.querySelectorAll<HTMLElement>("article.row, .chunk")].filter((p) => picked.containsNode(p, true));
  const placeOf = (p: HTMLElement, last: boolean): number =>
    p.dataset.from === undefined ? Number(p.ariaPosInSet ?? p.getAttribute("aria-posinset")) - 1 : Number(p.dataset.from) + (last ? Number(p.dataset.rows) - 1 : 0);
  const from = placeOf(parts[0]!, false), to = placeOf(parts.at(-1)!, true);
  e.clipboardData.setData("text/plain", rows.value.slice(from, to + 1).map(line).join("\n") + "\n");
  e.preventDefault();
}

/** One listener for all rows: a value filters, anything else opens or closes the row. */
function onClick(e: MouseEvent): void {
  const target = e.target as Element;
  const article = target.closest<HTMLElement>("article.row");
  if (!article) return;
  if (target.closest(".twist")) return toggleRow(idIn(article));
  if (target.closest("button, a, .detail")) return;
  const value = target.closest<HTMLElement>("[data-field]");
  if (value && !byTouch(e)) return filterBy(value.dataset.field!, value.dataset.value ?? "", e.altKey);
  if (document.getSelection()?.isCollapsed === false) return;
  toggleRow(idIn(article));
}

function onFocus(e: FocusEvent): void {
  const target = e.target as Element;
  if (target.matches("article.row")) cursor.value = idIn(target);
}

const idIn = (article: Element): string => article.id.slice("row-".length);

/** A finger on a narrow row means the row: its values are filtered by in the details. */
const byTouch = (e: MouseEvent): boolean => (e as PointerEvent).pointerType === "touch" || matchMedia("(hover: none), (max-width: 640px)").matches;

function RowLine({ row, zone: z, at, of, first }: { row: Row; zone: string; at: number; of: number; first: boolean }) {
  const id = idOf(row), ms = timeOf(row);
  const isOpen = useComputed(() => open.value.has(id)).value;
  const isCursor = useComputed(() => cursor.value === id || (first && cursor.value === "")).value;
  const level = row.log ? row.log.level ?? "" : statusClass(row.access?.status);
  const beside = useComputed(() => arounds.value.get(id)).value;
  return (
    <>
    {beside && <Beside rows={[...beside.later].reverse()} zone={z} label="Later in the stream" end={beside.later.length < beside.n ? "the stream ends here" : ""} />}
    <article
      class={`row${isOpen ? " open" : ""}`} id={"row-" + id} tabIndex={isCursor ? 0 : -1} data-level={level}
      aria-posinset={at + 1} aria-setsize={of} aria-labelledby={`m-${id}`}
    >
      <div class="line">
        <button class="twist" tabIndex={isCursor ? 0 : -1} aria-expanded={isOpen} aria-label="Details">{isOpen ? "▾" : "▸"}</button>
        <time dateTime={new Date(ms).toISOString()} title={bothZones(ms, localZone())}>{clock(ms, z)}</time>
        {row.log ? <LogLine row={row} id={id} /> : <AccessLine row={row} id={id} />}
      </div>
      {isOpen && <RowDetail row={row} zone={z} />}
    </article>
    {beside && <Beside rows={beside.earlier} zone={z} label="Earlier in the stream" end={beside.fault ? beside.fault.message : beside.earlier.length < beside.n ? "the stream begins here" : ""} />}
    </>
  );
}

/** Rows that stand beside one in its stream. What they say is shown, and no more. */
function Beside({ rows: all, zone: z, label, end }: { rows: Row[]; zone: string; label: string; end: string }) {
  const lines = all.map((r) => (
    <div key={idOf(r)} class="row beside" data-level={r.log?.level ?? statusClass(r.access?.status)}>
      <div class="line">
        <span />
        <time dateTime={new Date(timeOf(r)).toISOString()}>{clock(timeOf(r), z)}</time>
        {r.log ? <LogLine row={r} id={"beside-" + idOf(r)} /> : <AccessLine row={r} id={"beside-" + idOf(r)} />}
      </div>
    </div>
  ));
  const note = end && <p key="end" class="beside-end muted">{end}</p>;
  return <div class="besides" role="group" aria-label={label}>{label.startsWith("Later") ? [note, ...lines] : [...lines, note]}</div>;
}

/** What is marked in rows: what the page's own find looks for, else the words that they were found by. */
const marked = (): string | readonly string[] => finding.value || marks.value;

const lastPart = (s: string | undefined): string => s?.slice(s.lastIndexOf("/") + 1) ?? "";

export function LogLine({ row, id }: { row: Row; id: string }) {
  const l = row.log!;
  const text = l.message || l.error_message || l.event_name || l.event_data || "";
  return (
    <>
      <span class="lvl" data-field="level" data-value={l.level ?? ""}><Glyph level={l.level ?? ""} /></span>
      {l.component
        ? <span class="component" data-field="component" data-value={l.component} title={visible(l.component)}>{visible(l.component)}</span>
        : <span class="component muted" data-field="source" data-value={l.source ?? ""} title={visible(l.source ?? "")}>{visible(lastPart(l.source) || row.product)}</span>}
      <span class="message" id={`m-${id}`}>
        {l.error_type && !text.includes(l.error_type) && <span class="errtype">{visible(l.error_type)}: </span>}
        <Marked text={text} find={marked()} />
        {row.cut?.message && <span class="muted"> … {bytes(row.cut.message)}</span>}
      </span>
    </>
  );
}

export function AccessLine({ row, id }: { row: Row; id: string }) {
  const a = row.access!;
  const cls = statusClass(a.status);
  return (
    <>
      <span class="lvl" data-field="status" data-value={String(a.status ?? "")}><Glyph level={cls} /></span>
      <span class="component" data-field="component" data-value={a.component ?? ""} title={visible(a.component ?? "")}>{visible(a.component || lastPart(a.source) || row.product)}</span>
      <span class="message" id={`m-${id}`}>
        <span class="status">{a.status ?? "–"}</span> <span class="method">{visible(a.method ?? "")}</span> <Marked text={a.path || a.route || ""} find={marked()} />
        {a.error_message && <span class="errtype"> {visible(a.error_message)}</span>}
        <span class="muted figures">{[a.latency_ms !== undefined && duration(a.latency_ms), a.response_bytes !== undefined && bytes(a.response_bytes), a.ip].filter(Boolean).map((x) => ` · ${x}`)}</span>
      </span>
    </>
  );
}
