// A register that is down is told as such, and the page moves by itself when it is back.

import assert from "node:assert/strict";

import { clean } from "../support/audit.mjs";
import { stage } from "../support/stage.mjs";
import { button, file, onlyApplication, seesState } from "./steps.mjs";
import { WORDS } from "./words.mjs";

const walk = stage();

for (const script of [true, false]) {
  walk(`a register goes down and comes back, ${script ? "with" : "without"} JavaScript`, async ({ world, visit }) => {
    const person = await world.person("ordinary");
    const visitor = await visit({ script });
    await world.down("degree");
    try {
      await file(visitor, person);
      await seesState(visitor, WORDS.parked);
      await clean(visitor);
    } finally {
      await world.well();
    }
    await seesState(visitor, WORDS.approved);
    await seesState(visitor, WORDS.settled);
  });
}

walk("whoever waits for a register may ask for a person instead", async ({ house, world, visit }) => {
  const person = await world.person("ordinary");
  const visitor = await visit();
  await world.down("degree");
  try {
    await file(visitor, person);
    await seesState(visitor, WORDS.parked);
    await visitor.click(visitor.page.locator("summary").filter({ hasText: WORDS.askPerson }));
    await visitor.click(button(visitor, WORDS.askPerson));
    await seesState(visitor, WORDS.referred);
    await clean(visitor);
  } finally {
    await world.well();
  }
  assert.equal((await onlyApplication(house, person)).state, "referred");
});
