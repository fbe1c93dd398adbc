// A Slack message from the bytes that were sent: Block Kit, and legacy attachments
// around blocks. https://docs.slack.dev/reference/block-kit/blocks

import { useState } from "preact/hooks";
import { clock } from "../format";
import { zone } from "../clock";
import { emojiOf, mrkdwn } from "./inline";
import { Out, Spans, Unsupported } from "./parts";
import { Chart, type CardChart } from "./chart";
import { isObject, list, num, obj, text, webLink, type Json } from "./shape";

export function SlackMessage({ body, at }: { body: unknown; at: number }) {
  const m = obj(body);
  const blocks = list(m.blocks), attachments = list(m.attachments);
  return (
    <div class="slack">
      <span class="avatar" aria-hidden="true">⚓</span>
      <div class="slack-body">
        <p class="who"><strong>{text(m.username) || "Seamark"}</strong> <span class="app">APP</span> <span class="muted">{clock(at, zone.value, false).slice(0, 5)}</span></p>
        {blocks.length === 0 && text(m.text) && <div class="slack-text"><Spans of={mrkdwn(text(m.text))} /></div>}
        <Blocks of={blocks} />
        {attachments.map((a, i) => <Attachment key={i} a={a} />)}
      </div>
    </div>
  );
}

const Blocks = ({ of }: { of: Json[] }) => <>{of.map((b, i) => <Block key={i} b={b} />)}</>;

const attachmentTones: Record<string, string> = { good: "good", warning: "warning", danger: "danger" };

function Attachment({ a }: { a: Json }) {
  const color = text(a.color);
  const hex = /^#?([0-9a-f]{6})$/i.exec(color);
  const blocks = list(a.blocks);
  return (
    <div class={`attachment ${attachmentTones[color] ?? ""}`} style={hex ? { borderColor: `#${hex[1]}` } : undefined}>
      {blocks.length === 0 && (text(a.text) || text(a.fallback)) && <div class="slack-text"><Spans of={mrkdwn(text(a.text) || text(a.fallback))} /></div>}
      <Blocks of={blocks} />
    </div>
  );
}

function Block({ b }: { b: Json }) {
  switch (b.type) {
    case "header": return <h3 class="slack-header"><Plain of={b.text} /></h3>;
    case "section": return <Section b={b} />;
    case "context": return <p class="slack-context">{list(b.elements).map((e, i) => <span key={i}>{e.type === "image" ? `[${text(e.alt_text)}]` : <TextObject of={e} />}</span>)}</p>;
    case "actions": return <p class="slack-actions">{list(b.elements).map((e, i) => <Element key={i} e={e} />)}</p>;
    case "divider": return <hr />;
    case "rich_text": return <div class="slack-text"><Rich of={list(b.elements)} /></div>;
    case "markdown": return <div class="slack-text"><Spans of={mrkdwn(text(b.text))} /></div>;
    case "data_visualization": return <Visualization b={b} />;
    case "container": return <Container b={b} />;
    case "image": return <p class="slack-image">[image: {text(b.alt_text) || text(obj(b.title).text)}]</p>;
    case "table": return <Table rows={Array.isArray(b.rows) ? b.rows : []} />;
    default: return <Unsupported type={text(b.type)} />;
  }
}

const Plain = ({ of }: { of: unknown }) => <>{text(obj(of).text).replace(/:([a-z0-9_+-]{1,40}):/g, (_m, name: string) => emojiOf(name))}</>;

function TextObject({ of }: { of: unknown }) {
  const t = obj(of);
  if (t.type === "mrkdwn") return <Spans of={mrkdwn(text(t.text))} />;
  if (t.type === "plain_text") return <Plain of={t} />;
  return <Unsupported type={text(t.type)} />;
}

function Section({ b }: { b: Json }) {
  const fields = list(b.fields);
  return (
    <div class="slack-section">
      <div class="grow">
        {isObject(b.text) && <div class="slack-text"><TextObject of={b.text} /></div>}
        {fields.length > 0 && <div class="slack-fields">{fields.map((f, i) => <div key={i}><TextObject of={f} /></div>)}</div>}
      </div>
      {isObject(b.accessory) && <Element e={b.accessory} />}
    </div>
  );
}

function Element({ e }: { e: Json }) {
  if (e.type === "button") {
    const kind = `slack-button ${text(e.style)}`;
    return webLink(e.url) ? <Out href={e.url} kind={kind}><Plain of={e.text} /></Out> : <span class={kind} title="works in Slack"><Plain of={e.text} /></span>;
  }
  if (e.type === "image") return <span class="muted">[{text(e.alt_text)}]</span>;
  if (text(e.type).endsWith("_select") || e.type === "overflow") return <span class="slack-button" title="works in Slack"><Plain of={e.placeholder} /> ▾</span>;
  return <Unsupported type={text(e.type)} />;
}

function Rich({ of }: { of: Json[] }) {
  return (
    <>
      {of.map((e, i) => {
        const inner = <RichInline of={list(e.elements)} />;
        switch (e.type) {
          case "rich_text_section": return <div key={i}>{inner}</div>;
          case "rich_text_preformatted": return <pre key={i} tabIndex={0} aria-label="code">{inner}</pre>;
          case "rich_text_quote": return <blockquote key={i}>{inner}</blockquote>;
          case "rich_text_list": {
            const items = list(e.elements).map((x, k) => <li key={k}><RichInline of={list(x.elements)} /></li>);
            return e.style === "ordered" ? <ol key={i}>{items}</ol> : <ul key={i}>{items}</ul>;
          }
          default: return <Unsupported key={i} type={text(e.type)} />;
        }
      })}
    </>
  );
}

function RichInline({ of }: { of: Json[] }) {
  return (
    <>
      {of.map((e, i) => {
        switch (e.type) {
          case "text": return <Styled key={i} style={obj(e.style)}>{text(e.text)}</Styled>;
          case "link": return <Out key={i} href={e.url}>{text(e.text) || text(e.url)}</Out>;
          case "emoji": return <span key={i}>{emojiOf(text(e.name))}</span>;
          case "user": case "usergroup": case "channel": case "broadcast":
            return <span key={i} class="mention">@{text(e.user_id) || text(e.usergroup_id) || text(e.channel_id) || text(e.range)}</span>;
          case "date": return <span key={i}>{text(e.fallback) || clock(num(e.timestamp) * 1000, zone.value, false)}</span>;
          default: return <Unsupported key={i} type={text(e.type)} />;
        }
      })}
    </>
  );
}

function Styled({ style, children }: { style: Json; children: string }) {
  let out = <>{children}</>;
  if (style.code) out = <code>{out}</code>;
  if (style.bold) out = <strong>{out}</strong>;
  if (style.italic) out = <em>{out}</em>;
  if (style.strike) out = <s>{out}</s>;
  return out;
}

function Visualization({ b }: { b: Json }) {
  const chart = obj(b.chart);
  const kind = text(chart.type);
  if (!["line", "area", "bar", "pie"].includes(kind)) return <Unsupported type={`data_visualization ${kind}`} />;
  const segments = list(chart.segments);
  const c: CardChart = kind === "pie"
    ? { kind: "pie", title: text(b.title), labels: segments.map((s) => text(s.label)), series: [{ name: "", values: segments.map((s) => num(s.value)) }] }
    : { kind: kind as CardChart["kind"], title: text(b.title), ...seriesOf(chart) };
  return <Chart c={c} />;
}

function seriesOf(chart: Json): Pick<CardChart, "labels" | "series"> {
  const categories = obj(chart.axis_config).categories;
  const all = list(chart.series);
  const labels = Array.isArray(categories) ? categories.map(text) : list(all[0]?.data).map((p) => text(p.label));
  return {
    labels,
    series: all.map((s) => {
      const points = new Map(list(s.data).map((p) => [text(p.label), num(p.value)]));
      const inOrder = list(s.data).map((p) => num(p.value));
      return { name: text(s.name), values: points.size === labels.length ? labels.map((l) => points.get(l) ?? 0) : inOrder };
    }),
  };
}

function Container({ b }: { b: Json }) {
  const foldable = b.is_collapsible === true;
  const [open, setOpen] = useState(!(foldable && b.default_collapsed === true));
  const title = isObject(b.rich_text_title) ? <Rich of={list(b.rich_text_title.elements)} /> : <Plain of={b.title} />;
  return (
    <div class="slack-container">
      <div class="slack-container-head">
        {foldable ? <button aria-expanded={open} onClick={() => setOpen(!open)}><span aria-hidden="true">{open ? "▾" : "▸"} </span>{title}</button> : <strong>{title}</strong>}
        {isObject(b.subtitle) && <p class="muted"><TextObject of={b.subtitle} /></p>}
      </div>
      {open && <Blocks of={list(b.child_blocks)} />}
    </div>
  );
}

function Table({ rows }: { rows: unknown[] }) {
  return (
    <div class="scroller" tabIndex={0} role="group" aria-label="table">
      <table class="grid"><tbody>
        {rows.map((r, i) => <tr key={i}>{list(r).map((cell, k) => <td key={k}>{cell.type === "raw_text" ? text(cell.text) : <Rich of={list(cell.elements)} />}</td>)}</tr>)}
      </tbody></table>
    </div>
  );
}
