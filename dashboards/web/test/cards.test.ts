import { describe, expect, test } from "vitest";
import { markdown, mrkdwn, type Inline } from "../src/cards/inline";
import { webLink } from "../src/cards/shape";

/** The tree as text with its structure in brackets. */
const show = (of: Inline[]): string => of.map((x) => (typeof x === "string" ? x : `[${x.kind}${x.kind === "link" ? " " + x.href : ""}|${show(x.of)}]`)).join("");

describe("Slack's mrkdwn", () => {
  const cases: [string, string][] = [
    ["plain", "plain"],
    ["*bold* _it_ ~no~", "[b|bold] [i|it] [s|no]"],
    ["a*b*c snake_case_name 2 * 3 * 4", "a*b*c snake_case_name 2 * 3 * 4"],
    ["*Value*\n37 %", "[b|Value]\n37 %"],
    ["`*code* <x>`", "[code|*code* <x>]"],
    ["```a\n*b*```", "[pre|a\n*b*]"],
    ["&lt;b&gt; &amp;amp;", "<b> &amp;"],
    ["<https://a.example/x|name>", "[link https://a.example/x|name]"],
    ["<https://a.example/?a=1&amp;b=2>", "[link https://a.example/?a=1&b=2|https://a.example/?a=1&b=2]"],
    ["<javascript:alert(1)|click>", "click (javascript:alert(1))"],
    ["<!channel> <@U1> <#C1|ops>", "[mention|@channel] [mention|@U1] [mention|#ops]"],
    ["<!date^1^{time}|16:00>", "16:00"],
    ["&gt; quoted\nnot", "[quote|quoted]not"],
    [":rotating_light: :no_such_thing:", "🚨 :no_such_thing:"],
  ];
  for (const [from, want] of cases) test(from, () => expect(show(mrkdwn(from))).toBe(want));
});

describe("the Markdown of Adaptive Cards", () => {
  const cases: [string, string][] = [
    ["**bold** _it_ *it*", "[b|bold] [i|it] [i|it]"],
    ["\\*no\\* \\[no\\](x) \\\\", "*no* [no](x) \\"],
    ["[a](https://a.example/)", "[link https://a.example/|a]"],
    ["[a](javascript:alert(1))", "[a](javascript:alert(1))"],
    ["[a\\]b](https://a.example/)", "[link https://a.example/|a]b]"],
    ["- one\n- two", "• one\n• two"],
    ["snake_case_name", "snake_case_name"],
    ["<b>x</b>", "<b>x</b>"],
  ];
  for (const [from, want] of cases) test(from, () => expect(show(markdown(from))).toBe(want));
});

test("both read any text to the end, soon, and lose no letters of plain text", () => {
  const hostile = ["*".repeat(5000), "[".repeat(3000), "<".repeat(3000), "`".repeat(3001), "_a".repeat(2000), "**".repeat(2000) + "a"];
  for (const s of hostile) {
    const start = performance.now();
    mrkdwn(s);
    markdown(s);
    expect(performance.now() - start).toBeLessThan(2000);
  }
});

test("only http and https are links", () => {
  expect(["https://a.example", "http://a.example", "javascript:1", "data:text/html,x", " javascript:1", "//a.example", "/x", "", null, 7].map(webLink).map(Boolean)).toEqual([true, true, false, false, false, false, false, false, false, false]);
});
