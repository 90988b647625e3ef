// 反映: anybody says what is stuck. In scope it is answered; out of scope it is explained and handed on; both are counted.

import assert from "node:assert/strict";

import { clean } from "../support/audit.mjs";
import { stage } from "../support/stage.mjs";
import { BOARD, onBoard } from "./board.mjs";
import { button } from "./steps.mjs";
import { does, enrol, officersOf, STAFF } from "./desk-steps.mjs";

const walk = stage();
const DISTRICT = "440604";

for (const [language, script] of [["zh", true], ["en", false]]) {
  walk(`what anybody reports is answered, or explained and handed on, and counted, in ${language}`, async ({ house, world, visit }) => {
    await enrol(house, world);
    const answered = await reports(visit, { language, script }, "社保转移跑了三趟没办成");
    const desk = await before(house, world, visit, { language, script, device: "desktop" }, answered);
    await desk.sees(desk.page.getByText("社保转移跑了三趟没办成").first());
    await clean(desk);
    await does(desk, "answer", (form) => desk.type(form.getByRole("textbox"), "已与社保部门联系，当日办结。"));
    await desk.page.waitForURL(/done=answer/);
    await clean(desk);

    const handed = await reports(visit, { language, script }, "小区路灯不亮");
    const other = await before(house, world, visit, { language, script, device: "desktop" }, handed);
    // Without a word of explanation nothing is handed on.
    await does(other, "hand-on");
    await other.sees(other.page.getByRole("alert"));
    await clean(other);
    await does(other, "hand-on", async (form) => {
      await other.type(form.locator("#hand-on-to"), "禅城区城市管理局");
      await other.type(form.locator("#hand-on-words"), "路灯由城市管理局维护，已转交。");
    });
    await other.page.waitForURL(/done=hand-on/);
    await other.sees(other.page.getByText("禅城区城市管理局").first());
    await clean(other);

    const boss = await visit({ language, device: "desktop" });
    await onBoard(boss);
    const counts = await boss.page.locator("#numbers .board-counts strong").allInnerTexts();
    const [registered, inScope, outOfScope, open] = counts.map(Number);
    assert.equal(registered, inScope + outOfScope + open);
    assert.equal(inScope, outOfScope, "one of each, each time");
    assert.equal(open, 0);
    await clean(boss);
  });
}

/** Somebody who is not signed in says what is stuck; the number they are told. */
async function reports(visit, more, words) {
  const stranger = await visit(more);
  await stranger.open("/report");
  await clean(stranger);
  await stranger.click(button(stranger, BOARD.reportSend));
  await stranger.sees(stranger.page.getByRole("alert"));
  await clean(stranger);
  await stranger.type(stranger.page.locator("#words"), words);
  await stranger.page.locator("#district").selectOption(DISTRICT);
  await stranger.click(button(stranger, BOARD.reportSend));
  await stranger.sees(stranger.page.getByRole("status"));
  await clean(stranger);
  return stranger.page.locator("dd.number").first().innerText();
}

/** Its officer, in front of it. */
async function before(house, world, visit, more, number) {
  const token = await world.token(STAFF.city.subject);
  const { items } = await house.api(token, "GET", "/api/v1/desk/cases?about=report&limit=200");
  const line = items.find(({ id }) => id === number);
  const { officer, colleague } = officersOf(DISTRICT);
  const desk = await visit(more);
  await desk.signIn(line.officer === colleague.subject ? colleague : officer, "/desk");
  await desk.open(`/desk/cases/${number}`);
  return desk;
}
