// The alarm works: a good page passes, and each planted defect is found and called by its name.

import assert from "node:assert/strict";
import { after, before } from "node:test";

import { audit, clean } from "../support/audit.mjs";
import { bareStage } from "../support/stage.mjs";
import { PLANTED, PlantedServer } from "./planted.mjs";

const walk = bareStage();
let server;
before(async () => {
  server = await PlantedServer.start();
});
after(() => server.stop());

for (const device of ["phone", "desktop"]) {
  walk(`a good page is clean on a ${device}`, async ({ visit }) => {
    const visitor = await visit({ at: server.origin, device });
    await visitor.open("/");
    assert.deepEqual(await audit(visitor), []);
  });
}

walk("a good page is clean without JavaScript", async ({ visit }) => {
  const visitor = await visit({ at: server.origin, script: false });
  await visitor.open("/");
  assert.deepEqual(await audit(visitor), []);
});

walk("looking at a page without JavaScript does not run its scripts", async ({ visit }) => {
  const visitor = await visit({ at: server.origin, script: false });
  await visitor.open(server.pathOf("an error in a script"));
  assert.deepEqual(await audit(visitor), []);
});

for (const [name, { kind, says }] of Object.entries(PLANTED)) {
  walk(`the audit finds ${name}`, async ({ visit }) => {
    const visitor = await visit({ at: server.origin });
    await visitor.open(server.pathOf(name));
    const problems = await audit(visitor);
    assert.ok(
      problems.some((problem) => problem.kind === kind && says.test(problem.what)),
      `expected ${kind} ${says}, found ${JSON.stringify(problems, null, 1)}`,
    );
  });
}

walk("what is wrong with a page is not held against the next", async ({ visit }) => {
  const visitor = await visit({ at: server.origin });
  await visitor.open(server.pathOf("an error in a script"));
  await visitor.open(server.pathOf("more bytes than allowed"));
  await visitor.open("/");
  await clean(visitor);
});

walk("but a third party that was asked once is never forgotten", async ({ visit }) => {
  const visitor = await visit({ at: server.origin });
  await visitor.open(server.pathOf("a third party's picture"));
  await visitor.open("/");
  await assert.rejects(clean(visitor), /third\.example/);
});
