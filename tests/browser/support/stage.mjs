// What a file of tests stands on: one browser, one house if it needs one, and walks that leave traces when they fail.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";

import { Browser } from "./browser.mjs";
import { House } from "./house.mjs";
import { fileName, folder, LEFT_BEHIND } from "./places.mjs";

/** No walk takes longer, however busy the machine is. */
const WALK_MS_MAX = 60_000;

/**
 * `walk(name, story)` for a file that needs a running service. The story is given `{ house, world, visit }`, where
 * `visit(options)` brings a new visitor to the service (see `Browser.visitor`).
 */
export function stage(options = {}) {
  const browser = onDemand(() => Browser.start());
  const house = onDemand(async () => {
    const started = await House.start(options);
    await started.fund();
    return started;
  });
  return (name, story) =>
    test(name, { timeout: WALK_MS_MAX }, async () => {
      const [chromium, home] = await Promise.all([browser(), house()]);
      const visit = (more) => chromium.visitor({ at: home.origin, trusted: [home.world.origin], ...more });
      await told(name, visit, () => home.words, (visit) => story({ house: home, world: home.world, visit }));
    });
}

/** The same without a service, for pages of a server of the test's own: `visit` needs an `at`. */
export function bareStage() {
  const browser = onDemand(() => Browser.start());
  return (name, story) =>
    test(name, { timeout: WALK_MS_MAX }, async () => {
      const chromium = await browser();
      await told(name, (more) => chromium.visitor(more), () => "", (visit) => story({ visit }));
    });
}

/** Starts something when it is first asked for, and stops it after the file's last test. */
function onDemand(start) {
  let started;
  after(async () => {
    // Why it did not start is told by the test that asked for it.
    const running = await started?.catch(() => undefined);
    await running?.stop();
  });
  return () => (started ??= start());
}

/** Runs a story; when it fails, keeps what its visitors saw and what the programs said. */
async function told(name, bring, words, story) {
  const visitors = [];
  const visit = async (options) => {
    const visitor = await bring(options);
    visitors.push(visitor);
    return visitor;
  };
  try {
    await story(visit);
  } catch (error) {
    error.message += `\nleft behind: ${await leaveBehind(name, visitors, words())}`;
    throw error;
  } finally {
    await Promise.all(visitors.map((visitor) => visitor.leave()));
  }
}

async function leaveBehind(name, visitors, words) {
  const place = folder(join(LEFT_BEHIND, fileName(name)));
  writeFileSync(join(place, "words.log"), words);
  for (const [index, { page }] of visitors.entries()) {
    const path = join(place, `visitor-${index + 1}`);
    // A page that is gone leaves nothing, and must not hide why the walk failed.
    await page.screenshot({ path: `${path}.png`, fullPage: true }).catch(() => undefined);
    const html = await page.content().catch(() => "");
    writeFileSync(`${path}.html`, `<!-- ${page.url()} -->\n${html}`);
  }
  return place;
}
