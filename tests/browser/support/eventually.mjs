// Waiting for a condition. No test sleeps for a length somebody guessed.

import { setTimeout as pause } from "node:timers/promises";

const LOOK_AGAIN_MS = 20;

/**
 * The first answer of `look` that is neither undefined, null nor false; looks again until then.
 * What `look` throws counts as "not yet" and is told when time is up.
 */
export async function eventually(what, look, { withinMs = 15_000 } = {}) {
  const deadline = performance.now() + withinMs;
  let last;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== null && found !== false) return found;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`waited ${withinMs} ms in vain: ${what}${last ? `; ${last.message}` : ""}`, { cause: last });
    }
    await pause(LOOK_AGAIN_MS);
  }
}
