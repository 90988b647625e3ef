// Where things are: the program under test, the browser, and where to leave what a person may want to look at.

import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

/** The program under test. */
export const PROGRAM = process.env.SANMIAO_BIN ?? join(ROOT, "target/debug/sanmiao");

/** The browser. */
export const CHROMIUM = process.env.SANMIAO_CHROMIUM ?? "/usr/bin/chromium";

/** What failed walks leave behind. */
export const LEFT_BEHIND = join(ROOT, "target/browser");

/** Pictures of every page and state. */
export const PICTURES = join(ROOT, "target/screenshots");

/** The folder, made when it is missing. */
export function folder(path) {
  mkdirSync(path, { recursive: true });
  return path;
}

/** A text that can be a file's name. */
export function fileName(text) {
  return text
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]+/gu, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 80);
}
