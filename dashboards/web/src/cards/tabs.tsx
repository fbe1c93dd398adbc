// The cards of an incident, drawn from the bytes that were sent.

import { useState } from "preact/hooks";
import type { IncidentAnswer } from "../api";
import { SlackMessage } from "./slack";
import { TeamsMessage } from "./teams";

const tabs = ["slack", "teams", "text"] as const;
const names = { slack: "Slack", teams: "Teams", text: "Text" };

export function CardTabs({ cards, at }: { cards: IncidentAnswer["cards"]; at: number }) {
  const [tab, setTab] = useState<(typeof tabs)[number]>("slack");
  const there = tabs.filter((t) => cards[t]);
  const shown = there.includes(tab) ? tab : there[0];
  if (!shown) return <section class="panel"><h2>Card</h2><p class="muted">No card has been rendered yet.</p></section>;
  const turn = (e: KeyboardEvent) => {
    const by = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
    if (!by) return;
    const to = there[(there.indexOf(shown) + by + there.length) % there.length]!;
    setTab(to);
    document.getElementById("tab-" + to)?.focus();
  };
  return (
    <section class="panel cards">
      <div class="segmented" role="tablist" aria-label="Card as sent to" onKeyDown={turn}>
        {there.map((t) => (
          <button key={t} id={"tab-" + t} role="tab" class={t === shown ? "on" : ""} aria-selected={t === shown} aria-controls="card-panel" tabIndex={t === shown ? 0 : -1} onClick={() => setTab(t)}>{names[t]}</button>
        ))}
      </div>
      <div id="card-panel" role="tabpanel" aria-labelledby={"tab-" + shown} tabIndex={0}>
        {shown === "slack" && <SlackMessage body={cards.slack} at={at} />}
        {shown === "teams" && <TeamsMessage body={cards.teams} />}
        {shown === "text" && <pre class="card-text">{cards.text}</pre>}
      </div>
    </section>
  );
}
