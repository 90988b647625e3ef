// Nothing typed is lost: not by closing the page, not by going elsewhere, not by another device, and not without JavaScript.

import assert from "node:assert/strict";

import { clean } from "../support/audit.mjs";
import { eventually } from "../support/eventually.mjs";
import { stage } from "../support/stage.mjs";
import { button, field, file, onlyApplication, openForm, seesState, typeAccount } from "./steps.mjs";
import { WORDS } from "./words.mjs";

const walk = stage();

const at = (visitor) => new URL(visitor.page.url()).pathname;

const typedBack = (visitor) => visitor.page.getByRole("status").filter({ hasText: WORDS.typedBack });

async function holdsWhatWasTyped(visitor, person) {
  await visitor.sees(typedBack(visitor));
  assert.equal(await field(visitor, WORDS.account).inputValue(), person.account.number);
  assert.equal(await field(visitor, WORDS.bank).inputValue(), person.account.bank_cnaps);
  assert.equal(await field(visitor, WORDS.phone).inputValue(), person.phone);
}

walk("typed, saved by itself, closed, and still there, also on another device", async ({ world, visit }) => {
  const person = await world.person("ordinary");
  const phone = await visit();
  await openForm(phone, person);
  const form = at(phone);
  await typeAccount(phone, person);
  await phone.click(phone.page.locator("main dd summary").filter({ hasText: WORDS.wrong }).first());
  await phone.type(field(phone, WORDS.wrongReason).first(), "学校名称写错了");
  await phone.sees(phone.page.getByText(WORDS.typedQuietly));
  await clean(phone);
  await phone.leave();
  const desktop = await visit({ device: "desktop" });
  await desktop.signIn(person, form);
  await holdsWhatWasTyped(desktop, person);
  assert.equal(await field(desktop, WORDS.wrongReason).first().inputValue(), "学校名称写错了");
  await clean(desktop);
  await desktop.click(button(desktop, WORDS.file));
  await seesState(desktop, WORDS.approved);
});

walk("left in the middle of a number, and the number is there", async ({ world, visit }) => {
  const person = await world.person("ordinary");
  const visitor = await visit();
  await openForm(visitor, person);
  const form = at(visitor);
  await typeAccount(visitor, person);
  // No time to be saved while typing: the page is put away at once.
  await visitor.open("/home");
  // What is sent on leaving travels beside the next request, and may arrive after it.
  await eventually("what was typed is there again", async () => {
    await visitor.open(form);
    return (await typedBack(visitor).count()) > 0;
  });
  await holdsWhatWasTyped(visitor, person);
});

walk("saved for later without JavaScript", async ({ world, visit }) => {
  const person = await world.person("ordinary");
  const visitor = await visit({ script: false });
  await openForm(visitor, person);
  const form = at(visitor);
  await typeAccount(visitor, person);
  await visitor.click(button(visitor, WORDS.saveForLater));
  await visitor.page.getByRole("status").filter({ hasText: WORDS.typedKept }).waitFor();
  await clean(visitor);
  await visitor.open("/home");
  await visitor.open(form);
  await holdsWhatWasTyped(visitor, person);
  await visitor.click(button(visitor, WORDS.file));
  await seesState(visitor, WORDS.approved);
});

walk("what is refused with errors is kept too", async ({ world, visit }) => {
  const person = await world.person("ordinary");
  const visitor = await visit();
  await openForm(visitor, person);
  const form = at(visitor);
  const { account } = person;
  await typeAccount(visitor, { account: { ...account, bank_cnaps: "12" }, phone: person.phone });
  await visitor.click(button(visitor, WORDS.file));
  await visitor.sees(visitor.page.getByRole("alert"));
  const other = await visit();
  await other.signIn(person, form);
  await holdsWhatWasTyped(other, { account: { ...account, bank_cnaps: "12" }, phone: person.phone });
});

walk("after filing nothing typed comes back with a new application", async ({ world, visit }) => {
  const person = await world.person("short_contract");
  const visitor = await visit();
  await file(visitor, person);
  await seesState(visitor, WORDS.referred);
  await visitor.click(visitor.page.locator("summary").filter({ hasText: WORDS.withdraw }));
  await visitor.click(button(visitor, WORDS.withdraw));
  await openForm(visitor, person);
  assert.equal(await field(visitor, WORDS.account).inputValue(), "");
});

walk("the money goes to the youyue card, and pages call it so", async ({ house, world, visit }) => {
  const person = await world.person("ordinary");
  const visitor = await visit();
  await openForm(visitor, person);
  await typeAccount(visitor, person);
  await visitor.click(visitor.page.getByRole("group", { name: WORDS.kind }).getByRole("radio", { name: WORDS.youyueCard }));
  await visitor.click(button(visitor, WORDS.file));
  await seesState(visitor, WORDS.settled);
  const shown = new RegExp(`${WORDS.youyueCard.source} \\*{4}${person.account.number.slice(-4)}`);
  await visitor.sees(visitor.page.getByText(shown));
  await clean(visitor);
  const { id } = await onlyApplication(house, person);
  await visitor.open(`/applications/${id}/receipt`);
  await visitor.sees(visitor.page.getByText(shown));
});
