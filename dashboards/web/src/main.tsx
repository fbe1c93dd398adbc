// The page. One root, one route, one set of keys.

import "./style/tokens.css";
import "./style/base.css";
import "./style/logs.css";
import "./style/views.css";
import "./style/cards.css";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { effect, signal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { place, startRouting } from "./route";
import { startPolling } from "./views/flowstore";
import { startLogs } from "./logs/store";
import { startKeys } from "./keys";
import { TopBar } from "./ui/topbar";
import { Help } from "./ui/help";
import { Toast } from "./ui/toast";
import { FlowView } from "./views/flow";
import { LogsView } from "./views/logs";
import { IncidentsView } from "./views/incidents";
import { NoPage } from "./views/nopage";
import { FaultBox } from "./ui/fault";
import { Fault } from "./api";

function View() {
  const path = place.value.path;
  if (path === "/logs") return <LogsView />;
  if (path === "/incidents") return <IncidentsView />;
  if (/^\/incidents\/[^/]+$/.test(path)) return <OneIncident id={decodeURIComponent(path.slice("/incidents/".length))} />;
  if (path === "/") return <FlowView />;
  return <NoPage path={path} />;
}

// An incident and its cards come as a script of their own, when first looked at: the others are sooner there.
const incidentView = signal<FunctionComponent<{ id: string }> | Fault | null>(null);

function OneIncident({ id }: { id: string }) {
  const Loaded = incidentView.value;
  const load = () => void import("./views/incident").then(
    (m) => (incidentView.value = m.IncidentView),
    () => (incidentView.value = new Fault("a part of this page could not be loaded", "incident.js", "is the process still running? Asking again is safe")),
  );
  useEffect(() => {
    if (!Loaded) load();
  }, []);
  if (Loaded && !(Loaded instanceof Fault)) return <Loaded id={id} />;
  return <main id="main" class="page incident" tabIndex={-1}>{Loaded ? <FaultBox fault={Loaded} again={() => location.reload()} /> : <p class="muted late">Loading…</p>}</main>;
}

function App() {
  return (
    <>
      <a class="skip" href="#main">Skip to content</a>
      <TopBar />
      <View />
      <Help />
      <Toast />
    </>
  );
}

const titles: Record<string, string> = { "/": "Flow", "/logs": "Logs", "/incidents": "Incidents" };
effect(() => {
  const path = place.value.path;
  document.title = `${titles[path] ?? (path.startsWith("/incidents/") ? "Incident" : "No such page")} · Seamark`;
});

startRouting();
startLogs();
startPolling();
startKeys();
render(<App />, document.getElementById("app")!);
