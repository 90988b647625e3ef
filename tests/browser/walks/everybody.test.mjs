// Language, text size and theme are chosen once and kept; public pages are there for whoever is not signed in.

import assert from "node:assert/strict";

import { clean } from "../support/audit.mjs";
import { stage } from "../support/stage.mjs";
import { POLICY } from "./steps.mjs";
import { WORDS } from "./words.mjs";

const walk = stage();

for (const script of [true, false]) {
  walk(`English is one click away and stays, ${script ? "with" : "without"} JavaScript`, async ({ visit }) => {
    const visitor = await visit({ language: "zh", script });
    await visitor.open("/");
    await visitor.click(visitor.page.getByRole("button", { name: WORDS.english }));
    visitor.language = "en";
    await clean(visitor);
    await visitor.open(`/policies/${POLICY}`);
    assert.equal(await visitor.page.evaluate(() => document.documentElement.lang), "en");
    assert.doesNotMatch(await visitor.page.locator("main").innerText(), /\p{Script=Han}{8}/u);
  });
}

for (const language of ["zh", "en"]) {
  for (const path of ["/", "/figures", `/policies/${POLICY}`]) {
    walk(`${path} is clean in ${language} for whoever is not signed in`, async ({ visit }) => {
      const visitor = await visit({ language });
      await visitor.open(path);
      await clean(visitor);
    });
  }
}

/** How the page looks: the size of its letters, and how light its ground is. */
const looks = (visitor) =>
  visitor.page.evaluate(() => {
    const { fontSize } = getComputedStyle(document.body);
    const ground = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g).slice(0, 3).map(Number);
    return { size: parseFloat(fontSize), light: ground.reduce((sum, one) => sum + one, 0) / 3 };
  });

for (const script of [true, false]) {
  walk(`large type and the dark look are chosen once and stay, ${script ? "with" : "without"} JavaScript`, async ({ visit }) => {
    const visitor = await visit({ script });
    await visitor.open("/");
    const before = await looks(visitor);
    await visitor.page.getByLabel(WORDS.textSize).selectOption("large");
    await visitor.page.getByLabel(WORDS.theme).selectOption("dark");
    await visitor.click(visitor.page.getByRole("button", { name: WORDS.applyPreferences }));
    await visitor.page.locator("html.large.dark").waitFor();
    for (const path of ["/", `/policies/${POLICY}`]) {
      await visitor.open(path);
      const after = await looks(visitor);
      assert.ok(after.size >= before.size * 1.2, `letters of ${after.size} px instead of ${before.size} px`);
      assert.ok(before.light > 200 && after.light < 60, `a ground of ${after.light} instead of ${before.light}`);
      await clean(visitor);
    }
    // Light stays light, whatever the system prefers.
    await visitor.page.getByLabel(WORDS.theme).selectOption("light");
    await visitor.click(visitor.page.getByRole("button", { name: WORDS.applyPreferences }));
    await visitor.page.locator("html.large.light").waitFor();
    // The new document is there before its sheet is.
    await visitor.page.waitForLoadState("load");
    await visitor.page.emulateMedia({ colorScheme: "dark" });
    assert.ok((await looks(visitor)).light > 200);
  });
}
