// 对账: a statement comes in, what differs is somebody's, and it ends with grounds.

import assert from "node:assert/strict";

import { clean } from "../support/audit.mjs";
import { stage } from "../support/stage.mjs";
import { CHECKER, MAKER } from "./batch-steps.mjs";
import { button } from "./steps.mjs";

const walk = stage();

const WORDS = {
  send: /^导入并核对$|^Take in and match$/,
  take: /^由我经办$|^I see to it$/,
  close: /^结案$|^Close$/,
};

/** A day-end statement of the treasury that tells of a payment nobody here knows. */
function statement(date, id) {
  const amount = "100000.00";
  const line = {
    instruction_id: id,
    treasury_no: "GK2026000000099",
    amount,
    payee_account: "6299010000000000000",
    status: "settled",
    occurred_at: `${date}T04:00:00.000000Z`,
    bank_serial: "YH000000000099",
    return_code: null,
  };
  const totals = { count: 1, total: amount, paid_count: 1, paid_total: amount, returned_count: 0, returned_total: "0.00" };
  return { name: "statement.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify({ date, ...totals, lines: [line] })) };
}

for (const [language, script, date, id] of [
  ["zh", true, "2026-11-18", "01M249TE00EW3RE1R70W3GE1R7-1-1"],
  ["en", false, "2026-11-19", "01M249TE00EW3RE1R70W3GE1R8-1-1"],
]) {
  walk(`a statement comes in, and what differs is closed with grounds, in ${language} ${script ? "with" : "without"} JavaScript`, async ({ visit }) => {
    const maker = await visit({ language, script });
    await maker.signIn(MAKER, "/finance/statements");
    await clean(maker);
    await maker.click(button(maker, WORDS.send));
    await maker.sees(maker.page.getByRole("alert"));
    await clean(maker, "without a file");
    await maker.page.locator("#file").setInputFiles({ name: "x.json", mimeType: "application/json", buffer: Buffer.from('{"date":') });
    await maker.click(button(maker, WORDS.send));
    await maker.sees(maker.page.getByRole("alert"));
    await clean(maker, "cut off");
    await maker.page.locator("#file").setInputFiles(statement(date, id));
    await maker.click(button(maker, WORDS.send));
    await maker.sees(maker.page.getByRole("status"));
    await clean(maker, "taken in");
    // Once more changes nothing.
    await maker.page.locator("#file").setInputFiles(statement(date, id));
    await maker.click(button(maker, WORDS.send));
    await maker.sees(maker.page.getByRole("status"));

    await maker.open(`/finance/differences?day=${date}`);
    await clean(maker);
    const rows = maker.page.locator("tbody tr").filter({ hasText: id });
    assert.equal(await rows.count(), 1, "one difference, however often the file comes");
    await maker.click(rows.getByRole("link"));
    await maker.sees(maker.page.locator("#sides"));
    await clean(maker, "a difference");
    assert.ok(!(await maker.page.content()).includes("6299010000000000000"), "accounts are masked");

    const checker = await visit({ language, script, device: "desktop" });
    await checker.signIn(CHECKER, new URL(maker.page.url()).pathname);
    await checker.click(button(checker, WORDS.take));
    await checker.sees(checker.page.getByRole("status"));
    await checker.click(button(checker, WORDS.close));
    await checker.sees(checker.page.getByRole("alert"));
    await clean(checker, "closed without grounds");
    await checker.type(checker.page.locator("#grounds"), "财政确认系测试行，已作废。");
    await checker.click(button(checker, WORDS.close));
    await checker.sees(checker.page.getByRole("status"));
    await clean(checker, "closed");
    assert.equal(await button(checker, WORDS.close).count(), 0);
  });
}
