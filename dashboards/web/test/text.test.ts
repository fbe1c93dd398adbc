import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { many, visible } from "../src/text";

test("what hides or reorders text is written out as the command line writes it", () => {
  const file = JSON.parse(readFileSync(new URL("../../../testdata/visible.json", import.meta.url), "utf8")) as { cases: [string, string][] };
  for (const [text, want] of file.cases) {
    expect(visible(text)).toBe(want);
    expect(visible(want)).toBe(want);
  }
});

test("one is not many", () => {
  expect([many(0, "row"), many(1, "row"), many(1284, "row"), many(1, "match", "matches"), many(2, "match", "matches")]).toEqual(["0 rows", "1 row", "1,284 rows", "1 match", "2 matches"]);
});
