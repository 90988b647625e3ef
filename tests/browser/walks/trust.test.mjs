// Trust, but look: an officer looks at what the machine approved, and decides whether what was paid has to come back.

import assert from "node:assert/strict";

import { clean } from "../support/audit.mjs";
import { stage } from "../support/stage.mjs";
import { button, heading, onlyApplication } from "./steps.mjs";
import { caseOf, does, enrol, officersOf } from "./desk-steps.mjs";
import { DESK } from "./desk-words.mjs";

const walk = stage({ desk: { policy: "foshan-phd-settling-in", service: { sample_rate_per_mille: 1_000 } } });

/** Somebody whom the machine approved and paid, and who was drawn; with the officer who is to look. */
async function drawn(house, world) {
  await enrol(house, world);
  const person = await world.person("ordinary");
  await house.apply(person);
  const line = await caseOf(house, world, await onlyApplication(house, person));
  assert.equal(line.about, "sample");
  return { person, line, officer: officerOf(line) };
}

function officerOf({ district, officer }) {
  const { officer: one, colleague } = officersOf(district);
  return one.subject === officer ? one : colleague;
}

for (const language of ["zh", "en"]) {
  walk(`a sample is found right, in ${language}`, async ({ house, world, visit }) => {
    const { line, officer } = await drawn(house, world);
    const desk = await visit({ language, script: language === "zh", device: "desktop" });
    await desk.signIn(officer, "/desk");
    await desk.open(`/desk/cases/${line.id}`);
    await desk.sees(desk.page.locator("#granted"));
    await clean(desk);
    await does(desk, "preview");
    await desk.sees(desk.page.getByRole("alert"));
    await clean(desk);
    await says(desk, "right", "与各项记录一致。");
    await desk.page.waitForURL(/done=sample/);
    await clean(desk);
    assert.equal(await desk.page.locator("#act-preview").count(), 0, "that was it");
  });

  walk(`a sample is found wrong, and what was paid is claimed, in ${language}`, async ({ house, world, visit }) => {
    const { person, line, officer } = await drawn(house, world);
    const desk = await visit({ language, script: language === "zh", device: "desktop" });
    await desk.signIn(officer, "/desk");
    await desk.open(`/desk/cases/${line.id}`);
    await says(desk, "wrong", "单位并不存在。", "佛发〔2018〕2号 第三条", DESK.remedies);
    await desk.page.waitForURL(/done=sample/);
    await clean(desk);

    const phone = await visit({ language, script: language === "zh" });
    await phone.signIn(person);
    const { id } = await onlyApplication(house, person);
    await phone.open(`/applications/${id}`);
    await phone.sees(phone.page.getByText("单位并不存在。"));
    await clean(phone);

    const recovery = await caseOf(house, world, { id });
    assert.equal(recovery.about, "recovery");
    const claims = await visit({ language, script: language === "zh", device: "desktop" });
    await claims.signIn(officerOf(recovery), "/desk");
    await claims.open(`/desk/cases/${recovery.id}`);
    await clean(claims);
    await says(claims, "recover", "批准已撤销，款项应予退回。", "佛发〔2018〕2号 第三条", DESK.remedies);
    await claims.page.waitForURL(/done=recovery/);
    await claims.sees(claims.page.locator("#granted").getByText("¥0.00"));
    await clean(claims);
  });
}

walk("what was paid is let be, with grounds", async ({ house, world, visit }) => {
  const { person, line, officer } = await drawn(house, world);
  const { id } = await onlyApplication(house, person);
  const wrong = { seen_version: line.version, verdict: "wrong", grounds: "待核。", legal_basis: "第三条" };
  await house.api(await world.token(officer.subject), "POST", `/api/v1/desk/cases/${line.id}/sample`, wrong);
  const recovery = await caseOf(house, world, { id });
  const desk = await visit({ device: "desktop" });
  await desk.signIn(officerOf(recovery), "/desk");
  await desk.open(`/desk/cases/${recovery.id}`);
  await says(desk, "let_be", "单位已补正记录。");
  await desk.page.waitForURL(/done=recovery/);
  await clean(desk);
});

/** Previews what was found, looks at it, and makes it final. */
async function says(desk, verdict, grounds, basis, sees) {
  await does(desk, "preview", async (form) => {
    await form.locator(`#preview-verdict-${verdict}`).check();
    await desk.type(form.locator("textarea"), grounds);
    if (basis) await desk.type(form.locator("#preview-legal_basis"), basis);
  });
  await desk.sees(heading(desk, DESK.preview));
  if (sees) await desk.sees(desk.page.getByText(sees).first());
  await clean(desk);
  await desk.click(button(desk, DESK.final));
}
