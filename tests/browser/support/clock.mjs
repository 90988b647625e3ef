// A clock that tests move, for what takes days: both programs read it in place of the system's (libfaketime), and agree to the
// millisecond. Pauses and time-outs go by the real one.

import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where Debian puts it. */
const LIBRARY = process.env.SANMIAO_FAKETIME ?? "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/** A clock for a house; `stop` it after the house. */
export class Clock {
  #folder = mkdtempSync(join(tmpdir(), "sanmiao-clock-"));

  /** Shows this moment, and goes on from there. */
  constructor(moment) {
    if (!existsSync(LIBRARY)) throw new Error(`${LIBRARY} is missing: tests/support/tools.sh installs it`);
    this.to(moment);
  }

  get #file() {
    return join(this.#folder, "offset");
  }

  /** What a program must be started with. */
  get env() {
    return {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: "1",
      DONT_FAKE_MONOTONIC: "1",
    };
  }

  /** Moves it; never back while a house stands. */
  to(moment) {
    const offset = Math.round((Date.parse(moment) - Date.now()) / 1000);
    // In one step: nobody reads half an offset.
    writeFileSync(`${this.#file}.new`, `${offset >= 0 ? "+" : ""}${offset}\n`);
    renameSync(`${this.#file}.new`, this.#file);
  }

  stop() {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
