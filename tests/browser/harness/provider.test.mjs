// The house stands, and the one page that is there without the service's own passes the audit: the provider's.

import assert from "node:assert/strict";

import { authorize } from "../scenes.mjs";
import { clean } from "../support/audit.mjs";
import { stage } from "../support/stage.mjs";

const walk = stage();

for (const device of ["phone", "desktop"]) {
  walk(`the page to choose who to be is clean on a ${device}`, async ({ world, house, visit }) => {
    const visitor = await visit({ device });
    await visitor.open(authorize(world, house.origin));
    await clean(visitor);
  });
}

walk("whoever is listed is chosen with one click", async ({ world, house, visit }) => {
  const visitor = await visit();
  await visitor.open(authorize(world, house.origin));
  const item = visitor.page.getByRole("listitem").filter({ hasText: "talent-000000" });
  await item.getByRole("button").click();
  await visitor.page.waitForURL(`${house.origin}/readyz?*`);
  const back = new URL(visitor.page.url());
  assert.equal(back.searchParams.get("state"), "s-1");
  assert.ok(back.searchParams.get("code"));
});

walk("whoever is not listed is named", async ({ world, house, visit }) => {
  const visitor = await visit();
  await visitor.open(authorize(world, house.origin));
  await visitor.beAt({ subject: "talent-000999" });
  await visitor.page.waitForURL(`${house.origin}/readyz?*`);
});

walk("every kind of person comes once", async ({ world }) => {
  const [one, two] = [await world.person("bad_card"), await world.person("bad_card")];
  assert.notEqual(one.subject, two.subject);
  assert.ok(one.spare_account, "a person whose card is bad holds another");
  await assert.rejects(world.person("saint"), /400/);
});

walk("finance has granted every line its money", async ({ house, world }) => {
  const lines = await house.api(await world.token("finance-checker"), "GET", "/api/v1/finance/appropriations");
  assert.ok(lines.length >= 5);
  assert.ok(lines.every(({ appropriated }) => appropriated === "1000000000.00"), JSON.stringify(lines[0]));
});
