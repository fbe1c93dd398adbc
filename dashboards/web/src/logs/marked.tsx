// Text with what was searched for marked. Text is only ever a text node.

import { visible } from "../text";

/** The pieces of text between and within the matches of find, upper and lower case alike. */
export function pieces(text: string, find: string): { text: string; hit: boolean }[] {
  if (!find) return [{ text, hit: false }];
  const hay = text.toLowerCase(), needle = find.toLowerCase();
  if (hay.length !== text.length) return [{ text, hit: false }]; // folding changed lengths: no honest places
  const out: { text: string; hit: boolean }[] = [];
  let from = 0;
  for (let at = hay.indexOf(needle); at >= 0 && out.length < 200; at = hay.indexOf(needle, from)) {
    if (at > from) out.push({ text: text.slice(from, at), hit: false });
    out.push({ text: text.slice(at, at + needle.length), hit: true });
    from = at + needle.length;
  }
  if (from < text.length) out.push({ text: text.slice(from), hit: false });
  return out;
}

/** Untrusted text, made visible, with what was searched for marked. */
export function Marked({ text, find }: { text: string; find: string }) {
  return <>{pieces(visible(text), visible(find)).map((p, i) => (p.hit ? <mark key={i}>{p.text}</mark> : p.text))}</>;
}
