// The query bar: table, text, and the filters that hold, each of which can be taken away.

import { ask, draft, facets, frame, state } from "./store";
import { toggleTerm, switchTable, type Table } from "../url";
import { copyAll, copyCommand, downloadHref } from "./actions";
import { raw, recentQueries, wrap } from "../prefs";
import { remember, suggestions } from "./suggest";
import { fieldName, valueName } from "./names";

export function QueryBar({ onFacets, facetsOpen }: { onFacets: () => void; facetsOpen: boolean }) {
  const s = state.value;
  const submit = (e: Event) => {
    e.preventDefault();
    const q = draft.value ?? s.q;
    draft.value = null;
    recentQueries.value = remember(recentQueries.value, q);
    ask({ q });
  };
  return (
    <div class="querybar">
      <form role="search" onSubmit={submit}>
        <div class="segmented" role="group" aria-label="Table">
          <TableButton table="logs" name="Logs" />
          <TableButton table="access_logs" name="Access" />
        </div>
        <input
          id="query" list="query-help" class="field grow" type="search" aria-label="Text to find" placeholder="Find words, field:value, -not…  ( / )" autocomplete="off" spellcheck={false}
          value={draft.value ?? s.q} onInput={(e) => (draft.value = e.currentTarget.value === s.q ? null : e.currentTarget.value)}
          onKeyDown={(e) => e.key === "Escape" && e.currentTarget.blur()}
        />
        <datalist id="query-help">
          {suggestions(draft.value ?? s.q, s.table, facets.value, recentQueries.value).map((x) => <option key={x} value={x} />)}
        </datalist>
        <button class="primary" type="submit">Search</button>
        <button class="tool only-narrow" type="button" aria-expanded={facetsOpen} onClick={onFacets}>Filters</button>
      </form>
      <div class="chips">
        {s.terms.flatMap((t) => t.values.map((v) => <Chip key={`${t.not}${t.field}=${v}`} field={t.field} value={v} not={t.not} />))}
        {s.terms.length > 1 && <button class="link" onClick={() => ask({ terms: [] })}>clear all</button>}
        <span class="grow" />
        {s.table === "logs" && <button class={s.compare ? "link on" : "link"} aria-pressed={!!s.compare} onClick={() => ask({ compare: !s.compare || undefined, row: s.row })} title="The patterns that are new, against the time of the same length before">what is new</button>}
        <button class={wrap.value ? "link on" : "link"} aria-pressed={wrap.value} onClick={() => (wrap.value = !wrap.value)} title="Wrap lines (w)">wrap</button>
        <button class={raw.value ? "link on" : "link"} aria-pressed={raw.value} onClick={() => (raw.value = !raw.value)} title="Show data as it was written">raw</button>
        <button class="link only-wide" onClick={copyAll}>copy all</button>
        {frame.value && (["csv", "json"] as const).map((f) => <a key={f} class="link only-wide" href={downloadHref(f)} download title="All rows of this question as a file, whole">{f.toUpperCase()}</a>)}
        <button class="link only-wide" onClick={copyCommand} disabled={!frame.value} title="Copy the command that finds the same rows (Y)">as command</button>
      </div>
    </div>
  );
}

function TableButton({ table, name }: { table: Table; name: string }) {
  const on = state.value.table === table;
  return <button type="button" class={on ? "on" : ""} aria-pressed={on} onClick={() => on || ask(switchTable(state.value, table))}>{name}</button>;
}

function Chip({ field, value, not }: { field: string; value: string; not: boolean }) {
  const shown = valueName(field, value), name = fieldName(field);
  return (
    <span class={not ? "chip not" : "chip"}>
      <span class="muted">{not ? "not " : ""}{name}</span> <span class="value" title={field === "fingerprint" ? `${shown}\n${value}` : shown}>{shown}</span>
      <button onClick={() => ask({ terms: toggleTerm(state.value, field, value, not).terms })} aria-label={`Remove filter ${not ? "not " : ""}${name} ${shown}`}>✕</button>
    </span>
  );
}
