// The page. One root, one route, one set of keys.

import "./style/tokens.css";
import "./style/base.css";
import "./style/logs.css";
import "./style/views.css";
import "./style/cards.css";
import { render } from "preact";
import { effect } from "@preact/signals";
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
import { IncidentView } from "./views/incident";

function View() {
  const path = place.value.path;
  if (path === "/logs") return <LogsView />;
  if (path === "/incidents") return <IncidentsView />;
  if (path.startsWith("/incidents/")) return <IncidentView id={decodeURIComponent(path.slice("/incidents/".length))} />;
  return <FlowView />;
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
  document.title = `${titles[place.value.path] ?? "Incident"} · Seamark`;
});

startRouting();
startLogs();
startPolling();
startKeys();
render(<App />, document.getElementById("app")!);
