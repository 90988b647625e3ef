// What every page is held to, in every state. `audit` returns what is wrong; `clean` throws it.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { LANGUAGES } from "./browser.mjs";
import { focusProblems } from "./focus.mjs";
import { validate } from "./html.mjs";

/** All that one page may transfer. */
export const PAGE_BYTES_MAX = 60_000;
/** The same of a page of staff, who sit at a desk: charts with all their tables are on one of them. */
const DESK_BYTES_MAX = 80_000;
/** The narrowest screen that must do without scrolling sideways. */
const NARROW_PX = 360;

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** All of WCAG 2.2 AA and axe's own good practice; what axe switches off by itself is switched on. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Throws when anything is wrong with the page as it stands, and says all of it. */
export async function clean(visitor, where = visitor.page.url()) {
  const problems = await audit(visitor);
  if (problems.length > 0) {
    const lines = problems.map(({ kind, what }) => `  ${kind}: ${what}`);
    throw new Error(`${where} is not clean:\n${lines.join("\n")}`);
  }
}

/** All that is wrong with the page as it stands, as `{ kind, what }`. */
export async function audit(visitor) {
  const { page, watch } = visitor;
  await page.waitForLoadState("load");
  const list = (kind, whats) => whats.map((what) => ({ kind, what }));
  return [
    ...list("weight", heavy(watch.bytes, new URL(page.url()).pathname)),
    ...list("html", await validate(await watch.html())),
    ...list("head", await headProblems(page, LANGUAGES[visitor.language])),
    ...list("axe", await watch.looking(() => accessibility(page))),
    ...list("width", await tooWide(page)),
    ...list("focus", await focusProblems(page)),
    // What was said and asked for last, so that nothing of the above escapes either.
    ...list("origin", watch.strangers.map((url) => `asked a third party: ${url}`)),
    ...list("csp", watch.violations),
    ...list("console", watch.errors),
  ];
}

function heavy(bytes, path) {
  const isOfStaff = ["/desk", "/finance"].some((root) => path.startsWith(root));
  const most = isOfStaff ? DESK_BYTES_MAX : PAGE_BYTES_MAX;
  return bytes < most ? [] : [`${bytes} bytes transferred; fewer than ${most} are allowed`];
}

async function headProblems(page, language) {
  const head = await page.evaluate(() => ({
    lang: document.documentElement.lang,
    title: document.title.trim(),
    headings: [...document.querySelectorAll("h1")].map((h1) => h1.textContent.trim()),
  }));
  const problems = [];
  if (head.lang !== language) problems.push(`lang is ${JSON.stringify(head.lang)}, not ${JSON.stringify(language)}`);
  if (head.title === "") problems.push("the title is empty");
  if (head.headings.length !== 1) problems.push(`${head.headings.length} first headings, not one`);
  if (head.headings.some((text) => text === "")) problems.push("the first heading is empty");
  return problems;
}

/** axe in light and in dark. */
async function accessibility(page) {
  const problems = [];
  const asItWas = await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
  await page.evaluate(AXE);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const violations = await page.evaluate(runAxe, TAGS);
    problems.push(...violations.map((one) => `${colorScheme}: ${one}`));
  }
  await page.emulateMedia({ colorScheme: asItWas ? "dark" : "light" });
  return problems;
}

/** Runs in the page. */
async function runAxe(tags) {
  const rules = Object.fromEntries(axe.getRules(tags).map(({ ruleId }) => [ruleId, { enabled: true }]));
  for (const { ruleId, tags: of } of axe.getRules()) {
    if (of.includes("experimental") || of.includes("deprecated")) rules[ruleId] = { enabled: false };
  }
  const { violations } = await axe.run(document, { runOnly: tags, rules, resultTypes: ["violations"] });
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(" ")}: ${help}. ${failureSummary.replace(/\s+/g, " ")}`),
  );
}

async function tooWide(page) {
  const size = page.viewportSize();
  await page.setViewportSize({ width: NARROW_PX, height: size.height });
  const wide = await page.evaluate((most) => {
    const width = document.documentElement.scrollWidth;
    if (width <= most) return undefined;
    const out = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > most);
    return { width, who: out.slice(0, 3).map((one) => one.outerHTML.slice(0, 80)) };
  }, NARROW_PX);
  await page.setViewportSize(size);
  return wide ? [`${wide.width} px wide on a screen of ${NARROW_PX}: ${wide.who.join(" · ")}`] : [];
}
