// Pictures of every page and state, or of the scenes named: on a phone and on a desktop, in both languages, in light and in dark.

import { join } from "node:path";

import { SCENES } from "./scenes.mjs";
import { Browser, DEVICES, LANGUAGES } from "./support/browser.mjs";
import { House } from "./support/house.mjs";
import { folder, PICTURES } from "./support/places.mjs";

const [browser, house] = await Promise.all([Browser.start(), House.start()]);
let pictures = 0;
try {
  await house.fund();
  const named = process.argv.slice(2);
  for (const scene of SCENES.filter(({ name }) => named.length === 0 || named.includes(name))) {
    for (const language of Object.keys(LANGUAGES)) {
      for (const device of Object.keys(DEVICES)) await take(scene, language, device);
    }
  }
} finally {
  await Promise.all([browser.stop(), house.stop()]);
}
console.log(`${pictures} pictures in ${PICTURES}`);

async function take({ name, reach, leave }, language, device) {
  const { origin, world } = house;
  const visitor = await browser.visitor({ at: origin, trusted: [world.origin], language, device });
  try {
    await reach({ house, world, visitor });
    for (const theme of ["light", "dark"]) {
      await visitor.page.emulateMedia({ colorScheme: theme });
      const path = join(folder(PICTURES), `${name}-${language}-${device}-${theme}.png`);
      await visitor.page.screenshot({ path, fullPage: true, animations: "disabled" });
      pictures += 1;
    }
  } finally {
    await leave({ world });
    await visitor.leave();
  }
}
