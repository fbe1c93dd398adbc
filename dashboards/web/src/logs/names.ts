// What fields and values are called on the page. A fingerprint is the hash of a pattern: people
// read the pattern, the address and SQL hold the hash.

import { facets, rows } from "./store";
import { visible } from "../text";

export const fieldName = (field: string): string => (field === "fingerprint" ? "pattern" : field);

/** A value for people; a pattern's text, as far as a facet or a row tells it. */
export function valueName(field: string, value: string): string {
  if (value === "") return "none";
  return visible(field === "fingerprint" ? patternText(value) ?? value : value);
}

function patternText(hash: string): string | undefined {
  const counted = facets.value.find((f) => f.field === "fingerprint")?.values.find((v) => v.value === hash)?.text;
  if (counted) return counted;
  const l = rows.value.find((r) => r.log?.fingerprint === hash)?.log;
  return l && ([l.error_type, l.error_message].filter(Boolean).join(": ") || l.message)?.split("\n")[0];
}
