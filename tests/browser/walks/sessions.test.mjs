// Sessions end, and nothing that was typed ends with them.

import assert from "node:assert/strict";

import { stage } from "../support/stage.mjs";
import { button, field, file, onlyApplication, openForm, seesState, typeAccount } from "./steps.mjs";
import { WORDS } from "./words.mjs";

const walk = stage();

walk("the session ends in mid-form; what was typed is there after signing in again", async ({ world, visit }) => {
  const person = await world.person("ordinary");
  const visitor = await visit();
  await openForm(visitor, person);
  const form = new URL(visitor.page.url()).pathname;
  await typeAccount(visitor, person);
  await visitor.loseSession();
  await visitor.click(button(visitor, WORDS.file));
  // The door, and behind it the same form.
  await visitor.click(visitor.page.getByRole("link", { name: WORDS.signInAgain }));
  await visitor.beAt(person);
  await visitor.page.waitForURL(`**${form}`);
  assert.equal(await field(visitor, WORDS.account).inputValue(), person.account.number);
  assert.equal(await field(visitor, WORDS.phone).inputValue(), person.phone);
  await visitor.click(button(visitor, WORDS.file));
  await seesState(visitor, WORDS.approved);
});

walk("somebody else's application does not exist", async ({ house, world, visit }) => {
  const [one, other] = [await world.person("ordinary"), await world.person("ordinary")];
  const owner = await visit();
  await file(owner, one);
  const { id } = await onlyApplication(house, one);
  const stranger = await visit();
  await stranger.signIn(other);
  for (const part of ["", "/explanation", "/receipt", "/data.json", "/bundle.json"]) {
    await stranger.open(`/applications/${id}${part}`, 404);
  }
});

walk("signing out ends it", async ({ world, visit }) => {
  const visitor = await visit();
  await visitor.signIn(await world.person("ordinary"));
  await visitor.click(button(visitor, WORDS.signOut));
  await visitor.page.goto("/home");
  await visitor.page.waitForURL(/\/oidc\/authorize/);
});
