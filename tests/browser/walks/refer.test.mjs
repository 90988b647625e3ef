// 转人工: what the machine cannot prove goes to a person, with everything in one notice.

import assert from "node:assert/strict";

import { clean } from "../support/audit.mjs";
import { stage } from "../support/stage.mjs";
import { button, dispute, file, heading, onlyApplication, openForm, seesState, typeAccount } from "./steps.mjs";
import { WORDS } from "./words.mjs";

const walk = stage();

for (const kind of ["short_contract", "no_degree_record", "name_spelled_two_ways"]) {
  for (const language of ["zh", "en"]) {
    walk(`referred: ${kind} in ${language}`, async ({ house, world, visit }) => {
      const person = await world.person(kind);
      const visitor = await visit({ language });
      await file(visitor, person);
      await seesState(visitor, WORDS.referred);
      // Everything at once: what is missing, which number to name, and until when.
      await visitor.sees(visitor.page.getByText(WORDS.trackingNumber));
      await visitor.sees(visitor.page.getByText(WORDS.promisedDate));
      await clean(visitor);
      assert.equal((await onlyApplication(house, person)).state, "referred");
    });
  }
}

walk("what the registers disagree about is said before filing, each with what it says", async ({ world, visit }) => {
  const visitor = await visit();
  await openForm(visitor, await world.person("name_spelled_two_ways"));
  const ahead = visitor.page.locator("section", { has: heading(visitor, WORDS.ahead) });
  const names = await ahead.locator("dd").evaluateAll((rows) => rows.map((row) => row.firstChild.textContent.trim()));
  assert.ok(new Set(names).size > 1, "two spellings stand side by side");
  const calm = await visit();
  await openForm(calm, await world.person("ordinary"));
  assert.equal(await heading(calm, WORDS.ahead).count(), 0, "nobody is warned of nothing");
});

walk("a row that is wrong is marked, and a person decides", async ({ house, world, visit }) => {
  const person = await world.person("ordinary");
  const visitor = await visit();
  await openForm(visitor, person);
  await dispute(visitor, 0, "学校名称写错了");
  await clean(visitor);
  await typeAccount(visitor, person);
  await visitor.click(button(visitor, WORDS.file));
  await seesState(visitor, WORDS.referred);
  assert.equal((await onlyApplication(house, person)).state, "referred");
});
