// A form that was tampered with, or that is none of this session's: a page that says so, with a way out, and nothing is done.

import assert from "node:assert/strict";

import { clean } from "../support/audit.mjs";
import { stage } from "../support/stage.mjs";
import { button, field, heading, onlyApplication, openForm, seesState, typeAccount } from "./steps.mjs";
import { WORDS } from "./words.mjs";

const walk = stage();

const at = (visitor) => new URL(visitor.page.url()).pathname;

/** In front of a form that is ready to be filed. */
async function ready(visitor, person) {
  await openForm(visitor, person);
  await typeAccount(visitor, person);
  return at(visitor);
}

/** Changes the form as somebody does who has the developer's tools open, then files it; the answer's status. */
async function fileTampered(visitor, change, value) {
  await visitor.page.locator('form[action$="/file"]').evaluate(change, value);
  const answered = visitor.page.waitForResponse((one) => one.request().method() === "POST" && one.url().endsWith("/file"));
  await visitor.click(button(visitor, WORDS.file));
  return (await answered).status();
}

async function isStillADraft(house, person) {
  const { state } = await onlyApplication(house, person);
  assert.equal(state, "draft");
}

const addField = (form, name) => {
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name, value: "440605" });
  form.append(input);
};
const setField = (form, [name, value]) => {
  form.elements.namedItem(name).value = value;
};

for (const script of [true, false]) {
  walk(`a value that a register holds does not travel back, ${script ? "with" : "without"} JavaScript`, async ({ house, world, visit }) => {
    const person = await world.person("ordinary");
    const visitor = await visit({ script });
    const form = await ready(visitor, person);
    assert.equal(await fileTampered(visitor, addField, "district"), 422);
    await visitor.page.getByRole("heading", { level: 1 }).waitFor();
    await clean(visitor);
    await isStillADraft(house, person);
    // The honest form goes through as if nothing had been.
    await visitor.open(form);
    await typeAccount(visitor, person);
    await visitor.click(button(visitor, WORDS.file));
    await seesState(visitor, WORDS.approved);
  });
}

walk("a form that is another's, or none, is not the one that was checked", async ({ house, world, visit }) => {
  const [person, other] = [await world.person("ordinary"), await world.person("ordinary")];
  const owner = await visit();
  await ready(owner, other);
  const foreign = await owner.page.locator('input[name="snapshot"]').inputValue();
  const visitor = await visit();
  const form = await ready(visitor, person);
  assert.equal(await fileTampered(visitor, setField, ["snapshot", foreign]), 200);
  await visitor.sees(visitor.page.getByRole("status").filter({ hasText: WORDS.renewed }));
  // What was typed is there, and so is the form that counts.
  assert.equal(await field(visitor, WORDS.account).inputValue(), person.account.number);
  await clean(visitor);
  await isStillADraft(house, person);
  await visitor.open(form);
  assert.equal(await fileTampered(visitor, setField, ["snapshot", "nonsense"]), 409);
  await clean(visitor);
  await isStillADraft(house, person);
});

walk("the address of another's application takes no form", async ({ house, world, visit }) => {
  const [person, other] = [await world.person("ordinary"), await world.person("ordinary")];
  const owner = await visit();
  const theirs = await ready(owner, other);
  const visitor = await visit();
  await ready(visitor, person);
  const toThem = (form, path) => {
    form.action = `${path}/file`;
  };
  assert.equal(await fileTampered(visitor, toThem, theirs), 404);
  await clean(visitor);
  await isStillADraft(house, person);
  await isStillADraft(house, other);
});

walk("a forged token does nothing; what was typed is kept", async ({ house, world, visit }) => {
  const person = await world.person("ordinary");
  const visitor = await visit();
  const form = await ready(visitor, person);
  assert.equal(await fileTampered(visitor, setField, ["csrf", "0".repeat(64)]), 403);
  await visitor.sees(heading(visitor, WORDS.outOfDate));
  await clean(visitor);
  await isStillADraft(house, person);
  await visitor.click(visitor.page.getByRole("link", { name: WORDS.backToPage }));
  await visitor.page.waitForURL(`**${form}`);
  assert.equal(await field(visitor, WORDS.account).inputValue(), person.account.number);
  await visitor.click(button(visitor, WORDS.file));
  await seesState(visitor, WORDS.approved);
});

walk("the token of a session that was signed out of is worth nothing in the next", async ({ house, world, visit }) => {
  const person = await world.person("ordinary");
  const visitor = await visit();
  const form = await ready(visitor, person);
  const old = await visitor.page.locator('form[action$="/file"] input[name="csrf"]').inputValue();
  await visitor.click(button(visitor, WORDS.signOut));
  await visitor.signIn(person, form);
  await typeAccount(visitor, person);
  assert.equal(await fileTampered(visitor, setField, ["csrf", old]), 403);
  await visitor.sees(heading(visitor, WORDS.outOfDate));
  await isStillADraft(house, person);
});

walk("a form that was filed and is sent once more, word for word, does nothing more", async ({ house, world, visit }) => {
  const person = await world.person("ordinary");
  const visitor = await visit();
  const form = await ready(visitor, person);
  const sent = await visitor.page.locator('form[action$="/file"]').evaluate((one) => `${new URLSearchParams(new FormData(one))}`);
  await visitor.click(button(visitor, WORDS.file));
  await seesState(visitor, WORDS.settled);
  const again = ([action, body]) =>
    fetch(action, { method: "POST", body: new URLSearchParams(body) }).then((answer) => answer.url);
  assert.match(await visitor.page.evaluate(again, [`${form}/file`, sent]), new RegExp(`${form}$`));
  await visitor.page.reload();
  await seesState(visitor, WORDS.settled);
  const { id } = await onlyApplication(house, person);
  const data = await (await visitor.page.request.get(`/applications/${id}/data.json`)).json();
  assert.deepEqual(data.payments.map((payment) => payment.instructions.length), [1, 0]);
});
