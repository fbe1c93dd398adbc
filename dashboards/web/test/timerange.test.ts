import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseRange, parseSpan, TimeError } from "../src/time/grammar";

interface Case {
  one?: string;
  from?: string;
  to?: string;
  now: string;
  zone: string;
  want: [string, string] | null;
}

const file = JSON.parse(readFileSync(new URL("../../../testdata/timerange.json", import.meta.url), "utf8")) as { cases: Case[] };

describe("the time grammar agrees with Go", () => {
  for (const c of file.cases) {
    test(`${c.one ?? ""}${c.from ?? ""} ${c.to ?? ""} ${c.zone} ${c.now}`, () => {
      const now = Date.parse(c.now);
      const run = () => (c.from !== undefined ? parseSpan(c.from, c.to ?? "", now, c.zone) : parseRange(c.one ?? "", now, c.zone));
      if (c.want === null) expect(run).toThrow(TimeError);
      else {
        const got = run();
        expect([new Date(got.from).toISOString(), new Date(got.to).toISOString()]).toEqual(c.want.map((w) => new Date(w).toISOString()));
      }
    });
  }
});
