// Levels and status classes: one name, one glyph, one colour class each.

export interface Rank {
  name: string;
  glyph: string;
  tone: "fatal" | "error" | "warn" | "info" | "debug" | "ok" | "none";
}

const ranks: Record<string, Rank> = {
  FATAL: { name: "FATAL", glyph: "◆", tone: "fatal" },
  ERROR: { name: "ERROR", glyph: "✕", tone: "error" },
  WARN: { name: "WARN", glyph: "▲", tone: "warn" },
  INFO: { name: "INFO", glyph: "●", tone: "info" },
  DEBUG: { name: "DEBUG", glyph: "·", tone: "debug" },
  TRACE: { name: "TRACE", glyph: "·", tone: "debug" },
  "5xx": { name: "5xx", glyph: "✕", tone: "error" },
  "4xx": { name: "4xx", glyph: "▲", tone: "warn" },
  "3xx": { name: "3xx", glyph: "●", tone: "info" },
  "2xx": { name: "2xx", glyph: "✓", tone: "ok" },
  "1xx": { name: "1xx", glyph: "·", tone: "debug" },
};
const none: Rank = { name: "none", glyph: "·", tone: "none" };

export const rankOf = (key: string | undefined): Rank => ranks[key ?? ""] ?? (key ? { ...none, name: key } : none);

/** Is it a class of status, and no level? */
export const isStatus = (name: string): boolean => /^\dxx$/.test(name);

export const statusClass = (status: number | undefined): string => (status ? `${Math.floor(status / 100)}xx` : "");

/** From the base line of a stacked bar upwards: the worst lies at the bottom. */
export const stackOrder = ["ERROR", "FATAL", "WARN", "INFO", "DEBUG", "TRACE", "5xx", "4xx", "3xx", "2xx", "1xx", ""];

export function Glyph({ level }: { level: string | undefined }) {
  const r = rankOf(level);
  return <span class={`glyph ${r.tone}`} role="img" aria-label={r.name} title={r.name}>{r.glyph}</span>;
}
