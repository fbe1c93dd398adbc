// An error as every part of Seamark words it: what, where, remedy.

import type { Fault } from "../api";
import { visible } from "../text";

export function FaultBox({ fault, again }: { fault: Fault; again?: () => void }) {
  return (
    <div class="fault" role="alert">
      <span class="glyph error" aria-hidden="true">✕</span>
      <p><strong>{visible(fault.what)}</strong>{fault.where && <span class="muted"> · {visible(fault.where)}</span>}{fault.remedy && <><br />{visible(fault.remedy)}</>}</p>
      {again && <button class="tool" onClick={again}>Try again</button>}
    </div>
  );
}
