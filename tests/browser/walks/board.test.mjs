// 督办台: what is late, who is there, what is frozen; what is dangerous is asked about once more.

import assert from "node:assert/strict";

import { clean } from "../support/audit.mjs";
import { stage } from "../support/stage.mjs";
import { BOARD, enrolled, onBoard } from "./board.mjs";
import { button, heading } from "./steps.mjs";

const walk = stage();

for (const language of ["zh", "en"]) {
  for (const script of [true, false]) {
    walk(`a freeze is asked about, holds and is lifted, in ${language}, ${script ? "with" : "without"} JavaScript`, async ({ house, visit }) => {
      await enrolled(house);
      const visitor = await visit({ language, script, device: "desktop" });
      await onBoard(visitor);
      await visitor.click(visitor.page.locator("summary").filter({ hasText: BOARD.freeze }));
      await visitor.click(button(visitor, BOARD.freezeSend));
      await visitor.sees(visitor.page.getByRole("alert"));
      assert.equal(await visitor.page.locator("[aria-invalid]").count(), 2, "what and why are both missing");
      await clean(visitor);
      await visitor.page.locator("#freeze-district").selectOption("440608");
      await visitor.type(visitor.page.getByLabel(BOARD.reason), "通过率突变，\n停止审批核查");
      await visitor.click(button(visitor, BOARD.freezeSend));
      await visitor.sees(heading(visitor, BOARD.sureFreeze));
      await clean(visitor);
      await visitor.click(button(visitor, BOARD.sure));
      await visitor.sees(visitor.page.getByRole("status"));
      await clean(visitor);
      const row = visitor.page.locator("#freezes tr").filter({ hasText: "停止审批核查" });
      await visitor.click(row.getByRole("button", { name: BOARD.lift }));
      await visitor.sees(heading(visitor, BOARD.sureLift));
      await visitor.click(button(visitor, BOARD.sure));
      await visitor.sees(visitor.page.getByRole("status"));
      assert.equal(await row.count(), 0);
    });
  }
}

walk("whoever goes away hands over, and the page says what will happen before it does", async ({ house, world, visit }) => {
  await enrolled(house);
  await house.apply(await world.person("short_contract"));
  const visitor = await visit({ device: "desktop" });
  await onBoard(visitor);
  const loads = async () => {
    const cells = await visitor.page.locator("#officers tbody td:nth-child(3)").allInnerTexts();
    return cells.map(Number);
  };
  const before = await loads();
  const busy = before.findIndex((load) => load > 0);
  assert.ok(busy >= 0, `somebody has a case: ${before}`);
  await visitor.click(visitor.page.locator("#officers tbody tr").nth(busy).getByRole("button"));
  await visitor.sees(heading(visitor, BOARD.sureAway));
  await clean(visitor);
  await visitor.click(button(visitor, BOARD.sure));
  await visitor.sees(visitor.page.getByRole("status"));
  const after = await loads();
  assert.equal(after[busy], 0);
  assert.equal(after.reduce((sum, one) => sum + one), before.reduce((sum, one) => sum + one), "no case is lost");
  await visitor.click(visitor.page.locator("#officers tbody tr").nth(busy).getByRole("button", { name: BOARD.comeBack }));
  await visitor.sees(visitor.page.getByRole("status"));
});

walk("somebody is enrolled, and what was typed is kept when something is missing", async ({ visit }) => {
  const visitor = await visit({ device: "desktop" });
  await onBoard(visitor);
  await visitor.click(visitor.page.locator("summary").filter({ hasText: BOARD.enrol }));
  await visitor.type(visitor.page.locator("#name"), "何静");
  await visitor.click(button(visitor, BOARD.enrolSend));
  await visitor.sees(visitor.page.getByRole("alert"));
  assert.equal(await visitor.page.locator("#name").inputValue(), "何静");
  await visitor.type(visitor.page.locator("#subject"), "reviewer-440607");
  await visitor.type(visitor.page.locator("#contact"), "0757-83320007");
  await visitor.page.locator("#enrol-district").selectOption("440607");
  await visitor.click(button(visitor, BOARD.enrolSend));
  await visitor.sees(visitor.page.locator("#officers th").filter({ hasText: "何静" }));
});

walk("a reviewer looks on and is refused what is the supervisor's", async ({ house, visit }) => {
  await enrolled(house);
  const visitor = await visit({ device: "desktop" });
  await onBoard(visitor, "reviewer-440604");
  await visitor.sees(visitor.page.getByText(BOARD.looksOn));
  assert.equal(await visitor.page.locator("summary").count(), 0, "no form of the supervisor's is shown");
  assert.equal(await visitor.page.locator("#officers tbody").getByRole("button").count(), 1, "their own absence alone");
  // A page of before, or a hand-made form: refused on the server, with a way back.
  await visitor.page.locator("#officers form").evaluate((form) => {
    form.action = "/desk/board/freeze";
    form.submit();
  });
  await visitor.sees(visitor.page.locator('a[href="/desk/board"]').filter({ hasText: BOARD.back }));
});
