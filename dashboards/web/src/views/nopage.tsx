// Any other path: nothing is there, and where one may have wanted to go.

import { logsHref } from "../route";
import { visible } from "../text";

export function NoPage({ path }: { path: string }) {
  let shown = path;
  try {
    shown = decodeURIComponent(path);
  } catch {
    // shown as it came
  }
  return (
    <main id="main" class="page" tabIndex={-1}>
      <h1>There is no page {visible(shown)}</h1>
      <p class="said">The address may be mistyped, or of another version. There are: <a href="/">Flow</a>, <a href={logsHref()}>Logs</a> and <a href="/incidents">Incidents</a>.</p>
    </main>
  );
}
