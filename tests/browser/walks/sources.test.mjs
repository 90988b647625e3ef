// A register that is down is told as such, and the page moves by itself when it is back.

import { clean } from "../support/audit.mjs";
import { stage } from "../support/stage.mjs";
import { file, seesState } from "./steps.mjs";
import { WORDS } from "./words.mjs";

const walk = stage();

for (const script of [true, false]) {
  walk(`a register goes down and comes back, ${script ? "with" : "without"} JavaScript`, async ({ world, visit }) => {
    const person = await world.person("ordinary");
    const visitor = await visit({ script });
    await world.down("degree");
    try {
      await file(visitor, person);
      await seesState(visitor, WORDS.parked);
      await clean(visitor);
    } finally {
      await world.well();
    }
    await seesState(visitor, WORDS.approved);
    await seesState(visitor, WORDS.settled);
  });
}
