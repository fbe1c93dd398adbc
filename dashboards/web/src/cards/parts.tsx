// What both kinds of card are drawn with: inline text, buttons, links, and the note
// for what cannot be drawn.

import type { ComponentChildren } from "preact";
import type { Inline } from "./inline";
import { webLink } from "./shape";

export function Spans({ of }: { of: Inline[] }) {
  return <>{of.map((x, i) => <Span key={i} x={x} />)}</>;
}

function Span({ x }: { x: Inline }) {
  if (typeof x === "string") return <>{x}</>;
  const inside = <Spans of={x.of} />;
  switch (x.kind) {
    case "b": return <strong>{inside}</strong>;
    case "i": return <em>{inside}</em>;
    case "s": return <s>{inside}</s>;
    case "code": return <code>{inside}</code>;
    case "pre": return <pre tabIndex={0} aria-label="code">{inside}</pre>;
    case "quote": return <blockquote>{inside}</blockquote>;
    case "mention": return <span class="mention">{inside}</span>;
    case "link": return <Out href={x.href}>{inside}</Out>;
  }
}

/** A link out of this page; one that is not http(s) is shown as text. */
export function Out({ href, children, kind = "" }: { href: unknown; children: ComponentChildren; kind?: string }) {
  const url = webLink(href);
  if (!url) return <span class={kind}>{children}</span>;
  return <a class={kind} href={url} target="_blank" rel="noreferrer noopener">{children}</a>;
}

export const Unsupported = ({ type }: { type: string }) => <p class="unsupported">unsupported: {type || "element without a type"}</p>;
