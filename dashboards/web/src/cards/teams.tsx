// A Teams card from the bytes that were sent: an Adaptive Card, bare or in the
// envelope of Workflows. https://learn.microsoft.com/adaptive-cards

import type { ComponentChildren } from "preact";
import { markdown } from "./inline";
import { Out, Spans, Unsupported } from "./parts";
import { Chart, type CardChart, type Series } from "./chart";
import { isObject, list, num, obj, text, type Json } from "./shape";

export function TeamsMessage({ body }: { body: unknown }) {
  const m = obj(body);
  const cards = m.type === "AdaptiveCard" ? [m] : list(m.attachments).map((a) => obj(a.content));
  if (cards.length === 0) return <Unsupported type={text(m.type)} />;
  return <div class="teams">{cards.map((c, i) => <Card key={i} c={c} />)}</div>;
}

function Card({ c }: { c: Json }) {
  if (c.type !== "AdaptiveCard") return <Unsupported type={text(c.type)} />;
  return (
    <div class="teams-card">
      <Elements of={list(c.body)} />
      {list(c.actions).length > 0 && <Actions of={list(c.actions)} />}
    </div>
  );
}

const Elements = ({ of }: { of: Json[] }) => <>{of.map((e, i) => <Element key={i} e={e} />)}</>;

const lower = (v: unknown, fallback: string): string => text(v).toLowerCase().replace(/[^a-z]/g, "") || fallback;

function Element({ e }: { e: Json }) {
  if (e.isVisible === false) return null;
  const chart = chartOf(e);
  if (chart) return <Chart c={chart} />;
  switch (e.type) {
    case "TextBlock": return <TextBlock e={e} />;
    case "RichTextBlock": return <p class={`t-text ${e.separator === true ? "rule-above" : ""} space-${lower(e.spacing, "default")}`}>{(Array.isArray(e.inlines) ? e.inlines : []).map((r, i) => <Run key={i} r={r} />)}</p>;
    case "FactSet": return <dl class="t-facts">{list(e.facts).map((f, i) => <div key={i}><dt>{text(f.title)}</dt><dd><Spans of={markdown(text(f.value))} /></dd></div>)}</dl>;
    case "Container": return <Box e={e} kind="t-container"><Elements of={list(e.items)} /></Box>;
    case "ColumnSet": return <Box e={e} kind="t-columns">{list(e.columns).map((c, i) => <Column key={i} c={c} />)}</Box>;
    case "Column": return <Column c={e} />;
    case "ActionSet": return <Actions of={list(e.actions)} />;
    case "Table": return <Table e={e} />;
    case "CodeBlock": return <pre tabIndex={0} aria-label="code">{text(e.codeSnippet)}</pre>;
    case "Image": return <p class="muted">[image: {text(e.altText)}]</p>;
    case "Badge": return <span class={`t-badge ${lower(e.style, "default")}`}>{text(e.text)}</span>;
    default: return isObject(e.fallback) ? <Element e={e.fallback} /> : <Unsupported type={text(e.type)} />;
  }
}

function textKind(e: Json): string {
  const kinds = [`size-${lower(e.size, "default")}`, `weight-${lower(e.weight, "default")}`, `color-${lower(e.color, "default")}`];
  if (e.isSubtle === true) kinds.push("subtle");
  if (e.fontType === "Monospace") kinds.push("mono");
  return kinds.join(" ");
}

function TextBlock({ e }: { e: Json }) {
  const kind = `t-text ${textKind(e)} ${e.wrap === true ? "wraps" : "one-line"} ${e.separator === true ? "rule-above" : ""} space-${lower(e.spacing, "default")}`;
  const inside = <Spans of={markdown(text(e.text))} />;
  return e.style === "heading" ? <h3 class={kind}>{inside}</h3> : <p class={kind}>{inside}</p>;
}

function Run({ r }: { r: unknown }) {
  if (typeof r === "string") return <>{r}</>;
  const run = obj(r);
  if (run.type !== "TextRun") return <Unsupported type={text(run.type)} />;
  const kind = textKind(run) + (run.highlight === true ? " high" : "") + (run.strikethrough === true ? " struck" : "") + (run.italic === true ? " italic" : "");
  return <span class={kind}>{text(run.text)}</span>;
}

function Box({ e, kind, children }: { e: Json; kind: string; children: ComponentChildren }) {
  return <div class={`${kind} box-${lower(e.style, "default")} ${e.separator === true ? "rule-above" : ""} space-${lower(e.spacing, "default")}`}>{children}</div>;
}

function Column({ c }: { c: Json }) {
  const width = typeof c.width === "number" || /^[0-9]+$/.test(text(c.width)) ? Number(c.width) : 0;
  const px = /^([0-9]+)px$/.exec(text(c.width));
  const style = width > 0 ? { flex: `${width} 1 0` } : px ? { flex: `0 0 ${px[1]}px` } : undefined;
  const kind = !style ? (c.width === "stretch" ? " stretch" : " auto") : "";
  return <div class={`t-column${kind} box-${lower(c.style, "default")}`} style={style}><Elements of={list(c.items)} /></div>;
}

function Actions({ of }: { of: Json[] }) {
  return (
    <p class="t-actions">
      {of.map((a, i) => {
        if (a.type === "Action.OpenUrl") return <Out key={i} href={a.url} kind={`t-button ${lower(a.style, "default")}`}>{text(a.title)}</Out>;
        if (["Action.Submit", "Action.Execute", "Action.ToggleVisibility", "Action.ShowCard"].includes(text(a.type))) {
          return <span key={i} class="t-button" title="works in Teams">{text(a.title)}</span>;
        }
        return <Unsupported key={i} type={text(a.type)} />;
      })}
    </p>
  );
}

function Table({ e }: { e: Json }) {
  const head = e.firstRowAsHeaders !== false && e.firstRowAsHeader !== false;
  return (
    <div class="scroller" tabIndex={0} role="group" aria-label="table">
      <table class="grid"><tbody>
        {list(e.rows).map((r, i) => (
          <tr key={i}>{list(r.cells).map((c, k) => (head && i === 0 ? <th key={k}><Elements of={list(c.items)} /></th> : <td key={k}><Elements of={list(c.items)} /></td>))}</tr>
        ))}
      </tbody></table>
    </div>
  );
}

const kinds: Record<string, CardChart["kind"]> = {
  "Chart.Line": "line", "Chart.VerticalBar": "bar", "Chart.VerticalBar.Grouped": "bar", "Chart.HorizontalBar": "bar",
  "Chart.HorizontalBar.Stacked": "stack", "Chart.Donut": "pie", "Chart.Pie": "pie", "Chart.Gauge": "pie",
};

/** The chart an element holds, or null; a chart that cannot be read falls back as Teams would. */
function chartOf(e: Json): CardChart | null {
  const kind = kinds[text(e.type)];
  if (!kind) return null;
  const title = text(e.title) || text(e.yAxisTitle);
  const data = list(e.data);
  if (e.type === "Chart.Gauge") {
    const max = num(e.max) || 100;
    return { kind: "pie", title: title || `${num(e.value)} of ${max}`, labels: ["value", "rest"], series: [{ name: "", values: [num(e.value), Math.max(0, max - num(e.value))] }] };
  }
  if (data.length === 0) return null;
  if (kind === "pie") return { kind, title, labels: data.map((d) => text(d.legend)), series: [{ name: "", values: data.map((d) => num(d.value)) }] };
  if (e.type === "Chart.VerticalBar" || e.type === "Chart.HorizontalBar") {
    return { kind, title, labels: data.map((d) => text(d.x)), series: [{ name: "", values: data.map((d) => num(d.y)) }] };
  }
  if (e.type === "Chart.HorizontalBar.Stacked") {
    const names = [...new Set(data.flatMap((d) => list(d.data).map((p) => text(p.legend))))];
    return { kind, title, labels: data.map((d) => text(d.title)), series: names.map((name) => ({ name, values: data.map((d) => num(list(d.data).find((p) => p.legend === name)?.value)) })) };
  }
  const labels = [...new Set(data.flatMap((d) => list(d.values).map((p) => text(p.x))))];
  const series: Series[] = data.map((d) => {
    const at = new Map(list(d.values).map((p) => [text(p.x), num(p.y)]));
    return { name: text(d.legend), color: text(d.color), values: labels.map((l) => at.get(l) ?? 0) };
  });
  return { kind: kind === "bar" && e.stacked === true ? "stack" : kind, title, labels: labels.map(shortLabel), series };
}

/** A time of day for an axis label that is a whole date. */
const shortLabel = (l: string): string => /T(\d\d:\d\d)/.exec(l)?.[1] ?? l;
