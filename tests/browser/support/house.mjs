// World and service, started together on free ports with a data folder of their own.

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { eventually } from "./eventually.mjs";
import { PROGRAM, ROOT } from "./places.mjs";
import { freePort, Program } from "./process.mjs";
import { World } from "./world.mjs";

const DISTRICTS = ["440604", "440605", "440606", "440607", "440608"];
/** More than any test spends. */
const AMPLE = "1000000000.00";

/** A running service beside its world. */
export class House {
  #program;
  #folder;

  constructor(world, program, folder, origin) {
    this.world = world;
    this.#program = program;
    this.#folder = folder;
    /** Address of the service, without a slash at the end. */
    this.origin = origin;
  }

  /**
   * Starts both; `more` is appended to the configuration, `desk` gives a policy terms or parameters that no source states, and a
   * `clock` is one that tests move. Nobody has granted any money yet: see `fund`.
   */
  static async start({ more = "", desk, clock } = {}) {
    const env = clock?.env ?? {};
    const world = await World.start({ env });
    const folder = mkdtempSync(join(tmpdir(), "sanmiao-browser-"));
    const listen = `127.0.0.1:${await freePort()}`;
    const file = join(folder, "sanmiao.toml");
    const policies = desk ? `[policies]\ndir = ${JSON.stringify(lenient(folder, desk))}\n` : "";
    writeFileSync(file, configuration(listen, folder, world.peers) + policies + more, { mode: 0o600 });
    const program = new Program(PROGRAM, ["serve", "--config", file], env);
    const house = new House(world, program, folder, `http://${listen}`);
    try {
      await house.#ready();
      return house;
    } catch (error) {
      await house.stop();
      throw error;
    }
  }

  async #ready() {
    await eventually("the service is ready", async () => {
      this.#program.mustRun();
      return (await fetch(`${this.origin}/readyz`)).ok;
    });
    await this.world.callBack(`${this.origin}/api/v1/treasury/events`);
  }

  /** Where its data are, and its configuration. */
  get places() {
    return { folder: this.#folder, config: join(this.#folder, "sanmiao.toml") };
  }

  /** The folder that the bank's machine would read. */
  get outbox() {
    return outbox(this.#folder);
  }

  /** What world and service have said. */
  get words() {
    return `# the service\n${this.#program.words}\n# the world\n${this.world.words}\n`;
  }

  async stop() {
    await this.#program.stop();
    await this.world.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Finance grants every line of every policy in force ample money, or `amount`. */
  async fund(amount = AMPLE) {
    const year = chinaYear();
    const policies = await this.api(undefined, "GET", "/api/v1/policies");
    const lines = policies.flatMap(({ id }) => DISTRICTS.map((district) => ({ policy: id, district })));
    for (const line of lines) await this.grant({ ...line, year }, amount);
  }

  /** Money for one line: one officer proposes, another approves. */
  async grant(line, amount) {
    const [maker, checker] = await Promise.all(["finance-maker", "finance-checker"].map((who) => this.world.token(who)));
    const reference = `样例-${line.policy}-${line.district}-${randomBytes(4).toString("hex")}`;
    const order = await this.api(maker, "POST", "/api/v1/finance/budgets/orders", { kind: "add", to: line, amount, reference });
    await this.api(checker, "POST", `/api/v1/finance/budgets/orders/${order.id}/approve`, { version: order.version });
  }

  /** One request to the API beside the pages; throws unless it succeeds. */
  async api(token, method, path, body) {
    const reply = await fetch(this.origin + path, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && { "content-type": "application/json" }),
      },
      body: body && JSON.stringify(body),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  /** Somebody applies beside the pages, until the money is at the bank or a person has it. */
  async apply(person) {
    const token = await this.world.token(person.subject);
    const policies = await this.api(undefined, "GET", "/api/v1/policies");
    const policy = person.applies_for;
    const consent = { scope: policies.find(({ id }) => id === policy).sources, purpose: policy };
    const { application, form } = await this.api(token, "POST", "/api/v1/applications", { policy, consent });
    const at = `/api/v1/applications/${application.id}`;
    const { number, bank_cnaps } = person.account;
    const typed = { snapshot_id: form.snapshot_id, account: number, bank: bank_cnaps, phone: person.phone };
    await this.api(token, "POST", `${at}/file`, typed);
    await eventually(`${person.subject} has an answer and the money`, async () => {
      const { state } = await this.api(token, "GET", at);
      if (state !== "approved") return state === "referred";
      const [first] = await this.api(token, "GET", `${at}/payments`);
      return first.state === "settled" || first.recheck;
    });
  }

  /** What the API says about everything an applicant has filed. */
  async applicationsOf(person) {
    return this.api(await this.world.token(person.subject), "GET", "/api/v1/applications");
  }
}

/** A copy of the policies in which every version of one has these terms of the desk, and these parameters of its service. */
function lenient(folder, { policy, terms, service }) {
  const copy = join(folder, "policies");
  cpSync(join(ROOT, "policies"), copy, { recursive: true });
  for (const name of readdirSync(join(copy, policy))) {
    if (name.endsWith(".cases.json")) continue;
    const file = join(copy, policy, name);
    const document = JSON.parse(readFileSync(file, "utf8"));
    if (terms) document.service.desk = terms;
    Object.assign(document.service, service);
    writeFileSync(file, JSON.stringify(document, undefined, 2));
  }
  return copy;
}

const outbox = (folder) => join(folder, "outbox");

/** A made-up payer, with a key of its own for the files that pay. */
function payout(folder) {
  const key = join(folder, "payout.pem");
  execFileSync(PROGRAM, ["payout", "key", "--out", key]);
  return `[payout]
payer_name = "样例市财政国库支付中心"
payer_account = "44050160000000000001"
payer_bank = "902588000014"
signing_key = """
${readFileSync(key, "utf8")}"""
outbox = ${JSON.stringify(outbox(folder))}`;
}

/** The budget year: that of China's civil calendar. */
function chinaYear() {
  return Number(new Intl.DateTimeFormat("en", { timeZone: "Asia/Shanghai", year: "numeric" }).format(new Date()));
}

function configuration(listen, folder, peers) {
  const key = () => randomBytes(32).toString("base64");
  return `[server]
listen = "${listen}"
public_url = "http://${listen}"

[database]
data_dir = ${JSON.stringify(folder)}

[vault]
current = "test"
keys.test = "${key()}"
blind_index_key = "${key()}"

[jobs]
dispatch_ms = 50
resume_ms = 100
instalments_ms = 500
deadlines_ms = 200

[log]
format = "json"
filter = "info"

${payout(folder)}

${peers}
`;
}
