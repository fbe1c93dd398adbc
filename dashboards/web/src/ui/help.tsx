// The key map, and the switch that turns single keys off (WCAG 2.1.4).

import { useEffect, useRef } from "preact/hooks";
import { helpOpen, keyMap } from "../keys";
import { keysOff } from "../prefs";
import { flow } from "../views/flowstore";

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = helpOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  const shut = () => (helpOpen.value = false);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={shut} onClick={(e) => e.target === dialog.current && shut()}>
      {open && (
        <div class="sheet">
          <header><h2 id="help-title">Keys</h2><button class="tool square" onClick={shut} aria-label="Close">✕</button></header>
          <div class="columns">
            <KeyList where="everywhere" title="Everywhere" />
            <KeyList where="logs" title="Logs" />
          </div>
          <label class="check"><input type="checkbox" checked={keysOff.value} onChange={(e) => (keysOff.value = e.currentTarget.checked)} /> Switch single keys off</label>
          <p class="muted">Click a value to filter by it, Alt-click to exclude it. Drag over the histogram to zoom; double-click to zoom out.</p>
          <footer class="muted">
            <span>Seamark {flow.value?.version || ""}</span>
            {flow.value?.login && <form method="post" action="/logout"><button class="link">Log out</button></form>}
          </footer>
        </div>
      )}
    </dialog>
  );
}

function KeyList({ where, title }: { where: string; title: string }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl class="keys">
        {keyMap.filter((k) => k.where === where).map((k) => (
          <div key={k.what}><dt>{k.keys.map((x) => <kbd key={x}>{x === "Escape" ? "Esc" : x}</kbd>)}</dt><dd>{k.what}</dd></div>
        ))}
      </dl>
    </section>
  );
}
