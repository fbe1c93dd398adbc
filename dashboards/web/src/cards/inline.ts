// Inline markup of chat: Slack's mrkdwn and the Markdown subset of Adaptive Cards,
// both read into one tree. Text stays text.

import { webLink } from "./shape";

export type Inline =
  | string
  | { kind: "b" | "i" | "s" | "code" | "pre" | "quote"; of: Inline[] }
  | { kind: "link"; href: string; of: Inline[] }
  | { kind: "mention"; of: Inline[] };

const entities: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const unescape = (s: string): string => s.replace(/&(?:lt|gt|amp);/g, (e) => entities[e]!);

const emoji: Record<string, string> = {
  rotating_light: "🚨", fire: "🔥", warning: "⚠️", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", red_circle: "🔴",
  large_green_circle: "🟢", large_yellow_circle: "🟡", large_orange_circle: "🟠", large_blue_circle: "🔵", bell: "🔔", no_bell: "🔕",
  mag: "🔍", book: "📖", chart_with_upwards_trend: "📈", eyes: "👀", ship: "🚢", anchor: "⚓", clock1: "🕐", hourglass: "⌛", link: "🔗", memo: "📝", tada: "🎉",
};

/** A character for a short code, or the code itself. */
export const emojiOf = (name: string): string => emoji[name] ?? `:${name}:`;

const slackStyles = { "*": "b", _: "i", "~": "s" } as const;

/** Reads Slack's mrkdwn: *bold* _italic_ ~struck~ `code` ```block``` <url|name> <@U1> :emoji: and "> quote" lines. */
export function mrkdwn(s: string): Inline[] {
  const out: Inline[] = [];
  const blocks = s.split(/```\n?([\s\S]*?)\n?```/);
  blocks.forEach((part, i) => {
    if (i % 2 === 1) out.push({ kind: "pre", of: [unescape(part)] });
    else out.push(...quotes(i > 0 ? part.replace(/^\n/, "") : part));
  });
  return out;
}

function quotes(s: string): Inline[] {
  const out: Inline[] = [];
  let plain: string[] = [], quoted: string[] = [];
  const flush = () => {
    if (quoted.length) out.push({ kind: "quote", of: slackInline(quoted.join("\n")) });
    if (plain.length) out.push(...slackInline(plain.join("\n")));
    plain = quoted = [];
  };
  for (const line of s.split("\n")) {
    const q = /^&gt; ?(.*)$/.exec(line);
    if (q ? plain.length : quoted.length) flush();
    if (q) quoted = [...quoted, q[1]!];
    else plain = [...plain, line];
  }
  flush();
  return out;
}

function slackInline(s: string): Inline[] {
  const out: Inline[] = [];
  let plain = "";
  const push = (x: Inline) => {
    if (plain) out.push(unescape(plain));
    plain = "";
    out.push(x);
  };
  for (let i = 0; i < s.length; ) {
    const rest = s.slice(i);
    const before = i === 0 ? "" : s[i - 1]!;
    let m: RegExpExecArray | null;
    if ((m = /^`([^`\n]+)`/.exec(rest))) push({ kind: "code", of: [unescape(m[1]!)] });
    else if ((m = /^<([^<>|\n]+)(?:\|([^<>\n]*))?>/.exec(rest))) push(angle(m[1]!, m[2]));
    else if ((m = /^:([a-z0-9_+-]{1,40}):/.exec(rest)) && emoji[m[1]!]) push(emojiOf(m[1]!));
    else if ((m = /^([*_~])(?=\S)([^\n]*?\S)\1(?![A-Za-z0-9])/.exec(rest)) && !/[A-Za-z0-9]/.test(before))
      push({ kind: slackStyles[m[1] as "*" | "_" | "~"], of: slackInline(m[2]!) });
    else {
      plain += s[i++];
      continue;
    }
    i += m[0].length;
  }
  if (plain) out.push(unescape(plain));
  return out;
}

/** What stands in angle brackets: a link, a mention, a date. */
function angle(target: string, name: string | undefined): Inline {
  const label = name !== undefined ? unescape(name) : "";
  if (/^[@#!]/.test(target)) {
    if (target.startsWith("!date")) return label || target;
    return { kind: "mention", of: [label ? (target[0] === "#" ? "#" : "@") + label.replace(/^[@#]/, "") : target.replace(/^!(subteam\^)?/, "@")] };
  }
  const href = webLink(unescape(target));
  return href ? { kind: "link", href, of: [label || unescape(target)] } : label ? `${label} (${unescape(target)})` : unescape(target);
}

/** Reads what Adaptive Cards know of Markdown: **bold** _italic_ *italic* [name](url), backslash escapes and "- " lists. */
export function markdown(s: string): Inline[] {
  const out: Inline[] = [];
  let plain = "";
  const push = (x: Inline) => {
    if (plain) out.push(plain);
    plain = "";
    out.push(x);
  };
  s = s.replace(/^[-*] /gm, "• ");
  for (let i = 0; i < s.length; ) {
    const rest = s.slice(i);
    const before = i === 0 ? "" : s[i - 1]!;
    let m: RegExpExecArray | null;
    if ((m = /^\\([!-/:-@[-`{-~])/.exec(rest))) plain += m[1]!;
    else if ((m = /^\*\*(?=\S)([^\n]*?[^\s\\])\*\*/.exec(rest))) push({ kind: "b", of: markdown(m[1]!) });
    else if ((m = /^([*_])(?=\S)([^\n]*?[^\s\\])\1(?![A-Za-z0-9])/.exec(rest)) && !/[A-Za-z0-9]/.test(before)) push({ kind: "i", of: markdown(m[2]!) });
    else if ((m = /^\[((?:[^\]\\\n]|\\.)*)\]\(([^()\s]*)\)/.exec(rest))) {
      const href = webLink(m[2]);
      push(href ? { kind: "link", href, of: markdown(m[1]!) } : m[0]);
    } else {
      plain += s[i++];
      continue;
    }
    i += m[0].length;
  }
  if (plain) out.push(plain);
  return out;
}
