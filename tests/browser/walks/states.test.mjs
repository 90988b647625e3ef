// Every page and state passes the audit, in both languages; axe in light and in dark.

import { SCENES } from "../scenes.mjs";
import { clean } from "../support/audit.mjs";
import { LANGUAGES } from "../support/browser.mjs";
import { stage } from "../support/stage.mjs";

const walk = stage();

for (const { name, reach, leave } of SCENES) {
  for (const language of Object.keys(LANGUAGES)) {
    walk(`${name} is clean in ${language}`, async ({ house, world, visit }) => {
      const visitor = await visit({ language });
      try {
        await reach({ house, world, visitor });
        await clean(visitor, name);
      } finally {
        await leave({ world });
      }
    });
  }
}
