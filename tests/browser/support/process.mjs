// A program of ours as a process of its own: started, listened to, stopped.

import { spawn } from "node:child_process";
import { createServer } from "node:net";

/** Most characters of a process's words that are kept: the newest. */
const WORDS_MAX = 200_000;
const STOP_GRACE_MS = 5_000;

const running = new Set();
// A test that dies leaves nothing running behind.
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => process.exit(1));
}

/** A running program. */
export class Program {
  #child;
  #words = "";
  #ended;

  constructor(path, args, env = {}) {
    this.name = `${path.split("/").at(-1)} ${args[0]}`;
    this.#child = spawn(path, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(this.#child);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        this.#words = (this.#words + text).slice(-WORDS_MAX);
      });
    }
    this.#ended = new Promise((resolve) => {
      this.#child.on("error", (error) => {
        this.#words += `\n${error.message}`;
        resolve();
      });
      this.#child.on("close", resolve);
    });
    this.#ended.then(() => running.delete(this.#child));
  }

  /** What it has said on both streams. */
  get words() {
    return this.#words;
  }

  /** Throws when it has ended, with its last words. */
  mustRun() {
    if (!running.has(this.#child)) {
      throw new Error(`${this.name} ended by itself:\n${this.#words}`);
    }
  }

  /** Asks it to end, and makes it. */
  async stop() {
    this.#child.kill("SIGTERM");
    const patience = setTimeout(() => this.#child.kill("SIGKILL"), STOP_GRACE_MS);
    await this.#ended;
    clearTimeout(patience);
  }
}

/** A port that was free a moment ago. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
