// JSON for reading.

/** Indents JSON by two spaces without touching its values: a number that no double holds stays exact. Other text stays as it is. */
export function pretty(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let out = "", depth = 0;
  const line = () => "\n" + "  ".repeat(Math.min(depth, 60));
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g)) {
    if (token === "{" || token === "[") {
      depth++;
      out += token + line();
    } else if (token === "}" || token === "]") {
      depth--;
      out = /[{[]\n *$/.test(out.slice(-130)) ? out.trimEnd() + token : out + line() + token;
    } else if (token === ",") out += "," + line();
    else out += token === ":" ? ": " : token;
  }
  return out;
}
