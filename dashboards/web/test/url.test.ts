import { describe, expect, test } from "vitest";
import { apiQuery, fieldsOf, formatLogs, isRelative, joinValues, parseLogs, splitValues, switchTable, toggleTerm } from "../src/url";

describe("the URL is the state", () => {
  for (const search of [
    "?from=now-1h&to=now",
    "?table=access_logs&from=now-15m&to=now&at=1795361400000&tz=utc&status=4xx,502",
    "?from=1795361400000&to=1795362000000&q=a+b%26c%3Dd&product=booking&-level=DEBUG,&row=3842",
    "?from=now-1h&to=now&component=a%5C,b,c",
  ]) {
    test(search, () => expect(formatLogs(parseLogs(search))).toBe(search));
  }
  test("defaults and strangers", () => {
    expect(formatLogs(parseLogs(""))).toBe("?from=now-1h&to=now");
    expect(parseLogs("?nonsense=1&status=200&table=nope").terms).toEqual([]);
    expect(parseLogs("?at=x").at).toBeUndefined();
    expect(parseLogs("?level=ERROR&level=WARN,ERROR").terms).toEqual([{ field: "level", values: ["ERROR", "WARN"], not: false }]);
  });
});

test("values with commas and backslashes survive", () => {
  for (const values of [["a,b", "c"], ["\\"], ["\\,", ""], ["", ""], ["x"]]) expect(splitValues(joinValues(values))).toEqual(values);
});

test("a filter is added, taken away, turned round", () => {
  let s = parseLogs("");
  s = toggleTerm(s, "level", "ERROR", false);
  s = toggleTerm(s, "level", "FATAL", false);
  expect(formatLogs(s)).toContain("level=ERROR,FATAL");
  s = toggleTerm(s, "level", "ERROR", true);
  expect(s.terms).toEqual([{ field: "level", values: ["FATAL"], not: false }, { field: "level", values: ["ERROR"], not: true }]);
  s = toggleTerm(toggleTerm(s, "level", "FATAL", false), "level", "ERROR", true);
  expect(s.terms).toEqual([]);
});

test("the other table keeps the filters it knows", () => {
  const s = switchTable(parseLogs("?product=booking&level=ERROR&q=x&row=1"), "access_logs");
  expect(formatLogs(s)).toBe("?table=access_logs&from=now-1h&to=now&q=x&product=booking");
  expect(fieldsOf("access_logs")).toContain("status");
});

test("the server is asked for the window, not for the open row", () => {
  const s = parseLogs("?from=now-1h&to=now&at=5&tz=utc&row=7&product=a");
  expect(apiQuery(s, undefined, "Europe/Berlin")).toBe("?from=now-1h&to=now&product=a&tz=Europe%2FBerlin");
  expect(apiQuery(s, 5, "UTC")).toBe("?from=now-1h&to=now&at=5&product=a&tz=utc");
  expect([isRelative(s), isRelative(parseLogs("?from=1&to=2")), isRelative(parseLogs("?from=1&to=now"))]).toEqual([true, false, true]);
});
