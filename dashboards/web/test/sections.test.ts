import { expect, test } from "vitest";
import type { Row } from "../src/api";
import { chunkRows, realRows, sectionsOf } from "../src/logs/sections";

const row = (id: string, at: string): Row => ({ table: "logs", product: "p", environment: "e", log: { timestamp: Date.parse(at), event_id: id, ingested_at: 0 } });

test("the listing is cut at days of the zone shown, and beyond the first 500 into chunks", () => {
  const all = Array.from({ length: 1030 }, (_, i) => row(String(i), i < 700 ? "2026-11-22T23:30:00Z" : "2026-11-22T22:30:00Z"));
  const berlin = sectionsOf(all, "Europe/Berlin");
  expect(berlin.filter((s) => s.day).map((s) => s.from)).toEqual([0, 700]);
  expect(sectionsOf(all, "UTC").filter((s) => s.day).map((s) => s.from)).toEqual([0]);
  expect(berlin.flatMap((s) => s.rows)).toEqual(all);
  expect(berlin.filter((s) => s.real).flatMap((s) => s.rows).length).toBe(realRows);
  expect(Math.max(...berlin.filter((s) => !s.real).map((s) => s.rows.length))).toBe(chunkRows);
  expect(sectionsOf([], "UTC")).toEqual([]);
});

test("a chunk that has not changed is the same object, so that it is not drawn again", () => {
  const all = Array.from({ length: 560 }, (_, i) => row(String(i), "2026-11-22T23:30:00Z"));
  const before = sectionsOf(all, "UTC");
  const after = sectionsOf([...all, row("new", "2026-11-22T23:00:00Z")], "UTC", before);
  expect(before.map((s) => s.from)).toEqual([0, 500, 525, 550]);
  expect(after[1]).toBe(before[1]);
  expect(after[2]).toBe(before[2]);
  expect(after[3]!.rows.length).toBe(11);
  const changed = [...all];
  changed[510] = row("510", "2026-11-22T23:30:00Z");
  expect(sectionsOf(changed, "UTC", before)[1]).not.toBe(before[1]);
});
