// 秒报 秒批 秒付: whoever meets the policy is approved and paid, in whatever way they use the page.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { clean } from "../support/audit.mjs";
import { PROGRAM } from "../support/places.mjs";
import { stage } from "../support/stage.mjs";
import { apply, button, field, file, heading, onlyApplication, openForm, seesState, typeAccount } from "./steps.mjs";
import { WORDS } from "./words.mjs";

const walk = stage();

for (const language of ["zh", "en"]) {
  for (const device of ["phone", "desktop"]) {
    walk(`approved and paid in ${language} on a ${device}`, async ({ house, world, visit }) => {
      const person = await world.person("ordinary");
      const visitor = await visit({ language, device });
      await file(visitor, person);
      await seesState(visitor, WORDS.approved);
      await seesState(visitor, WORDS.settled);
      await clean(visitor);
      assert.ok(visitor.clicks <= 3, `${visitor.clicks} clicks from sign-in to approved`);
      assert.equal((await onlyApplication(house, person)).state, "approved");
    });
  }
}

walk("approved without JavaScript", async ({ world, visit }) => {
  const person = await world.person("ordinary");
  const visitor = await visit({ script: false });
  await file(visitor, person);
  await seesState(visitor, WORDS.approved);
  await seesState(visitor, WORDS.settled);
  await clean(visitor);
});

walk("approved with the keyboard alone", async ({ world, visit }) => {
  const person = await world.person("ordinary");
  const visitor = await visit({ device: "desktop" });
  const { keyboard } = visitor.page;
  const press = async (control) => {
    await visitor.tabTo(control);
    await keyboard.press("Enter");
  };
  const type = async (name, text) => {
    await visitor.tabTo(field(visitor, name));
    await keyboard.type(text);
  };
  await visitor.signIn(person);
  await press(apply(visitor));
  await press(button(visitor, WORDS.consent));
  await visitor.sees(heading(visitor, WORDS.checkHeading));
  await type(WORDS.account, person.account.number);
  await type(WORDS.bank, person.account.bank_cnaps);
  await type(WORDS.phone, person.phone);
  await press(button(visitor, WORDS.file));
  await seesState(visitor, WORDS.approved);
});

walk("two clicks on file are one application", async ({ house, world, visit }) => {
  const person = await world.person("ordinary");
  const visitor = await visit();
  await openForm(visitor, person);
  await typeAccount(visitor, person);
  await button(visitor, WORDS.file).dblclick();
  await seesState(visitor, WORDS.approved);
  await onlyApplication(house, person);
});

walk("the same form sent from two windows is one application", async ({ house, world, visit }) => {
  const person = await world.person("ordinary");
  const visitor = await visit();
  await openForm(visitor, person);
  await typeAccount(visitor, person);
  // The button's own form, sent twice at once past any guard in script.
  await button(visitor, WORDS.file).evaluate(async (control) => {
    const { action } = control.form;
    const body = new URLSearchParams(new FormData(control.form));
    await Promise.all([1, 2].map(() => fetch(action, { method: "POST", body })));
  });
  await visitor.page.reload();
  await seesState(visitor, WORDS.approved);
  await onlyApplication(house, person);
});

walk("the decision's bundle is recomputed offline, and one's own data are there whole", async ({ house, world, visit }) => {
  const person = await world.person("ordinary");
  const visitor = await visit();
  await file(visitor, person);
  await seesState(visitor, WORDS.settled);
  const { id } = await onlyApplication(house, person);
  const load = async (name) => {
    const answer = await visitor.page.request.get(`/applications/${id}/${name}`);
    assert.equal(answer.status(), 200, name);
    return answer.body();
  };
  const data = JSON.parse(await load("data.json"));
  assert.deepEqual([data.application.id, data.payments.length], [id, 2]);
  const path = join(await mkdtemp(join(tmpdir(), "sanmiao-")), "bundle.json");
  await writeFile(path, await load("bundle.json"));
  await promisify(execFile)(PROGRAM, ["replay", path]);
});
