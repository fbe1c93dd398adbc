// Untrusted text for people's eyes: what is not meant to be seen is written out, as
// words.Visible does for cards and the command line. Both are held to testdata/visible.json.

const unseen = /\r\n|[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u3164\uffa0\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u{e0000}-\u{e0fff}]/gu;

const written = (c: string): string => {
  const code = c.codePointAt(0)!;
  if (c === "\r\n") return "\n";
  const hex = (width: number) => code.toString(16).padStart(width, "0");
  return code < 0x80 ? "\\x" + hex(2) : code > 0xffff ? "\\U" + hex(8) : "\\u" + hex(4);
};

/** s with control characters and what reorders or hides text written out: "\u202e". */
export const visible = (s: string): string => s.replace(unseen, written);

/** 1 row, 1,284 rows. */
export const many = (n: number, one: string, more = one + "s"): string => `${Math.round(n).toLocaleString("en-US")} ${Math.round(n) === 1 ? one : more}`;
