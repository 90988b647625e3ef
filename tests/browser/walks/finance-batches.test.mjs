// A batch of payout files: one person prepares it, another approves on the hash shown, and it goes out once, byte for byte.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { clean } from "../support/audit.mjs";
import { stage } from "../support/stage.mjs";
import { BATCHES, CHECKER, MAKER } from "./batch-steps.mjs";
import { button, heading } from "./steps.mjs";

const walk = stage();

for (const [language, script] of [["zh", true], ["zh", false], ["en", true], ["en", false]]) {
  walk(`a batch needs two people and goes out as it was approved, in ${language} ${script ? "with" : "without"} JavaScript`, async ({ house, world, visit }) => {
    await house.apply(await world.person("ordinary"));
    const maker = await visit({ language, script, device: "desktop" });
    await maker.signIn(MAKER, "/finance/batches");
    await clean(maker);
    await maker.click(button(maker, BATCHES.prepare).first());
    await maker.page.waitForURL(/done=prepared/);
    await maker.sees(maker.page.getByText(BATCHES.own));
    assert.equal(await button(maker, BATCHES.approve).count(), 0);
    await clean(maker);
    const { pathname } = new URL(maker.page.url());
    await approvesAllTheSame(maker);
    await clean(maker, "whoever prepared it may not approve it");

    const checker = await visit({ language, script });
    await checker.signIn(CHECKER, pathname);
    await clean(checker);
    const files = await download(checker);
    const shown = await checker.page.locator("#hash").innerText();
    const manifest = files.find(({ name }) => name.endsWith(".manifest.json"));
    assert.equal(shown.trim(), createHash("sha256").update(manifest.bytes).digest("hex"), "the hash of what was downloaded");
    await checker.click(button(checker, BATCHES.approve));
    await checker.page.waitForURL(/done=approved/);
    await clean(checker);

    await checker.click(checker.page.getByRole("link", { name: BATCHES.release }));
    await checker.sees(heading(checker, BATCHES.sureTitle));
    await clean(checker);
    assert.deepEqual(inOutbox(house, files), [], "nothing is out before it is released");
    await checker.click(button(checker, BATCHES.sure));
    await checker.page.waitForURL(/done=released/);
    await checker.sees(checker.page.getByRole("status").filter({ hasText: BATCHES.released }));
    await clean(checker);
    assert.equal(await button(checker, BATCHES.discard).count(), 0, "nobody takes it back");
    assert.deepEqual(inOutbox(house, files), files, "what is out is what was approved");
    assert.deepEqual(await download(checker), files, "and what the page still offers");
    // Whoever comes back to the question is told that it is out.
    await checker.open(`${pathname}/release`, 409);
    await clean(checker, "it is out already");
  });
}

walk("a batch is given up on grounds, and what it held can be prepared again", async ({ house, world, visit }) => {
  await house.apply(await world.person("ordinary"));
  const visitor = await visit();
  await visitor.signIn(MAKER, "/finance/batches");
  await visitor.click(button(visitor, BATCHES.prepare).first());
  await visitor.page.waitForURL(/done=prepared/);
  await visitor.click(button(visitor, BATCHES.discard));
  await visitor.sees(visitor.page.getByRole("alert"));
  await clean(visitor);
  await visitor.page.getByRole("alert").getByRole("link").click();
  const grounds = visitor.page.locator("#grounds");
  assert.ok(await grounds.evaluate((one) => one === document.activeElement));
  await visitor.type(grounds, "当日有一笔退票，重新制作。");
  await visitor.click(button(visitor, BATCHES.discard));
  await visitor.page.waitForURL(/done=discarded/);
  await visitor.sees(visitor.page.getByText("当日有一笔退票，重新制作。"));
  await clean(visitor);
  await visitor.open("/finance/batches");
  await visitor.sees(button(visitor, BATCHES.prepare));
});

/** Sends what the page does not offer: the approval of one's own batch. */
async function approvesAllTheSame(visitor) {
  const hash = (await visitor.page.locator("#hash").innerText()).trim();
  const answered = visitor.page.waitForResponse((answer) => answer.request().method() === "POST");
  await visitor.page.locator("form[action$=discard]").evaluate((form, manifest) => {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "manifest", value: manifest });
    form.append(field);
    form.action = form.action.replace(/discard$/, "approve");
    form.submit();
  }, hash);
  assert.equal((await answered).status(), 403);
  await visitor.page.waitForLoadState("load");
}

/** Every file that the page offers, by name. */
async function download(visitor) {
  const files = [];
  for (const link of await visitor.page.locator("#files a[download]").all()) {
    const [one] = await Promise.all([visitor.page.waitForEvent("download"), link.click()]);
    files.push({ name: one.suggestedFilename(), bytes: readFileSync(await one.path()) });
  }
  assert.ok(files.length > 2, "at least one format, the manifest and its signature");
  return files.sort(byName);
}

/** The same set as it lies in the outbox; nothing when it does not. */
function inOutbox(house, [{ name }]) {
  const stem = name.slice(0, name.indexOf("."));
  const folder = join(house.outbox, stem);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.map((one) => ({ name: one, bytes: readFileSync(join(folder, one)) })).sort(byName);
}

const byName = (one, other) => (one.name < other.name ? -1 : 1);
