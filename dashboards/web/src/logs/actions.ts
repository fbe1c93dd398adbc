// What a row, a key or a button may ask for: filters, links, commands.

import { ask, frame, rows, shown, state } from "./store";
import { command, line } from "./command";
import { flow } from "../views/flowstore";
import { say } from "../ui/toast";
import { apiQuery, formatLogs, toggleTerm, type LogsState } from "../url";
import { idOf, type Row } from "../api";
import { many } from "../text";

export const filterBy = (field: string, value: string, not: boolean): void =>
  ask({ terms: toggleTerm(state.value, field, value, not).terms });

export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(`Copied ${what}`);
  } catch {
    say(`Could not copy ${what}: the browser refused`);
  }
}

/** A link that shows this row to anybody, whatever their clock and zone. */
export function rowLink(r: Row): string {
  const f = frame.value;
  const s: LogsState = { ...state.value, row: idOf(r), at: undefined };
  if (f) Object.assign(s, { from: String(f.from), to: String(f.to) });
  return location.origin + "/logs" + formatLogs(s);
}

export function copyCommand(): void {
  const f = frame.value;
  if (f) void copy(command(state.value, f.from, f.to, flow.value?.lake || "LAKE"), "the command");
}

/** The rows of what is shown, all of them, as a file. */
export function downloadHref(format: "csv" | "json"): string {
  const f = frame.value, s = shown.value ?? state.value;
  const fixed = f ? { ...s, from: String(f.from), to: String(f.to) } : s;
  return "/api/logs/download" + apiQuery(fixed, undefined, "UTC") + "&format=" + format;
}

export const copyAll = (): void => void copy(rows.value.map(line).join("\n") + "\n", many(rows.value.length, "row"));
