// What days bring about at the desk, on a clock that is moved: cards across the National Day, and a deferral that runs out.

import assert from "node:assert/strict";
import { after } from "node:test";

import { clean } from "../support/audit.mjs";
import { Clock } from "../support/clock.mjs";
import { stage } from "../support/stage.mjs";
import { button, field, onlyApplication } from "./steps.mjs";
import { does, enrol, referred } from "./desk-steps.mjs";
import { DESK } from "./desk-words.mjs";
import { WORDS } from "./words.mjs";

const clock = new Clock("2026-09-29T09:00:00+08:00");
const terms = { deferrable: ["contract_term"], deferral_working_days: 3 };
const walk = stage({ clock, desk: { policy: "foshan-phd-settling-in", terms } });
after(() => clock.stop());

/** Days are days of China; sessions end over night, so everybody comes anew. */
async function morning(visit, day, person, path, more) {
  clock.to(`${day}T09:00:00+08:00`);
  const visitor = await visit(more);
  await visitor.signIn(person, path);
  return visitor;
}

walk("yellow and red card by working days, around the National Day", async ({ house, world, visit }) => {
  await enrol(house, world);
  const { line, officer } = await referred(house, world, "short_contract");
  const path = `/desk/cases/${line.id}`;
  // Opened on a Tuesday: 30 September, 8, 9, 10 (a worked Saturday) and 12 October are its five working days.
  assert.equal(line.due, "2026-10-12");
  for (const [day, language, left, card] of [
    ["2026-10-08", "zh", /还剩 3 个工作日/, undefined],
    ["2026-10-10", "en", /1 working day left/, undefined],
    ["2026-10-12", "zh", /今天到期/, undefined],
    ["2026-10-13", "en", /1 working day overdue/, DESK.yellow],
    ["2026-10-15", "zh", /已超期 3 个工作日/, DESK.yellow],
    ["2026-10-16", "zh", /已超期 4 个工作日/, DESK.red],
  ]) {
    const desk = await morning(visit, day, officer, path, { language, device: "desktop" });
    await desk.sees(desk.page.getByText(left));
    const cards = desk.page.locator(".case-head .tag.yellow, .case-head .tag.red");
    if (card) await seesCard(desk, card);
    else assert.equal(await cards.count(), 0, day);
    await clean(desk);
    await desk.leave();
  }
  const boss = await morning(visit, "2026-10-16", { subject: "supervisor-city" }, "/desk", { device: "desktop" });
  await boss.open("/desk?card=red");
  await boss.sees(boss.page.locator(`tr.red a[href="${path}"]`));
  await clean(boss);
});

/** The card is given within moments of the day's beginning. */
async function seesCard(visitor, card) {
  const given = visitor.page.locator(".case-head .tag").filter({ hasText: card });
  for (let look = 0; (await given.count()) === 0; look += 1) {
    assert.ok(look < 50, `no ${card}`);
    await visitor.page.reload();
  }
}

for (const script of [true, false]) {
  walk(`容缺 that runs out ends the application and refuses nothing, ${script ? "with" : "without"} JavaScript`, async ({ house, world, visit }) => {
    await enrol(house, world);
    const [first, last] = script ? ["2026-10-19", "2026-10-23"] : ["2026-10-26", "2026-10-30"];
    clock.to(`${first}T09:00:00+08:00`);
    const { person, line, officer } = await referred(house, world, "short_contract");
    const desk = await morning(visit, first, officer, `/desk/cases/${line.id}`, { device: "desktop", script });
    await does(desk, "offer-deferral");
    await desk.page.waitForURL(/done=offer-deferral/);
    await clean(desk);
    const phone = await visit({ script });
    await phone.signIn(person);
    const { id } = await onlyApplication(house, person);
    await phone.open(`/applications/${id}`);
    await clean(phone);
    await phone.click(phone.page.getByRole("link", { name: DESK.deferral }));
    await clean(phone);
    await phone.type(field(phone, DESK.deferralWords), "三天内补交续签合同。");
    await phone.click(button(phone, DESK.deferralTake));
    await phone.page.waitForURL(/done=offer/);
    await clean(phone);
    await desk.page.reload();
    // Nothing is approved before what was deferred is there.
    assert.ok(await desk.page.locator("#preview-verdict-approve").isDisabled());
    await clean(desk);
    const late = await morning(visit, last, person, `/applications/${id}`, { script });
    await late.sees(late.page.getByText(DESK.lapsed));
    await clean(late);
    assert.equal((await onlyApplication(house, person)).state, "withdrawn");
  });
}

walk("what an officer typed is there after their session has ended", async ({ house, world, visit }) => {
  await enrol(house, world);
  clock.to("2026-11-02T09:00:00+08:00");
  const { line, officer } = await referred(house, world, "short_contract");
  const path = `/desk/cases/${line.id}`;
  const desk = await morning(visit, "2026-11-02", officer, path, { device: "desktop" });
  const grounds = "合同期限不足两年，已电话告知用人单位。";
  clock.to("2026-11-02T09:45:00+08:00");
  await does(desk, "preview", async (form) => {
    await form.getByRole("radio", { name: DESK.refuse }).check();
    await desk.type(form.locator("textarea"), grounds);
  });
  await desk.click(desk.page.getByRole("link", { name: WORDS.signInAgain }));
  await desk.page.waitForURL(/oidc\/authorize/);
  await desk.beAt(officer);
  await desk.page.waitForURL(`**${path}`);
  assert.equal(await desk.page.locator("#preview-grounds").inputValue(), grounds);
  await desk.sees(desk.page.getByRole("status"));
  await clean(desk);
});
