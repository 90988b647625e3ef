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
