// The house stands, money is there, and people of every kind can sign in.

import assert from "node:assert/strict";

import { stage } from "../support/stage.mjs";

const walk = stage();

for (const subject of ["talent-000000", "talent-000999"]) {
  walk(`${subject} signs in, in the provider's list or not`, async ({ world, house, visit }) => {
    const visitor = await visit();
    await visitor.open(world.authorize(house.origin));
    await visitor.beAt({ subject });
    await visitor.page.waitForURL(`${house.origin}/readyz?*`);
    const back = new URL(visitor.page.url());
    assert.equal(back.searchParams.get("state"), "s-1");
    assert.ok(back.searchParams.get("code"));
  });
}

walk("neither the service nor the provider is a third party", async ({ world, house, visit }) => {
  const visitor = await visit();
  await visitor.open(world.authorize(house.origin));
  await visitor.open("/readyz");
  assert.deepEqual(visitor.watch.strangers, []);
});

walk("every kind of person comes once", async ({ world }) => {
  const [one, two] = [await world.person("bad_card"), await world.person("bad_card")];
  assert.notEqual(one.subject, two.subject);
  assert.ok(one.spare_account, "a person whose card is bad holds another");
  await assert.rejects(world.person("saint"), /400/);
});

walk("finance has granted every line its money", async ({ house, world }) => {
  const lines = await house.api(await world.token("finance-checker"), "GET", "/api/v1/finance/budgets");
  assert.ok(lines.length >= 5);
  assert.ok(lines.every(({ appropriated }) => appropriated === "1000000000.00"), JSON.stringify(lines[0]));
});
