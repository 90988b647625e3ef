// The money is followed to the bank, and back when it comes back.

import assert from "node:assert/strict";

import { clean } from "../support/audit.mjs";
import { stage } from "../support/stage.mjs";
import { button, field, file, onlyApplication, openForm, seesState, typeAccount } from "./steps.mjs";
import { WORDS } from "./words.mjs";

const walk = stage();

for (const language of ["zh", "en"]) {
  walk(`a returned payment is paid again to a corrected account, in ${language}`, async ({ house, world, visit }) => {
    const person = await world.person("bad_card");
    const visitor = await visit({ language });
    await file(visitor, person);
    await seesState(visitor, WORDS.returned);
    await clean(visitor);
    await visitor.click(visitor.page.getByRole("link", { name: WORDS.correctAccount }));
    await visitor.sees(button(visitor, WORDS.correctAccount));
    await clean(visitor);
    await visitor.type(field(visitor, WORDS.account), person.spare_account.number);
    await visitor.type(field(visitor, WORDS.bank), person.spare_account.bank_cnaps);
    await visitor.type(field(visitor, WORDS.phone), person.phone);
    await visitor.click(button(visitor, WORDS.correctAccount));
    await seesState(visitor, WORDS.settled);
    await clean(visitor);
    const { id } = await onlyApplication(house, person);
    const payments = await house.api(await world.token(person.subject), "GET", `/api/v1/applications/${id}/payments`);
    assert.equal(payments.filter(({ state }) => state === "settled").length, 1, JSON.stringify(payments));
  });
}

for (const script of [true, false]) {
  walk(`a bad account number is refused in place, ${script ? "with" : "without"} JavaScript`, async ({ house, world, visit }) => {
    const person = await world.person("ordinary");
    const visitor = await visit({ script });
    await openForm(visitor, person);
    await typeAccount(visitor, person);
    // The last digit checks the others.
    const { number } = person.account;
    const bad = number.slice(0, -1) + String((Number(number.at(-1)) + 1) % 10);
    await visitor.type(field(visitor, WORDS.account), bad);
    await visitor.click(button(visitor, WORDS.file));
    const summary = visitor.page.getByRole("alert");
    await visitor.sees(summary);
    assert.match(await summary.innerText(), WORDS.errorSummary);
    await clean(visitor);
    // Nothing typed is lost, and the summary leads to the field.
    assert.equal(await field(visitor, WORDS.account).inputValue(), bad);
    assert.equal(await field(visitor, WORDS.phone).inputValue(), person.phone);
    await summary.getByRole("link").first().click();
    assert.ok(await field(visitor, WORDS.account).evaluate((one) => one === document.activeElement));
    assert.equal((await onlyApplication(house, person)).state, "draft");
    await visitor.type(field(visitor, WORDS.account), number);
    await visitor.click(button(visitor, WORDS.file));
    await seesState(visitor, WORDS.approved);
  });
}
