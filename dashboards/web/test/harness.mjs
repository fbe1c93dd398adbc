// What every browser test needs: Chromium, a page that must stay clean, axe, pictures.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before } from "node:test";
import { chromium } from "playwright-core";

export const need = (name) => process.env[name] ?? assert.fail(`${name} is not set`);
export const url = need("SEAMARK_URL"), lockedUrl = need("SEAMARK_LOCKED_URL"), emptyUrl = need("SEAMARK_EMPTY_URL"), longUrl = need("SEAMARK_LONG_URL");
export const incident = "/incidents/" + need("SEAMARK_INCIDENT");
const shots = process.env.SEAMARK_SCREENSHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: need("SEAMARK_CHROMIUM"),
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--host-resolver-rules=MAP evil.test 127.0.0.1",
    ],
  });
});
after(() => browser?.close());

/** Opens a page that fails the test on errors; `check` is called with it. */
export async function visit(path, { width = 1280, height = 800, dark = false, base = url, zone = "Europe/Berlin", expectErrors = false, touch = false, scale = 1 } = {}, check) {
  const context = await browser.newContext({
    viewport: { width, height }, colorScheme: dark ? "dark" : "light", timezoneId: zone, baseURL: base, hasTouch: touch, deviceScaleFactor: scale,
    permissions: ["clipboard-read", "clipboard-write"], reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (m) => m.type() === "error" && wrong.push(m.text()));
  page.on("pageerror", (e) => wrong.push(String(e)));
  page.on("request", (r) => new URL(r.url()).origin === new URL(base).origin || r.url().startsWith("data:") || wrong.push("off-origin: " + r.url()));
  await page.addInitScript(() => document.addEventListener("securitypolicyviolation", (e) => console.error("CSP: " + e.violatedDirective + " " + e.blockedURI)));
  try {
    await page.goto(path);
    await check(page);
    assert.equal(await page.evaluate(() => window.pwned), undefined, "a payload ran");
    if (!expectErrors) assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}

export const shot = (page, name, fullPage = false) => (shots ? page.screenshot({ path: `${shots}/${name}.png`, fullPage }) : null);

export async function rowsReady(page) {
  await page.waitForSelector("article.row");
  await page.waitForSelector(".facet");
}

export async function accessible(page) {
  // Thirty rows stand for five hundred. The page's CSP forbids eval and inline script; the debugger protocol is not bound by it.
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run({ exclude: [["article.row:nth-of-type(n+30)"]] }, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  assert.deepEqual(result.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html + " " + n.failureSummary).join(" | ")}`), []);
}

export const noSideways = async (page) =>
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `scrolls sideways: ${await page.evaluate(() => document.documentElement.scrollWidth)}`);
