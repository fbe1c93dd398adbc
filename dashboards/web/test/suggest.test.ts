import { expect, test } from "vitest";
import { remember, suggestions } from "../src/logs/suggest";

const facets = [{ field: "component", values: [{ value: "booking-api/prod" }, { value: "a b" }, { value: "" }] }];

test("fields, values seen and recent queries complete the last word", () => {
  const of = (text: string, table: "logs" | "access_logs" = "logs") => suggestions(text, table, facets, ["level:ERROR timeout", "status:5xx"]);
  expect(of("")).toEqual(["level:ERROR timeout", "status:5xx"]);
  expect(of("lev")).toEqual(["level:", "level:ERROR timeout"]);
  expect(of("timeout -comp")).toEqual(["timeout -component:"]);
  expect(of("(a OR event_d")).toEqual(["(a OR event_data."]);
  expect(of("component:")).toEqual(["component:booking-api/prod", 'component:"a b"']);
  expect(of("x component:book")).toEqual(["x component:booking-api/prod"]);
  expect(of("level:>")).toEqual(["level:>=WARN"]);
  expect(of("late", "access_logs")).toEqual(["latency_ms:"]);
  expect(of('"in quotes comp')).toEqual(['"in quotes component:']);
  expect(of("timeout ")).toEqual([]);
  expect(of("none:x")).toEqual([]);
});

test("a query is remembered once, the newest first, thirty at most", () => {
  expect(remember(["a", "b"], "b")).toEqual(["b", "a"]);
  expect(remember(["a"], " ")).toEqual(["a"]);
  expect(remember(Array.from({ length: 40 }, (_, i) => String(i)), "x")).toHaveLength(30);
});
