// 原因分析: the supervisor reads why things went to people, narrows it down, prints it and takes it along as a workbook.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { referred } from "../scenes.mjs";
import { clean } from "../support/audit.mjs";
import { LANGUAGES } from "../support/browser.mjs";
import { stage } from "../support/stage.mjs";
import { button, heading } from "./steps.mjs";
import { WORDS } from "./words.mjs";

const walk = stage();
const SUPERVISOR = { subject: "supervisor-city" };
const chart = (visitor, name) => visitor.page.getByRole("img", { name });

async function causes({ house, world, visit }, options) {
  await referred(house, world);
  const visitor = await visit({ device: "desktop", ...options });
  await visitor.signIn(SUPERVISOR, "/desk");
  await visitor.open("/desk/causes");
  return visitor;
}

for (const language of Object.keys(LANGUAGES)) {
  walk(`every chart has its table beside it, in ${language}`, async (given) => {
    const visitor = await causes(given, { language });
    for (const [name, section] of [[WORDS.causesReasons, "reasons"], [WORDS.causesTrend, "trend"], [WORDS.causesStages, "stages"]]) {
      await visitor.sees(chart(visitor, name));
      await visitor.sees(visitor.page.locator(`#${section}`).getByRole("table"));
    }
    // The bars say what the table says.
    const bars = await visitor.page.locator("#reasons svg .count").allTextContents();
    const column = await visitor.page.locator("#reasons tbody tr td:nth-child(4)").allTextContents();
    assert.deepEqual(bars, column.slice(0, bars.length));
    await visitor.sees(heading(visitor, WORDS.causesRemovals));
    await clean(visitor);
  });
}

walk("a month without anything says so, and a policy narrows it down without JavaScript", async (given) => {
  const visitor = await causes(given, { script: false });
  await visitor.page.getByLabel(/^政策$/).selectOption("foshan-junior-mid-level");
  await visitor.click(button(visitor, WORDS.show));
  assert.equal(new URL(visitor.page.url()).searchParams.get("policy"), "foshan-junior-mid-level");
  await visitor.sees(visitor.page.getByText(/本月没有转人工的事项/));
  assert.equal(await visitor.page.locator("#reasons").count(), 0);
});

walk("a district's reviewer sees their own district and cannot ask for another", async ({ house, world, visit }) => {
  await referred(house, world);
  const visitor = await visit({});
  await visitor.signIn({ subject: "reviewer-440604" }, "/desk");
  await visitor.open("/desk/causes");
  assert.equal(await visitor.page.getByLabel(/^区$/).count(), 0);
  await visitor.open("/desk/causes?district=440605", 403);
});

walk("the workbook is what it says it is", async (given) => {
  const visitor = await causes(given);
  const [download] = await Promise.all([
    visitor.page.waitForEvent("download"),
    visitor.page.getByRole("link", { name: WORDS.downloadXlsx }).click(),
  ]);
  assert.match(download.suggestedFilename(), /^sanmiao-causes-\d{4}-\d{2}\.xlsx$/);
  const bytes = readFileSync(await download.path());
  // A ZIP archive, as every workbook is; what stands in it is read by openpyxl in tests/values.
  assert.equal(bytes.subarray(0, 4).toString("latin1"), "PK\u0003\u0004");
});

walk("on paper there are charts and tables and nothing to click", async (given) => {
  const visitor = await causes(given, { theme: "dark" });
  await visitor.page.emulateMedia({ media: "print" });
  await visitor.sees(chart(visitor, WORDS.causesReasons));
  for (const control of [button(visitor, WORDS.show), visitor.page.getByRole("link", { name: WORDS.downloadXlsx })]) {
    assert.equal(await control.isVisible(), false);
  }
  const background = await visitor.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(background, "rgb(255, 255, 255)", "no ink for a dark page");
});
