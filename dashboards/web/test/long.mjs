// Ten thousand rows: loaded by scrolling, drawn while near, found, selected and copied all the same;
// and that nothing moves by itself. A part of browser.mjs, which Go starts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, browser, incident, longUrl, rowsReady, shot, url, visit } from "./harness.mjs";

/** Scrolls to the end until so many rows are loaded. */
async function loadRows(page, n) {
  const loaded = () => page.evaluate(() => {
    const last = [...document.querySelectorAll(".chunk")].at(-1);
    return last ? Number(last.dataset.from) + Number(last.dataset.rows) : document.querySelectorAll("article.row").length;
  });
  for (let have = await loaded(); have < n; have = await loaded()) {
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await page.waitForFunction((before) => {
      const last = [...document.querySelectorAll(".chunk")].at(-1);
      return last && Number(last.dataset.from) + Number(last.dataset.rows) > before;
    }, have);
  }
}

/** What the page's main thread computes while during runs: CPU ms of each task, so that a busy machine does not count. */
async function tasksWhile(page, during) {
  const cdp = await page.context().newCDPSession(page);
  const events = [];
  cdp.on("Tracing.dataCollected", (d) => events.push(...d.value));
  await cdp.send("Tracing.start", { categories: "toplevel,devtools.timeline,disabled-by-default-devtools.timeline", transferMode: "ReportEvents" });
  await during();
  const complete = new Promise((done) => cdp.once("Tracing.tracingComplete", done));
  await cdp.send("Tracing.end");
  await complete;
  await cdp.detach();
  const main = events.find((e) => e.name === "FireAnimationFrame");
  assert.ok(main, "the page has drawn");
  const tasks = events.filter((e) => e.ph === "X" && e.pid === main.pid && e.tid === main.tid && e.name.endsWith("RunTask")).filter((e) => e.tdur !== undefined).map((e) => e.tdur / 1000);
  assert.ok(tasks.length > 100, `${tasks.length} tasks were timed`);
  return tasks.sort((a, b) => b - a);
}

/** In the page: a wheel that is turned fast, up and down again; the ms of each frame, sorted. */
async function scrollFast() {
  const took = [];
  let last = performance.now();
  for (let i = 0; i < 300; i++) {
    scrollBy(0, i < 150 ? -400 : 400);
    await new Promise((r) => requestAnimationFrame(r));
    took.push(performance.now() - last);
    last = performance.now();
  }
  return took.sort((a, b) => a - b);
}

test("10,000 rows: loaded by scrolling, few elements, small tasks, small heap", () =>
  visit("/logs", { base: longUrl }, async (page) => {
    await rowsReady(page);
    await page.waitForFunction(() => document.querySelectorAll("article.row").length === 500);
    const loading = await tasksWhile(page, () => loadRows(page, 10_000));
    const elements = await page.locator("article.row").count();
    assert.ok(elements < 1000, `${elements} rows are elements`);
    assert.equal(await page.locator(".rows > article.row").count(), 500, "the first 500 stay");
    // A task that is too long is so each time; what only a busy machine makes long is not.
    let frames, scrolling = [Infinity];
    for (let round = 0; round < 3 && scrolling[0] >= 50; round++) {
      scrolling = await tasksWhile(page, async () => (frames = await page.evaluate(scrollFast)));
    }
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("HeapProfiler.collectGarbage");
    const { usedSize } = await cdp.send("Runtime.getHeapUsage");
    const ms = (n) => Math.round(n);
    console.log(`10,000 rows: longest tasks while loading ${loading.slice(0, 3).map(ms)} ms CPU, while scrolling ${scrolling.slice(0, 3).map(ms)} ms CPU; frame p50 ${ms(frames[150])} ms, p95 ${ms(frames[285])} ms; heap ${(usedSize / 1e6).toFixed(1)} MB; ${elements} elements`);
    assert.ok(scrolling[0] < 50, `a task of ${scrolling[0]} ms while scrolling`);
    assert.ok(usedSize < 80e6, `heap ${usedSize}`);
    await shot(page, "long-scrolled");
  }));

test("Ctrl-F finds in all loaded rows, also those that are no elements", () =>
  visit("/logs", { base: longUrl }, async (page) => {
    await rowsReady(page);
    await page.keyboard.press("Control+f");
    assert.equal(await page.locator(".findbar").count(), 0, "500 rows are the browser's own");
    await loadRows(page, 3000);
    await page.evaluate(() => scrollTo(0, 0));
    await page.keyboard.press("Control+f");
    await page.waitForSelector(".findbar");
    await page.keyboard.type("LINE=[2345]");
    await page.getByText("in 1 row", { exact: true }).waitFor();
    assert.equal(await page.locator(".rows mark").count(), 0, "not an element yet");
    await page.keyboard.press("Enter");
    const hit = page.locator("article.row[aria-posinset='2346']");
    await hit.locator("mark").waitFor();
    await page.getByText("1 of 1 row", { exact: true }).waitFor();
    await page.waitForFunction(() => {
      const r = document.querySelector("article.row[aria-posinset='2346']").getBoundingClientRect();
      return r.top > 80 && r.bottom < innerHeight;
    });
    await shot(page, "find");
    await accessible(page);
    await page.keyboard.press("Control+a");
    await page.keyboard.type("line=[1");
    await page.getByText(/^in 1,\d\d\d rows$/).waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await page.locator(".findbar").count(), 0);
    assert.equal(await page.locator(".rows mark").count(), 0);
  }));

test("a selection over rows that are no elements is copied whole, and copy all takes all", () =>
  visit("/logs", { base: longUrl }, async (page) => {
    await rowsReady(page);
    await loadRows(page, 2000);
    const clip = () => page.evaluate(() => navigator.clipboard.readText());
    await page.evaluate(() => scrollTo(0, 0));
    await page.waitForFunction(() => document.querySelectorAll(".chunk > article").length < 1000);
    await page.evaluate(() => document.activeElement?.blur());
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Control+c");
    const lines = (await clip()).trimEnd().split("\n");
    assert.ok(lines.length >= 2000, `${lines.length} lines`);
    for (const i of [0, 777, 1999]) assert.match(lines[i], new RegExp(`line=\\[${i}\\]$`));
    await page.evaluate(() => {
      const all = document.querySelectorAll("article.row .message");
      document.getSelection().setBaseAndExtent(all[3].firstChild, 0, all[5].firstChild, 3);
    });
    await page.keyboard.press("Control+c");
    assert.ok((await clip()).split("line=[").length <= 4, "three rows as the browser copies them");
    await page.getByRole("button", { name: "copy all" }).click();
    await page.getByText(/^Copied \d,\d\d\d rows$/).waitFor();
    assert.ok((await clip()).trimEnd().split("\n").length >= 2000);
  }));

test("a row that is far down is brought in by its link; one that is not there is told", async () => {
  let deep = "";
  await visit("/logs", { base: longUrl }, async (page) => {
    await rowsReady(page);
    await loadRows(page, 1500);
    deep = await page.evaluate(() => {
      const f = new URLSearchParams(location.search);
      return `from=${Number(f.get("at")) - 3600_000}&to=${f.get("at")}`;
    });
  });
  await visit(`/logs?${deep}&row=38420000001234`, { base: longUrl }, async (page) => {
    const row = page.locator("[id='row-38420000001234'].open .detail");
    await row.waitFor();
    await page.waitForFunction(() => {
      const r = document.getElementById("row-38420000001234").getBoundingClientRect();
      return r.top < innerHeight && r.bottom > 0;
    });
  });
  await visit(`/logs?${deep}&row=none-such`, { base: longUrl }, async (page) => {
    await page.getByText("This link's row, none-such, is not among the rows of this time").waitFor();
    await shot(page, "unknown-row");
    await accessible(page);
  });
  await visit(`/logs?${deep}&product=nothing&row=38420000001234`, { base: longUrl }, async (page) => {
    await page.getByText("a filter keeps it out").waitFor();
    await page.getByRole("button", { name: "Show it" }).click();
    await page.locator("[id='row-38420000001234'].open .detail").waitFor();
  });
});

for (const width of [1280, 768, 360]) {
  test(`nothing moves by itself while a page comes, ${width} px`, async () => {
    for (const path of ["/", "/logs", "/logs?table=access_logs", "/incidents", incident]) {
      const context = await browser.newContext({ viewport: { width, height: 800 }, baseURL: url });
      const page = await context.newPage();
      await page.addInitScript(() => {
        window.shifts = [];
        new PerformanceObserver((l) => {
          for (const e of l.getEntries()) if (!e.hadRecentInput) window.shifts.push({ by: e.value, what: e.sources.map((s) => s.node?.className || s.node?.nodeName).join(", ") });
        }).observe({ type: "layout-shift", buffered: true });
      });
      let histogram, facets;
      const held = [new Promise((done) => (histogram = done)), new Promise((done) => (facets = done))];
      await page.route("**/api/logs/histogram*", async (r) => { await held[0]; await r.continue(); });
      await page.route("**/api/logs/facets*", async (r) => { await held[1]; await r.continue(); });
      await page.goto(path);
      if (path.startsWith("/logs")) {
        await page.waitForSelector("article.row");
        await page.waitForTimeout(100); // rows are painted before the bars come
        histogram();
        await page.waitForSelector(".histogram canvas");
        await page.waitForTimeout(100);
        facets();
        await page.waitForSelector(".facet .pick", { state: "attached" });
      } else await page.waitForSelector({ "/": ".tiles", "/incidents": ".incident-line" }[path] ?? ".slack");
      await page.waitForTimeout(300);
      const shifts = await page.evaluate(() => window.shifts);
      const sum = shifts.reduce((a, s) => a + s.by, 0);
      console.log(`layout shift of ${path} at ${width} px: ${sum.toFixed(4)}`);
      assert.ok(sum < 0.02, `${path}: ${JSON.stringify(shifts)}`);
      await context.close();
    }
  });
}
