// 一跟到底: an officer and an applicant on their pages, from the referral to the end.

import assert from "node:assert/strict";

import { clean } from "../support/audit.mjs";
import { stage } from "../support/stage.mjs";
import { button, field, heading, onlyApplication, seesState } from "./steps.mjs";
import { caseOf, does, enrol, looks, referred, settlesAll, STAFF, unfold } from "./desk-steps.mjs";
import { DESK } from "./desk-words.mjs";
import { WORDS } from "./words.mjs";

const walk = stage();

for (const [language, script] of [["zh", true], ["en", false]]) {
  walk(`picked up, asked once, supplied, approved by two, paid, in ${language} ${script ? "with" : "without"} JavaScript`, async ({ house, world, visit }) => {
    await enrol(house, world);
    const { person, line, officer, boss } = await referred(house, world, "short_contract");
    const desk = await visit({ language, script, device: "desktop" });
    await desk.signIn(officer, "/desk");
    await desk.sees(heading(desk, DESK.queue));
    await clean(desk);
    await desk.open(`/desk/cases/${line.id}`);
    await clean(desk);
    // The notice stands there with everything that is missing, and goes out as the officer leaves it.
    const ask = await unfold(desk, "ask");
    const proposed = await ask.getByRole("textbox").inputValue();
    assert.match(proposed, /^1\. .+/);
    await does(desk, "ask", (form) => desk.type(form.getByRole("textbox"), `${proposed}\n请补交续签合同。`));
    await desk.page.waitForURL(/done=ask/);
    await clean(desk);

    const phone = await visit({ language, script });
    await phone.signIn(person);
    const { id } = await onlyApplication(house, person);
    await phone.open(`/applications/${id}`);
    await phone.sees(phone.page.getByText("请补交续签合同"));
    await phone.sees(phone.page.getByText(officer.name));
    await clean(phone);
    await phone.click(phone.page.getByRole("link", { name: DESK.supply }));
    await phone.click(button(phone, DESK.supplyDo));
    await phone.sees(phone.page.getByRole("alert"));
    await clean(phone);
    await phone.type(field(phone, DESK.supplyWords), "合同已续签到 2029 年，人才局 11 月 20 日已更新。");
    await phone.click(button(phone, DESK.supplyDo));
    await phone.page.waitForURL(/done=supply/);
    await clean(phone);

    await desk.open(`/desk/cases/${line.id}`);
    await desk.sees(desk.page.getByText("合同已续签到 2029 年"));
    await does(desk, "registers");
    await desk.page.waitForURL(/done=registers/);
    await settlesAll(desk);
    await does(desk, "preview", async (form) => {
      await form.getByRole("radio", { name: DESK.approve }).check();
      await desk.type(form.locator("textarea"), "续签合同已核实，符合条件。");
    });
    await desk.sees(heading(desk, DESK.preview));
    await desk.sees(desk.page.getByText("¥200,000.00"));
    await clean(desk);
    await desk.click(button(desk, DESK.final));
    await desk.page.waitForURL(/done=propose/);
    await desk.sees(desk.page.getByText(DESK.same));
    await clean(desk);
    assert.equal((await onlyApplication(house, person)).state, "referred", "one person decides nothing of this amount");

    const second = await visit({ language, script, device: "desktop" });
    await second.signIn(boss, "/desk");
    await looks(second, `/desk/cases/${line.id}`);
    await clean(second);
    await does(second, "confirm", (form) => second.type(form.getByRole("textbox"), "同意。"));
    await second.page.waitForURL(/\/desk\?done=confirm/);
    await clean(second);
    await phone.open(`/applications/${id}`);
    await seesState(phone, WORDS.approved);
    await phone.sees(phone.page.getByText(WORDS.settled));
    await clean(phone);
  });
}

walk("the same person cannot agree with themselves, on the page or past it", async ({ house, world, visit }) => {
  await enrol(house, world);
  const { line, officer } = await referred(house, world, "short_contract");
  const desk = await visit({ device: "desktop" });
  await desk.signIn(officer, "/desk");
  await desk.open(`/desk/cases/${line.id}`);
  await settlesAll(desk);
  await decides(desk, DESK.approve, "已核实。");
  await desk.page.waitForURL(/done=propose/);
  assert.equal(await desk.page.locator("#act-confirm").count(), 0, "the page does not offer it");
  const { status, text } = await sends(desk, line, "confirm", { words: "同意" });
  assert.equal(status, 409);
  assert.match(text, DESK.same);
});

walk("refused with grounds, legal basis and remedies, and undone by a supervisor", async ({ house, world, visit }) => {
  await enrol(house, world);
  const { person, line, officer, boss } = await referred(house, world, "short_contract");
  const desk = await visit({ device: "desktop" });
  await desk.signIn(officer, "/desk");
  await desk.open(`/desk/cases/${line.id}`);
  // Everything that is wrong at once, and nothing typed is lost.
  await does(desk, "preview", async (form) => {
    await form.getByRole("radio", { name: DESK.refuse }).check();
    await desk.type(form.locator("textarea"), "合同期限不足两年。");
  });
  await desk.sees(desk.page.getByRole("alert"));
  await clean(desk);
  assert.equal(await desk.page.locator("#preview-grounds").inputValue(), "合同期限不足两年。");
  await decides(desk, DESK.refuse, "合同期限不足两年。", "佛发〔2018〕2号 第三条");
  await desk.page.waitForURL(/done=propose/);
  await clean(desk);

  const phone = await visit();
  await phone.signIn(person);
  const { id } = await onlyApplication(house, person);
  await phone.open(`/applications/${id}`);
  for (const said of ["合同期限不足两年。", "佛发〔2018〕2号 第三条", DESK.remedies]) {
    await phone.sees(phone.page.getByText(said));
  }
  await clean(phone);

  assert.equal(await desk.page.locator("#act-reopen").count(), 0, "only a supervisor undoes it");
  const above = await visit({ device: "desktop" });
  await above.signIn(boss, "/desk");
  await looks(above, `/desk/cases/${line.id}`, "撤销不当决定");
  await does(above, "reopen", (form) => above.type(form.getByRole("textbox"), "依据有误，重新办理。"));
  await above.page.waitForURL(/done=reopen/);
  await phone.open(`/applications/${id}`);
  await seesState(phone, WORDS.referred);
  await clean(phone);
});

walk("a case that moved is shown again with what happened, and with what was typed", async ({ house, world, visit }) => {
  await enrol(house, world);
  const { line, officer } = await referred(house, world, "short_contract");
  const [one, other] = await Promise.all([visit({ device: "desktop" }), visit({ device: "desktop" })]);
  for (const visitor of [one, other]) {
    await visitor.signIn(officer, "/desk");
    await visitor.open(`/desk/cases/${line.id}`);
  }
  await does(one, "note", (form) => one.type(form.getByRole("textbox"), "已电话联系用人单位"));
  await one.page.waitForURL(/done=note/);
  await does(other, "note", (form) => other.type(form.getByRole("textbox"), "重要的话"));
  await other.sees(heading(other, DESK.moved));
  await clean(other);
  assert.equal(await other.page.locator("#note-words").inputValue(), "重要的话");
  await does(other, "note");
  await other.page.waitForURL(/done=note/);
});

walk("a district sees its own cases and no others", async ({ house, world, visit }) => {
  await enrol(house, world);
  const { line, officer } = await referred(house, world, "short_contract");
  const elsewhere = line.district === "440604" ? "reviewer-440605" : "reviewer-440604";
  const stranger = await visit({ device: "desktop" });
  await stranger.signIn({ subject: elsewhere }, "/desk");
  await stranger.open(`/desk/cases/${line.id}`, 404);
  await stranger.open("/desk?stage=");
  assert.equal(await stranger.page.locator(`a[href="/desk/cases/${line.id}"]`).count(), 0);
  const own = await visit({ device: "desktop" });
  await own.signIn(officer, "/desk");
  await own.sees(own.page.locator(`a[href="/desk/cases/${line.id}"]`));
});

walk("what a supervisor froze is not approved, and the page says why", async ({ house, world, visit }) => {
  await enrol(house, world);
  const { line, officer } = await referred(house, world, "short_contract");
  const desk = await visit({ device: "desktop" });
  await desk.signIn(officer, "/desk");
  await desk.open(`/desk/cases/${line.id}`);
  await settlesAll(desk);
  const token = await world.token(STAFF.city.subject);
  const reason = "通过率突变，停止审批核查。";
  const freeze = await house.api(token, "POST", "/api/v1/desk/freezes", { policy: line.policy, district: line.district, reason });
  try {
    // The page was opened before.
    await does(desk, "preview", async (form) => {
      await form.getByRole("radio", { name: DESK.approve }).check();
      await desk.type(form.locator("textarea"), "已核实。");
    });
    await desk.sees(desk.page.getByRole("alert").getByText(reason));
    await clean(desk);
    assert.ok(await desk.page.locator("#preview-verdict-approve").isDisabled());
  } finally {
    await house.api(token, "POST", `/api/v1/desk/freezes/${freeze.id}/lift`);
  }
});

walk("the queue by keys alone, filters kept under a name, and several handed over at once", async ({ house, world, visit }) => {
  await enrol(house, world);
  const { line, officer, colleague } = await referred(house, world, "short_contract");
  const desk = await visit({ device: "desktop" });
  await desk.signIn(officer, "/desk");
  const { keyboard } = desk.page;
  const focused = (selector) => desk.page.evaluate((one) => document.activeElement?.matches(one), selector);
  await keyboard.press("j");
  assert.ok(await focused("#queue tbody tr:first-child a"));
  await keyboard.press("x");
  assert.ok(await desk.page.locator("#queue tbody tr:first-child input").isChecked());
  await keyboard.press("k");
  assert.ok(await focused("#queue tbody tr:first-child a"), "the first is the first");
  await keyboard.press("?");
  assert.ok(await desk.page.locator("#keys").getAttribute("open") !== null);
  await keyboard.press("/");
  assert.ok(await focused(".filter select"));
  await keyboard.press("j");
  assert.ok(await focused(".filter select"), "whoever chooses is not disturbed");
  await clean(desk);

  await desk.type(desk.page.locator("#filter-name"), "我的黄牌");
  await desk.page.locator("#filter-card").selectOption("yellow");
  await desk.click(desk.page.locator(".selects button").first());
  await desk.type(desk.page.locator("#filter-name"), "我的黄牌");
  await desk.click(desk.page.locator(".keep button"));
  await desk.page.waitForURL(/done=filter/);
  await desk.sees(desk.page.getByRole("link", { name: "我的黄牌" }));
  await clean(desk);
  await desk.click(desk.page.locator(".views .drop"));
  await desk.page.waitForURL(/done=drop/);
  assert.equal(await desk.page.getByRole("link", { name: "我的黄牌" }).count(), 0);

  // One of two moves while they are ticked.
  const second = await referred(house, world, "short_contract", line.district);
  await desk.open("/desk?stage=");
  await desk.page.locator(`#tick-${line.id}`).check();
  await desk.page.locator(`#tick-${second.line.id}`).check();
  const token = await world.token(second.officer.subject);
  await house.api(token, "POST", `/api/v1/desk/cases/${second.line.id}/notes`, { seen_version: second.line.version, words: "动了" });
  await desk.click(desk.page.locator(".bulk > summary"));
  await desk.page.locator("#bulk-officer").selectOption(colleague.subject);
  await desk.type(desk.page.locator("#bulk-words"), "外出培训");
  await desk.click(desk.page.locator(".bulk button"));
  const told = desk.page.getByRole("status");
  await desk.sees(told);
  assert.match(await told.innerText(), DESK.leftMoved);
  assert.ok((await told.innerHTML()).includes(second.line.id));
  await clean(desk);
  assert.equal((await caseOf(house, world, { id: line.application_id })).officer, colleague.subject);
});

/** Previews a decision and makes it final. */
async function decides(desk, verdict, grounds, basis) {
  await does(desk, "preview", async (form) => {
    await form.getByRole("radio", { name: verdict }).check();
    await desk.type(form.locator("textarea"), grounds);
    if (basis) await desk.type(form.locator("#preview-legal_basis"), basis);
  });
  await desk.sees(heading(desk, DESK.preview));
  await clean(desk);
  await desk.click(button(desk, DESK.final));
}

/** Sends a form that the page does not offer, as somebody does who knows its address. */
async function sends(desk, line, act, fields) {
  return desk.page.evaluate(
    async ({ path, fields }) => {
      const value = (name) => document.querySelector(`main input[name=${name}]`).value;
      const body = new URLSearchParams({ csrf: value("csrf"), seen: value("seen"), ...fields });
      const reply = await fetch(path, { method: "POST", body });
      return { status: reply.status, text: await reply.text() };
    },
    { path: `/desk/cases/${line.id}/${act}`, fields },
  );
}
