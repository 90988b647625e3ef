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

walk("two registers are down; what the first one says is seen while the second is waited for", async ({ world, visit }) => {
  const person = await world.person("ordinary");
  const visitor = await visit();
  const waiting = (register) => visitor.page.locator(".checks > .wait").filter({ hasText: register });
  const down = (channel) => ({ channel, fault: { kind: "down" } });
  await world.faults(down("degree"), down("social_security"));
  try {
    await file(visitor, person);
    await seesState(visitor, WORDS.parked);
    // What has been answered already has its verdict; the rest says for whom it waits.
    await visitor.sees(visitor.page.locator(".checks > .met"));
    await visitor.sees(waiting(WORDS.degreeRegister));
    await visitor.sees(waiting(WORDS.socialRegister));
    await clean(visitor);
    await world.down("social_security");
    await waiting(WORDS.degreeRegister).first().waitFor({ state: "detached" });
    await seesState(visitor, WORDS.parked);
    await visitor.sees(waiting(WORDS.socialRegister));
    // Only a check with a new verdict arrives; the others stay where they were.
    await visitor.sees(visitor.page.locator(".checks > .met.was"));
  } finally {
    await world.well();
  }
  await seesState(visitor, WORDS.approved);
  await visitor.page.locator(".checks > .wait").first().waitFor({ state: "detached" });
});

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
