import { describe, expect, test } from "vitest";
import { Fault, type Flow, type Row } from "../src/api";
import { age, bothZones, bytes, clock, count, duration, lasted, short, spanText, zoneName } from "../src/format";
import { pieces } from "../src/logs/marked";
import { pretty } from "../src/logs/pretty";
import { command, line } from "../src/logs/command";
import { stackBuckets } from "../src/stack";
import { lastText, toUrl } from "../src/time/tourl";
import { axisLabels, tonesOf } from "../src/cards/chart";
import { dayOf } from "../src/time/zone";
import { known, watching } from "../src/views/known";
import { parseLogs } from "../src/url";

test("figures are written as the guide has them", () => {
  expect([count(1284), short(1284), short(12_400), short(1_284_113), bytes(8_200_000), bytes(999), bytes(1_400_000)]).toEqual(["1,284", "1,284", "12.4k", "1.3M", "8.2 MB", "999 B", "1.4 MB"]);
  expect([duration(412), duration(4200), duration(95_000), duration(3_600_000), duration(3 * 86_400_000)]).toEqual(["412 ms", "4.2 s", "1 m 35 s", "1 h", "3 d"]);
  expect([age(200), age(4000), age(3 * 3_600_000), age(3 * 86_400_000)]).toEqual(["1 s", "4 s", "3 h", "3 d"]);
  expect([lasted(75_400), lasted(3 * 3600_000 + 5 * 60_000), lasted(51 * 3600_000)]).toEqual(["1 m 15 s", "3 h 5 m", "2 d 3 h"]);
});

test("times name their zone", () => {
  const ms = Date.parse("2026-11-22T13:03:07.412Z");
  expect(clock(ms, "Europe/Berlin")).toBe("14:03:07.412");
  expect(zoneName(ms, "UTC")).toBe("UTC");
  expect(bothZones(ms, "UTC")).toBe("2026-11-22 13:03:07.412 UTC");
  expect(bothZones(ms, "Asia/Kolkata")).toBe("2026-11-22 18:33:07.412 GMT+5:30\n2026-11-22 13:03:07.412 UTC");
  expect(spanText(Date.parse("2026-11-22T13:00:00Z"), Date.parse("2026-11-22T13:20:00Z"), "Europe/Berlin", ms)).toBe("14:00 – 14:20 CET");
  expect(spanText(ms, ms + 600_000, "UTC", ms + 3_600_000)).toBe("13:03:07 – 13:13:07 UTC");
  expect(spanText(ms, ms + 86_400_000, "UTC", ms)).toBe("2026-11-22 13:03:07 – 2026-11-23 13:03:07 UTC");
});

test("a word is marked, whatever its case, and nothing is lost", () => {
  expect(pieces("Carrier and carriers", ["carrier"])).toEqual([{ text: "Carrier", hit: true }, { text: " and carriers", hit: false }]);
  expect(pieces("order4711 4711", ["*4711"])).toEqual([{ text: "order", hit: false }, { text: "4711", hit: true }, { text: " ", hit: false }, { text: "4711", hit: true }]);
  expect(pieces("Ünïcode", ["*nïc*"])).toEqual([{ text: "Ü", hit: false }, { text: "nïc", hit: true }, { text: "ode", hit: false }]);
  expect(pieces("a.b acb (x", "A.B")).toEqual([{ text: "a.b", hit: true }, { text: " acb (x", hit: false }]);
  expect(pieces("a.b acb (x", "(")[1]).toEqual({ text: "(", hit: true });
  for (const [text, words] of [["İstanbul", ["*i*"]], ["aaaa", ["*aa*"]], ["", ["x"]], ["x", []], ["a ".repeat(1000), ["a"]]] as const) {
    expect(pieces(text, words).map((p) => p.text).join("")).toBe(text);
  }
});

test("JSON is indented without touching a value", () => {
  expect(pretty('{"a":12345678901234567890,"b":[],"c":{"d":[1,2.0]},"e":"x,{\\"y\\":1}"}')).toBe(
    '{\n  "a": 12345678901234567890,\n  "b": [],\n  "c": {\n    "d": [\n      1,\n      2.0\n    ]\n  },\n  "e": "x,{\\"y\\":1}"\n}');
  expect(pretty("{not json}")).toBe("{not json}");
});

describe("the command for what is seen", () => {
  const from = Date.parse("2026-11-22T15:00:00Z"), to = from + 3_600_000;
  const of = (search: string) => command(parseLogs(search), from, to, "./lake");
  test("flags, and a query behind them, quoted", () => {
    expect(of("?product=booking&level=ERROR&q=it's+%24(rm)")).toBe(
      `seamark logs --lake ./lake --product booking --level ERROR --since 2026-11-22T15:00:00.000Z --until 2026-11-22T16:00:00.000Z -- 'it'\\''s $(rm)'`);
    expect(of("?product=booking")).toBe("seamark logs --lake ./lake --product booking --since 2026-11-22T15:00:00.000Z --until 2026-11-22T16:00:00.000Z");
  });
  test("filters that have no flag are written as a query", () => {
    expect(of("?table=access_logs&status=4xx,502&-route=/a'b&q=a+OR+b")).toBe(
      `seamark logs --lake ./lake --access --since 2026-11-22T15:00:00.000Z --until 2026-11-22T16:00:00.000Z -- 'status:(4xx OR 502) -route:"/a'\\''b" (a OR b)'`);
    expect(of("?-level=&component=,x&team=")).toBe(
      "seamark logs --lake ./lake --since 2026-11-22T15:00:00.000Z --until 2026-11-22T16:00:00.000Z -- 'level:* (component:x OR -component:*) -team:*'");
  });
  test("a line of a row", () => {
    const row: Row = { table: "logs", product: "p", environment: "e", log: { timestamp: from, event_id: "1", ingested_at: to, level: "WARN", message: "m" } };
    expect(line(row)).toBe("2026-11-22T15:00:00.000Z\tWARN\t-\tm");
  });
});

test("buckets become bars of one width, errors at the bottom", () => {
  const got = stackBuckets([{ start: 60_000, counts: { INFO: 3, ERROR: 1 } }, { start: 180_000, counts: { "": 2 } }], 61_000, 200_000, 60_000);
  expect(got.starts).toEqual([60_000, 120_000, 180_000]);
  expect(got.stacks.map((s) => [s.label, s.values])).toEqual([["ERROR", [1, 0, 0]], ["INFO", [3, 0, 0]], ["none", [0, 0, 2]]]);
});

test("what is typed into the time box is the same for every reader of the link", () => {
  const now = Date.parse("2026-11-22T16:25:00Z");
  expect(toUrl("15m", now, "UTC")).toEqual({ from: "now-15m", to: "now" });
  expect(toUrl("now-2h", now, "UTC")).toEqual({ from: "now-2h", to: "now" });
  expect(toUrl("14:00", now, "Europe/Berlin")).toEqual({ from: String(Date.parse("2026-11-22T13:00:00Z")), to: "now" });
  expect(toUrl("14:00..14:20", now, "Europe/Berlin")).toEqual({ from: String(Date.parse("2026-11-22T13:00:00Z")), to: String(Date.parse("2026-11-22T13:20:00Z")) });
  expect(() => toUrl("nonsense", now, "UTC")).toThrow();
});

test("times are echoed as people write them", () => {
  const now = Date.parse("2026-11-22T16:25:00Z");
  const echo = (typed: string) => lastText(/^now-(\w+)$/.exec(toUrl(typed, now, "UTC").from)![1]!);
  expect(["last 2 hours", "-1h", "3 days", "15m", "past week", "1h30m", "1 minute ago"].map(echo)).toEqual(["last 2 hours", "last hour", "last 3 days", "last 15 minutes", "last week", "last 1h30m", "last minute"]);
});

test("a day is as long as its clocks make it", () => {
  const spring = dayOf(Date.parse("2026-03-29T10:00:00Z"), "Europe/Berlin");
  expect((spring.end - spring.start) / 3_600_000).toBe(23);
  expect(zoneName(spring.start, "Europe/Berlin")).toBe("CET");
  expect(["CEST", "GMT+2"]).toContain(zoneName(spring.end, "Europe/Berlin"));
});

test("labels below a card's chart are neither cut nor over each other, at 30 s a bar and otherwise", () => {
  for (const label of ["14:02:30", "14:02", "11-22 14:02", "1"]) {
    for (const n of [1, 2, 3, 7, 12, 20, 60]) {
      const got = axisLabels(Array.from({ length: n }, () => label));
      expect(got.length).toBeGreaterThan(0);
      got.forEach((l, i) => {
        expect(l.x - l.width / 2).toBeGreaterThanOrEqual(0);
        expect(l.x + l.width / 2).toBeLessThanOrEqual(320);
        if (i > 0) expect(l.x - got[i - 1]!.x).toBeGreaterThan(l.width);
      });
    }
  }
});

test("a card's series has the colour that the page has for it, and no two the same", () => {
  expect(tonesOf([{ name: "4xx" }, { name: "ERROR" }])).toEqual(["warn", "error"]);
  expect(tonesOf([{ name: "5xx" }, { name: "ERROR" }])).toEqual(["error", "info"]);
  expect(tonesOf([{ name: "5xx", color: "attention" }, { name: "ERROR", color: "categoricalPurple" }])).toEqual(["error", "fatal"]);
  expect(new Set(tonesOf(["a", "b", "c", "d", "e", "f"].map((name) => ({ name })))).size).toBe(6);
});

test("what is known: unknown and wrong come before well", () => {
  const flow = { accounts: { objects: 2, events: 1_284_113 }, lag_ms: 4000, backlog: 0, unaccounted: 0, index_fault: "", faults: [], troubles: [] } as unknown as Flow;
  const none = { ...flow, accounts: { ...flow.accounts, objects: 0, events: 0 } };
  const full = { component: "front_door", what: "storing failed: no space left on device", remedy: "free some space" };
  expect(known(flow, null, 1)).toEqual({ kind: "well", text: "All 1,284,113 events accounted for; lag 4 s" });
  expect(known({ ...flow, index_fault: "401" }, null, 1)).toMatchObject({ kind: "wrong", what: "The index waits: 401" });
  expect(known({ ...flow, unaccounted: 1, index_fault: "401" }, null, 1)).toMatchObject({ kind: "wrong", what: "1 object does not balance" });
  expect(known(none, null, 1)).toEqual({ kind: "well", text: "Ready. Nothing has arrived yet" });
  expect(known({ ...none, spooled: 45_000 }, null, 1)).toEqual({ kind: "well", text: "Ready; waiting: 45 kB acknowledged in the spool" });
  expect(known({ ...none, spooled: 45_000, troubles: [full] }, null, 1)).toMatchObject({ kind: "wrong", what: "Storing failed: no space left on device", remedy: "free some space; waiting: 45 kB acknowledged in the spool" });
  expect(known(flow, new Fault("seamark does not answer"), 7)).toEqual({ kind: "unknown", since: 7, why: "seamark does not answer" });
  expect(known(null, null, 0)).toMatchObject({ kind: "unknown" });
  expect(watching({ ...flow, troubles: [{ component: "rules", what: "rules are not evaluated", remedy: "" }] })?.what).toBe("rules are not evaluated");
  expect(watching({ ...flow, troubles: [{ component: "index", what: "x", remedy: "" }] })).toBeUndefined();
});
