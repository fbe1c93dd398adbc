// Reading JSON whose shape nobody promised: a card's bytes are drawn as far as they
// make sense, and what does not is named, never dropped.

export type Json = Record<string, unknown>;

export const isObject = (v: unknown): v is Json => typeof v === "object" && v !== null && !Array.isArray(v);
export const obj = (v: unknown): Json => (isObject(v) ? v : {});
export const list = (v: unknown): Json[] => (Array.isArray(v) ? v.filter(isObject) : []);
export const text = (v: unknown): string => (typeof v === "string" ? v : typeof v === "number" ? String(v) : "");
export const num = (v: unknown): number => (typeof v === "number" && Number.isFinite(v) ? v : 0);

/** A link that may be followed: absolute http or https, else null. */
export function webLink(v: unknown): string | null {
  try {
    const u = new URL(text(v));
    return u.protocol === "http:" || u.protocol === "https:" ? u.href : null;
  } catch {
    return null;
  }
}
