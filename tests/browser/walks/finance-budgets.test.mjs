// Appropriations: one person proposes, another checks; who waits for money moves when it comes, and a year that is over lets go of the rest.

import assert from "node:assert/strict";

import { clean } from "../support/audit.mjs";
import { eventually } from "../support/eventually.mjs";
import { stage } from "../support/stage.mjs";
import {
  BUDGETS, CHECKER, documentNumber, emptied, LINES, linesOf, MAKER, ORDERS, proposed, YEAR_END,
} from "./budget-steps.mjs";
import { button, file, heading, onlyApplication, POLICY, seesState } from "./steps.mjs";
import { WORDS } from "./words.mjs";

const walk = stage();
const YEAR = Number(new Intl.DateTimeFormat("en", { timeZone: "Asia/Shanghai", year: "numeric" }).format(new Date()));

for (const [language, script] of [["zh", true], ["en", false]]) {
  walk(`whoever waits is paid once two people have signed, in ${language} ${script ? "with" : "without"} JavaScript`, async ({ house, world, visit }) => {
    for (const line of (await linesOf(house, YEAR)).filter(({ policy }) => policy === POLICY)) await emptied(house, line);
    const person = await world.person("ordinary");
    const applicant = await visit({ language });
    await file(applicant, person);
    const { district } = await waiting(house, person);

    const maker = await visit({ language, script, device: "desktop" });
    await maker.signIn(MAKER, LINES);
    await clean(maker);
    assert.equal(await maker.page.locator("#short-table .differs").count(), 1, "the forecast tells which line is short");
    await maker.open(`${ORDERS}/new`);
    await clean(maker);
    await maker.click(button(maker, BUDGETS.preview));
    await maker.sees(maker.page.getByRole("alert"));
    await clean(maker);
    const number = documentNumber();
    await maker.page.locator("#policy").selectOption(POLICY);
    await maker.page.locator("#district").selectOption(district);
    await maker.type(maker.page.locator("#amount"), "5000000.00");
    await maker.type(maker.page.locator("#reference"), number);
    await maker.click(button(maker, BUDGETS.preview));
    await maker.sees(heading(maker, BUDGETS.previewTitle));
    await clean(maker);
    // Nothing that was typed is lost on the way back.
    await maker.click(button(maker, BUDGETS.change));
    assert.equal(await maker.page.locator("#reference").inputValue(), number);
    await maker.click(button(maker, BUDGETS.preview));
    await maker.click(button(maker, BUDGETS.propose));
    await maker.page.waitForURL(/done=proposed/);
    await maker.sees(maker.page.getByText(BUDGETS.own));
    assert.equal(await button(maker, BUDGETS.approve).count(), 0);
    await clean(maker);
    const { pathname } = new URL(maker.page.url());
    await approvesAllTheSame(maker);
    await clean(maker, "whoever proposed it may not check it");
    assert.equal((await onlyApplication(house, person)).state, "waiting_for_budget");

    const checker = await visit({ language, script });
    await checker.signIn(CHECKER, pathname);
    await clean(checker);
    await checker.click(button(checker, BUDGETS.approve));
    await checker.page.waitForURL(/done=approved/);
    await clean(checker);
    await seesState(applicant, WORDS.settled);
    await checker.open(ORDERS);
    await clean(checker);
  });
}

walk("an order is declined on grounds, and its maker reads them", async ({ house, visit }) => {
  const to = { policy: POLICY, district: "440605", year: YEAR };
  const { id } = await proposed(house, { kind: "add", to, amount: "7.00" });
  const checker = await visit();
  await checker.signIn(CHECKER, `${ORDERS}/${id}`);
  await checker.click(button(checker, BUDGETS.decline));
  await checker.sees(checker.page.getByRole("alert"));
  await clean(checker);
  await checker.page.getByRole("alert").getByRole("link").click();
  const grounds = checker.page.locator("#grounds");
  assert.ok(await grounds.evaluate((one) => one === document.activeElement));
  await checker.type(grounds, "金额与文件不符。");
  await checker.click(button(checker, BUDGETS.decline));
  await checker.page.waitForURL(/done=declined/);
  await clean(checker);
  const maker = await visit({ language: "en" });
  await maker.signIn(MAKER, `${ORDERS}/${id}`);
  await maker.sees(maker.page.getByText("金额与文件不符。"));
  assert.equal(await maker.page.locator("main form").count(), 0, "that was it");
});

walk("whoever was overtaken is told by whom, and loses nothing typed", async ({ house, visit }) => {
  const to = { policy: POLICY, district: "440606", year: YEAR };
  const { id } = await proposed(house, { kind: "add", to, amount: "7.00" });
  const [maker, checker] = [await visit(), await visit({ device: "desktop" })];
  await checker.signIn(CHECKER, `${ORDERS}/${id}`);
  await checker.type(checker.page.locator("#grounds"), "金额与文件不符。");
  await maker.signIn(MAKER, `${ORDERS}/${id}`);
  await maker.click(button(maker, BUDGETS.withdraw));
  await maker.page.waitForURL(/done=withdrawn/);
  await clean(maker);
  const answered = checker.page.waitForResponse((answer) => answer.request().method() === "POST");
  await checker.click(button(checker, BUDGETS.decline));
  assert.equal((await answered).status(), 409);
  await checker.sees(checker.page.getByRole("alert").filter({ hasText: MAKER.subject }));
  await checker.sees(checker.page.getByText("金额与文件不符。"));
  await clean(checker, "the order was taken back");
});

for (const language of ["zh", "en"]) {
  walk(`a year that is over lets go of what is not promised, in ${language}`, async ({ house, visit }) => {
    const year = YEAR - (language === "zh" ? 1 : 2);
    for (const district of ["440607", "440608"]) await house.grant({ policy: POLICY, district, year }, "1000.00");
    const maker = await visit({ language, device: "desktop" });
    await maker.signIn(MAKER, YEAR_END);
    await maker.open(`${YEAR_END}?year=${year}`);
    await clean(maker);
    await maker.click(button(maker, BUDGETS.yearEnd));
    await maker.sees(maker.page.getByRole("alert"));
    await clean(maker);
    await maker.type(maker.page.locator("#reference"), documentNumber());
    await maker.click(button(maker, BUDGETS.yearEnd));
    await maker.page.waitForURL(/done=year-end/);
    await clean(maker);
    assert.equal(await button(maker, BUDGETS.approveAll).count(), 0, "not one's own");
    const checker = await visit({ language, script: false });
    await checker.signIn(CHECKER, YEAR_END);
    await checker.open(`${YEAR_END}?year=${year}`);
    await clean(checker);
    await checker.click(button(checker, BUDGETS.approveAll));
    await checker.page.waitForURL(/done=all/);
    await clean(checker);
    for (const line of await linesOf(house, year)) assert.equal(line.available, "0.00", JSON.stringify(line));
  });
}

/** The line on which somebody waits, once they do. */
async function waiting(house, person) {
  await eventually(`${person.subject} waits`, async () => (await onlyApplication(house, person)).state === "waiting_for_budget");
  const token = await house.world.token(MAKER.subject);
  const { lines } = await house.api(token, "GET", "/api/v1/finance/budgets/forecast");
  return lines.find(({ waiting: { count } }) => count > 0);
}

/** Sends what the page does not offer: the approval of one's own order. */
async function approvesAllTheSame(visitor) {
  const answered = visitor.page.waitForResponse((answer) => answer.request().method() === "POST");
  await visitor.page.locator("form[action$=withdraw]").evaluate((form) => {
    form.action = form.action.replace(/withdraw$/, "approve");
    form.submit();
  });
  assert.equal((await answered).status(), 403);
  await visitor.page.waitForLoadState("load");
}
