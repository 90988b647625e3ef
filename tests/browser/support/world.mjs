// The made-up world: `sanmiao mocks` as a process, its people and its switches.

import { createHash, randomBytes } from "node:crypto";

import { eventually } from "./eventually.mjs";
import { Program } from "./process.mjs";
import { PROGRAM } from "./places.mjs";

/** Enough that each kind of person occurs several times. */
const PEOPLE = 1_000;
/** The part of a service's configuration that the world prints ends with the message sink's key. */
const PRINTED = /^\d+ people at (?<base>\S+)\n(?<peers>[^]*\n\[notify\]\n[^]*?\nkey = "[^"]*")/m;

/** A running world. */
export class World {
  #program;
  #given = new Map();

  constructor(program, base, peers) {
    this.#program = program;
    /** Address of everything in it. */
    this.base = base;
    /** What connects a service to it, as configuration. */
    this.peers = peers;
  }

  static async start({ seed = 1, env = {} } = {}) {
    const args = ["mocks", "--listen", "127.0.0.1:0", "--people", String(PEOPLE), "--seed", String(seed)];
    const program = new Program(PROGRAM, args, env);
    const { base, peers } = await eventually("the world says where it is", () => {
      const printed = PRINTED.exec(program.words);
      if (!printed) program.mustRun();
      return printed?.groups;
    });
    return new World(program, base, peers);
  }

  /** What it has said. */
  get words() {
    return this.#program.words;
  }

  stop() {
    return this.#program.stop();
  }

  /** Whom the provider signs people in as: a page of this origin is no third party. */
  get origin() {
    return new URL(this.base).origin;
  }

  /**
   * Somebody of a kind (docs/contracts.md lists them) who applies for a policy, each time somebody else, so that no
   * two tests meet the same person.
   */
  async person(kind, policy = "foshan-phd-settling-in") {
    const key = `${kind} ${policy}`;
    if (!this.#given.has(key)) {
      const { people } = await this.#json("GET", `/admin/people?kind=${kind}`);
      this.#given.set(key, people.filter((one) => one.applies_for === policy));
    }
    const person = this.#given.get(key).shift();
    if (!person) throw new Error(`nobody is left of kind ${kind} who applies for ${policy}`);
    return person;
  }

  /** Switches faults on, as docs/contracts.md writes them; whatever was on before is off. */
  async faults(...rules) {
    await this.#json("PUT", "/admin/faults", { rules });
  }

  /** A register, all four (`sources`), the treasury or the sink goes down. */
  down(channel) {
    return this.faults({ channel, fault: { kind: "down" } });
  }

  /** Everything works again. */
  async well() {
    await this.#json("DELETE", "/admin/faults");
  }

  /** The bank sends back every first payment from now on. */
  returnsPayments() {
    return this.faults({ channel: "treasury", fault: { kind: "returned_later", ms: 50, days: 1 } });
  }

  /** Business time goes on; signatures go by the real clock. */
  async days(count) {
    await this.#json("POST", "/admin/clock", { advance_seconds: count * 86_400 });
  }

  /** The treasury calls back there. */
  async callBack(url) {
    await this.#json("PUT", "/admin/callbacks", { url });
  }

  /** The newest messages that were sent. */
  async messages() {
    return (await this.#json("GET", "/sink/messages")).messages;
  }

  /** Where a service that listens at `origin` sends people to sign in. */
  authorize(origin) {
    const asked = new URLSearchParams({
      client_id: "sanmiao",
      redirect_uri: `${origin}/readyz`,
      response_type: "code",
      code_challenge: createHash("sha256").update(randomBytes(32)).digest("base64url"),
      code_challenge_method: "S256",
      state: "s-1",
    });
    return `${this.base}/oidc/authorize?${asked}`;
  }

  /** An access token without a browser, for what a test does beside the pages. */
  async token(subject) {
    const form = new URLSearchParams({
      grant_type: "urn:sanmiao:params:oauth:grant-type:mock-subject",
      client_id: "sanmiao",
      subject,
    });
    const reply = await fetch(`${this.base}/oidc/token`, { method: "POST", body: form });
    if (!reply.ok) throw new Error(`no token for ${subject}: ${reply.status}`);
    return (await reply.json()).access_token;
  }

  async #json(method, path, body) {
    const reply = await fetch(this.base + path, {
      method,
      headers: body && { "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
}
