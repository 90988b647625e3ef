// 精准服务: told what fits before applying, and one click from there to the filled form.

import assert from "node:assert/strict";

import { clean } from "../support/audit.mjs";
import { stage } from "../support/stage.mjs";
import { button, heading, lookUp, onlyApplication, POLICY, seesState, typeAccount } from "./steps.mjs";
import { WORDS } from "./words.mjs";

const walk = stage();

for (const script of [true, false]) {
  walk(`one click from what fits to the filled form, ${script ? "with" : "without"} JavaScript`, async ({ house, world, visit }) => {
    const person = await world.person("ordinary");
    const visitor = await visit({ script });
    await lookUp(visitor, person);
    assert.deepEqual(await house.applicationsOf(person), [], "nothing is applied for by looking");
    await visitor.sees(visitor.page.getByText(WORDS.fits));
    await visitor.sees(visitor.page.getByText("¥200,000.00", { exact: true }));
    await visitor.click(button(visitor, WORDS.openFilled).first());
    await visitor.sees(heading(visitor, WORDS.checkHeading));
    await typeAccount(visitor, person);
    await visitor.click(button(visitor, WORDS.file));
    await seesState(visitor, WORDS.approved);
    assert.equal((await onlyApplication(house, person)).state, "approved");
    await visitor.open("/home");
    await visitor.sees(visitor.page.locator(".fit", { hasText: "¥200,000.00" }).locator('a[href^="/applications/"]'));
    await clean(visitor);
  });
}

walk("whoever nearly fits reads what is missing", async ({ world, visit }) => {
  const visitor = await visit({});
  await lookUp(visitor, await world.person("short_contract"));
  const card = visitor.page.locator(".fit", { has: visitor.page.locator(`a[href="/policies/${POLICY}"]`) });
  await visitor.sees(card.getByText(WORDS.nearly));
  await visitor.sees(card.getByText(WORDS.missing));
});

walk("what was told is forgotten when the visitor says so", async ({ world, visit }) => {
  const visitor = await visit({});
  await lookUp(visitor, await world.person("ordinary"));
  await visitor.click(button(visitor, WORDS.forget));
  await visitor.sees(button(visitor, WORDS.lookUp));
});
