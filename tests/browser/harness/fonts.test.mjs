// Chinese is shown in a font that has it, or every picture would show boxes.

import assert from "node:assert/strict";
import { after, before } from "node:test";

import { bareStage } from "../support/stage.mjs";
import { PlantedServer } from "./planted.mjs";

const walk = bareStage();
let server;
before(async () => {
  server = await PlantedServer.start();
});
after(() => server.stop());

walk("Chinese has a font", async ({ visit }) => {
  const { page } = await visit({ at: server.origin });
  await page.goto("/");
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("DOM.enable");
  await cdp.send("CSS.enable");
  const { root } = await cdp.send("DOM.getDocument");
  const { nodeId } = await cdp.send("DOM.querySelector", { nodeId: root.nodeId, selector: "h1" });
  const { fonts } = await cdp.send("CSS.getPlatformFontsForNode", { nodeId });
  assert.deepEqual(fonts.map(({ familyName }) => /CJK|Han|Hei|Song/.test(familyName)), [true], JSON.stringify(fonts));
});
