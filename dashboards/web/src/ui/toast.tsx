// A word about what was just done; read aloud, gone after a while.

import { signal } from "@preact/signals";

const said = signal("");
let timer = 0;

export function say(text: string): void {
  said.value = text;
  clearTimeout(timer);
  timer = window.setTimeout(() => (said.value = ""), 2500);
}

export function Toast() {
  return <div class={said.value ? "toast on" : "toast"} role="status" aria-live="polite">{said.value}</div>;
}
