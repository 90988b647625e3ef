// What is handed in: an applicant brings a file that was asked for, and the officer has it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { clean } from "../support/audit.mjs";
import { stage } from "../support/stage.mjs";
import { button, onlyApplication } from "./steps.mjs";
import { enrol, referred } from "./desk-steps.mjs";

const walk = stage();

const UPLOAD = /^上传$|^Upload$/;
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

for (const [language, script] of [["zh", true], ["en", false]]) {
  walk(`a file that was asked for is handed in and had by the officer, in ${language} ${script ? "with" : "without"} JavaScript`, async ({ house, world, visit }) => {
    await enrol(house, world);
    const { person, line, officer } = await referred(house, world, "short_contract");
    const token = await world.token(officer.subject);
    const notice = { seen_version: line.version, criteria: ["contract_term"], words: "请补交续签合同。" };
    await house.api(token, "POST", `/api/v1/desk/cases/${line.id}/ask`, notice);

    const phone = await visit({ language, script });
    await phone.signIn(person);
    const { id } = await onlyApplication(house, person);
    await phone.open(`/applications/${id}`);
    // What calls itself a document and is none.
    await chooses(phone, { name: "合同.pdf", mimeType: "application/pdf", buffer: Buffer.from("<html>") });
    await phone.sees(phone.page.getByRole("alert"));
    await clean(phone);
    await chooses(phone, { name: "合同.png", mimeType: "image/png", buffer: PICTURE });
    await phone.page.waitForURL(/#files$/);
    await phone.sees(phone.page.locator("#files").getByRole("link", { name: "合同.png" }));
    await clean(phone);

    const desk = await visit({ language, script, device: "desktop" });
    await desk.signIn(officer, "/desk");
    await desk.open(`/desk/cases/${line.id}`);
    await clean(desk);
    const [download] = await Promise.all([
      desk.page.waitForEvent("download"),
      desk.page.locator("#files").getByRole("link", { name: "合同.png" }).click(),
    ]);
    assert.deepEqual(readFileSync(await download.path()), PICTURE, "an attachment, byte for byte");
  });
}

async function chooses(visitor, file) {
  await visitor.page.locator("#file").setInputFiles(file);
  await visitor.click(button(visitor, UPLOAD));
}
