// The facets: what values the rows hold, each of them a filter.

import { useState } from "preact/hooks";
import { get, isAbort, type Facet } from "../api";
import { apiQuery } from "../url";
import { short } from "../format";
import { rankOf, statusClass } from "../level";
import { facets, frame, state } from "./store";
import { filterBy } from "./actions";
import { fieldName, valueName } from "./names";
import { many, visible } from "../text";

export function Facets({ onClose }: { onClose: () => void }) {
  return (
    <>
      <div class="sheet-head only-narrow"><h2>Filters</h2><button class="tool" onClick={onClose}>Done</button></div>
      {facets.value.length === 0 && <Waiting />}
      {facets.value.map((f) => (f.values.length > 0 || state.value.terms.some((t) => t.field === f.field)) && <FacetList key={f.field} facet={f} />)}
    </>
  );
}

/** The fields that will be counted, as in facetFields of Go, so that the column is not blank and nothing moves. */
const awaited = {
  logs: ["product", "environment", "level", "component", "source", "fingerprint"],
  access_logs: ["product", "environment", "status", "method", "route", "component", "source"],
};

function Waiting() {
  return (
    <>
      {awaited[state.value.table].map((field) => (
        <section key={field} class="facet waiting"><h2>{fieldName(field)}</h2><ul aria-hidden="true"><li /><li /><li /></ul></section>
      ))}
    </>
  );
}

function FacetList({ facet }: { facet: Facet }) {
  const [found, setFound] = useState<{ of: Facet; values: Facet["values"] } | null>(null);
  const [searching, setSearching] = useState(false);
  const s = state.value;
  const chosen = (v: string, not: boolean) => s.terms.some((t) => t.field === facet.field && t.not === not && t.values.includes(v));
  const values = searching && found ? found.values : facet.values;
  const gone = s.terms.filter((t) => t.field === facet.field).flatMap((t) => t.values).filter((v) => !values.some((x) => x.value === v));
  const search = async (match: string) => {
    const f = frame.value;
    if (!f) return;
    try {
      const q = apiQuery({ ...s, from: String(f.from), to: String(f.to) }, undefined, "UTC");
      const answer = await get<{ facets: Facet[] }>(`/api/logs/facets${q}&field=${facet.field}&top=30&match=${encodeURIComponent(match)}`);
      setFound({ of: facet, values: answer.facets[0]?.values ?? [] });
    } catch (e) {
      if (!isAbort(e)) setFound({ of: facet, values: [] });
    }
  };
  return (
    <section class="facet">
      <h2>{fieldName(facet.field)}
        {(facet.more || searching) && <button class="link" aria-expanded={searching} onClick={() => setSearching(!searching)}>{searching ? "top ten" : "search"}</button>}
      </h2>
      {searching && <input class="field" type="search" aria-label={`Search ${fieldName(facet.field)}`} autofocus onInput={(e) => void search(e.currentTarget.value)} />}
      <ul>
        {[...gone.map((value) => ({ value, count: 0, text: undefined })), ...values].map(({ value, count: n, text }) => (
          <FacetValue key={value} field={facet.field} value={value} text={text} n={n} on={chosen(value, false)} off={chosen(value, true)} />
        ))}
      </ul>
    </section>
  );
}

function FacetValue({ field, value, text, n, on, off }: { field: string; value: string; text: string | undefined; n: number; on: boolean; off: boolean }) {
  const name = text ? visible(text) : valueName(field, value);
  const level = field === "level" ? value : field === "status" ? (/^\dxx$/.test(value) ? value : statusClass(Number(value))) : null;
  return (
    <li class={on ? "on" : off ? "off" : ""}>
      <button class="pick" aria-pressed={on} title={`${name}: ${many(n, "row")}. Click to include, Alt-click to exclude`} onClick={(e) => filterBy(field, value, e.altKey)}>
        {level !== null && <span class={`glyph ${rankOf(level).tone}`} aria-hidden="true">{rankOf(level).glyph}</span>}
        <span class={field === "fingerprint" ? "value text" : field === "source" ? "value mono" : "value"}>{name}</span>
        <span class="n">{short(n)}</span>
      </button>
      <button class="exclude" aria-pressed={off} aria-label={`Exclude ${fieldName(field)} ${name}`} title={`Exclude ${name}`} onClick={() => filterBy(field, value, true)}>≠</button>
    </li>
  );
}
