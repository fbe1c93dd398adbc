// Text with what was searched for marked. Text is only ever a text node.

import { visible } from "../text";

const letter = "[\\p{L}\\p{M}\\p{N}_]";

/** A word of a query, which is letters, digits and _; where a * stands it may go on. */
function word(w: string): string {
  const before = w.startsWith("*"), after = w.endsWith("*");
  return (before ? "" : `(?<!${letter})`) + w.slice(before ? 1 : 0, after ? -1 : undefined) + (after ? "" : `(?!${letter})`);
}

function matcher(find: string | readonly string[]): RegExp | null {
  if (!find.length) return null;
  const source = typeof find === "string" ? find.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&") : find.map(word).join("|");
  return new RegExp(source, "giu");
}

/** The pieces of text between and within what is found, a text or words, upper and lower case alike. */
export function pieces(text: string, find: string | readonly string[]): { text: string; hit: boolean }[] {
  const out: { text: string; hit: boolean }[] = [];
  const re = matcher(find);
  let from = 0;
  for (const m of re ? text.matchAll(re) : []) {
    if (out.length >= 200) break;
    if (m.index > from) out.push({ text: text.slice(from, m.index), hit: false });
    out.push({ text: m[0], hit: true });
    from = m.index + m[0].length;
  }
  if (from < text.length || !out.length) out.push({ text: text.slice(from), hit: false });
  return out;
}

/** Untrusted text, made visible, with what was searched for marked. */
export function Marked({ text, find }: { text: string; find: string | readonly string[] }) {
  return <>{pieces(visible(text), typeof find === "string" ? visible(find) : find).map((p, i) => (p.hit ? <mark key={i}>{p.text}</mark> : p.text))}</>;
}
