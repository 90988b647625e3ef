// 好差评: once the money is there, the applicant says how it was, once.

import assert from "node:assert/strict";

import { clean } from "../support/audit.mjs";
import { stage } from "../support/stage.mjs";
import { button, file, onlyApplication, seesState } from "./steps.mjs";
import { WORDS } from "./words.mjs";

const walk = stage();

for (const script of [true, false]) {
  walk(`rated once the money is there, ${script ? "with" : "without"} JavaScript`, async ({ house, world, visit }) => {
    const person = await world.person("ordinary");
    const visitor = await visit({ script });
    await house.apply(person);
    await visitor.signIn(person);
    const { id } = await onlyApplication(house, person);
    await visitor.open(`/applications/${id}`);
    await clean(visitor, "the form");
    await visitor.page.getByRole("radio", { name: WORDS.verySatisfied }).check();
    await visitor.type(visitor.page.getByRole("textbox", { name: WORDS.ratingWords }), "很快，谢谢");
    await visitor.click(button(visitor, WORDS.rate));
    await visitor.sees(visitor.page.locator("#rating").getByText(WORDS.verySatisfied));
    assert.equal(await button(visitor, WORDS.rate).count(), 0, "it is said once");
    await clean(visitor, "what was said");
  });
}

walk("before the end there is nothing to rate", async ({ world, visit }) => {
  const visitor = await visit({});
  await file(visitor, await world.person("short_contract"));
  await seesState(visitor, WORDS.referred);
  assert.equal(await visitor.page.locator("#rating").count(), 0);
});

walk("whoever is not content is told when they are answered, and under which number", async ({ house, world, visit }) => {
  const person = await world.person("ordinary");
  const visitor = await visit({ language: "en" });
  await house.apply(person);
  await visitor.signIn(person);
  const { id } = await onlyApplication(house, person);
  await visitor.open(`/applications/${id}`);
  await visitor.page.getByRole("radio", { name: /^Very dissatisfied$/ }).check();
  await visitor.click(button(visitor, WORDS.rate));
  await visitor.sees(visitor.page.getByText(/within 15 working days\. Number [0-9a-f-]{36}/));
  await clean(visitor);
});
