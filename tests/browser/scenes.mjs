// Every page and state, each with the way there. `walks/states` audits them all in both languages, and `screenshots.mjs`
// takes their pictures.

import {
  approvedOrder, BUDGETS, declinedOrder, LINES, ORDERS, proposed, YEAR_END,
} from "./walks/budget-steps.mjs";
import { approved, atBatch, BATCHES, CHECKER, discarded, MAKER, prepared, released } from "./walks/batch-steps.mjs";
import { BOARD, enrolled, onBoard } from "./walks/board.mjs";
import { DESK } from "./walks/desk-words.mjs";
import { does, enrol, referred as referral, settlesAll } from "./walks/desk-steps.mjs";
import { apply, button, dispute, file, heading, lookUp, onlyApplication, openForm, POLICY, seesState, typeAccount } from "./walks/steps.mjs";
import { WORDS } from "./walks/words.mjs";

/**
 * `reach({ house, world, visitor })` ends with the visitor in front of it; `leave({ world })` undoes what others would
 * meet too.
 */
export const SCENES = [
  // First, while nobody has applied.
  scene("figures-of-nothing", ({ visitor }) => visitor.open("/figures")),
  scene("front", ({ visitor }) => visitor.open("/")),
  scene("policy", ({ visitor }) => visitor.open(`/policies/${POLICY}`)),
  scene("not-found", ({ visitor }) => visitor.open("/no-such-page", 404)),
  scene("sign-in-broken-off", ({ visitor }) => visitor.open("/sign-in/callback?code=x&state=y", 400)),
  scene("home", async ({ world, visitor }) => visitor.signIn(await world.person("ordinary"))),
  scene("fits", async ({ world, visitor }) => lookUp(visitor, await world.person("ordinary"))),
  scene("fits-nearly", async ({ world, visitor }) => lookUp(visitor, await world.person("short_contract"))),
  scene("fits-waiting", async ({ world, visitor }) => {
    await world.down("degree");
    await lookUp(visitor, await world.person("ordinary"));
  }, ({ world }) => world.well()),
  scene("consent", async ({ world, visitor }) => {
    await visitor.signIn(await world.person("ordinary"));
    await visitor.click(apply(visitor));
    await visitor.sees(button(visitor, WORDS.consent));
  }),
  scene("form", async ({ world, visitor }) => openForm(visitor, await world.person("ordinary"))),
  scene("form-with-conflict", async ({ world, visitor }) => openForm(visitor, await world.person("name_spelled_two_ways"))),
  scene("form-with-errors", async ({ world, visitor }) => {
    await openForm(visitor, await world.person("ordinary"));
    await typeAccount(visitor, { account: { number: "1", bank_cnaps: "1" }, phone: "1" });
    await visitor.click(button(visitor, WORDS.file));
    await visitor.sees(visitor.page.getByRole("alert"));
  }),
  scene("form-saved", async ({ world, visitor }) => {
    const person = await world.person("ordinary");
    await openForm(visitor, person);
    await typeAccount(visitor, person);
    await visitor.click(button(visitor, WORDS.saveForLater));
    await visitor.sees(visitor.page.getByRole("status").filter({ hasText: WORDS.typedKept }));
  }),
  scene("form-disputed", async ({ world, visitor }) => {
    await openForm(visitor, await world.person("ordinary"));
    await dispute(visitor, 0, "学校名称写错了");
  }),
  scene("parked", async ({ world, visitor }) => {
    await world.down("degree");
    await reach(visitor, await world.person("ordinary"), WORDS.parked);
  }, ({ world }) => world.well()),
  scene("parked-for-two", async ({ world, visitor }) => {
    await world.faults(...["degree", "social_security"].map((channel) => ({ channel, fault: { kind: "down" } })));
    await reach(visitor, await world.person("ordinary"), WORDS.parked);
  }, ({ world }) => world.well()),
  scene("paid", async ({ world, visitor }) => reach(visitor, await world.person("ordinary"), WORDS.settled)),
  scene("referred", async ({ world, visitor }) => reach(visitor, await world.person("short_contract"), WORDS.referred)),
  scene("returned", async ({ world, visitor }) => reach(visitor, await world.person("bad_card"), WORDS.returned)),
  ...["explanation", "receipt"].map((part) =>
    scene(part, async ({ house, world, visitor }) => {
      const person = await world.person("ordinary");
      await reach(visitor, person, WORDS.settled);
      const { id } = await onlyApplication(house, person);
      await visitor.open(`/applications/${id}/${part}`);
    }),
  ),
  scene("figures", async ({ house, world, visitor }) => {
    await decided(house, world);
    await visitor.open("/figures");
    await visitor.sees(visitor.page.getByRole("table"));
  }),
  scene("front-with-figures", async ({ house, world, visitor }) => {
    await decided(house, world);
    await visitor.open("/");
    await visitor.sees(visitor.page.locator("dl"));
  }),
  ...desk(),
  ...finance(),
  scene("rated", async ({ house, world, visitor }) => {
    const person = await world.person("ordinary");
    await house.apply(person);
    const { id } = await onlyApplication(house, person);
    const token = await world.token(person.subject);
    await house.api(token, "POST", `/api/v1/applications/${id}/rating`, { grade: "dissatisfied", words: "等了三天" });
    await visitor.signIn(person);
    await visitor.open(`/applications/${id}`);
    await visitor.sees(visitor.page.locator("#rating"));
  }),
  ...supervision(),
  scene("report", ({ visitor }) => visitor.open("/report")),
  scene("report-with-errors", async ({ visitor }) => {
    await visitor.open("/report");
    await visitor.click(button(visitor, BOARD.reportSend));
    await visitor.sees(visitor.page.getByRole("alert"));
  }),
  scene("reported", async ({ house, visitor }) => {
    await enrolled(house);
    await visitor.open("/report");
    await visitor.type(visitor.page.locator("#words"), "社保转移跑了三趟没办成");
    await visitor.page.locator("#district").selectOption("440604");
    await visitor.click(button(visitor, BOARD.reportSend));
    await visitor.sees(visitor.page.getByRole("status"));
  }),
  scene("causes-of-nothing", async ({ visitor }) => {
    await visitor.signIn({ subject: "supervisor-city" }, "/desk");
    await visitor.open("/desk/causes?month=2020-01");
  }),
  scene("causes", async ({ house, world, visitor }) => {
    await referred(house, world);
    await visitor.signIn({ subject: "supervisor-city" }, "/desk");
    await visitor.open("/desk/causes");
    await visitor.sees(visitor.page.getByRole("img", { name: WORDS.causesReasons }));
  }),
];

/** The officers' pages, and what their applicants see meanwhile. Each case is brought once a house to where a scene needs it. */
/** The supervisor's board, on a screen of a desk. */
function supervision() {
  return [
    scene("board", async ({ house, world, visitor }) => {
      await enrolled(house);
      await house.apply(await world.person("short_contract"));
      await onBoard(visitor);
    }),
    scene("board-looked-on", async ({ house, visitor }) => {
      await enrolled(house);
      await onBoard(visitor, "reviewer-440604");
    }),
    scene("board-errors", async ({ visitor }) => {
      await onBoard(visitor);
      await visitor.click(visitor.page.locator("summary").filter({ hasText: BOARD.freeze }));
      await visitor.click(button(visitor, BOARD.freezeSend));
      await visitor.sees(visitor.page.getByRole("alert"));
    }),
    scene("board-sure", async ({ visitor }) => {
      await onBoard(visitor);
      await visitor.click(visitor.page.locator("summary").filter({ hasText: BOARD.freeze }));
      await visitor.page.locator("#freeze-district").selectOption("440608");
      await visitor.type(visitor.page.getByLabel(BOARD.reason), "通过率突变，停止审批核查。");
      await visitor.click(button(visitor, BOARD.freezeSend));
      await visitor.sees(visitor.page.getByRole("heading", { name: BOARD.sureFreeze }));
    }),
  ];
}

/** At the payments of a city in which somebody was paid. */
async function atPayments({ house, world, visitor }, path = "/finance/payments") {
  await house.apply(await world.person("ordinary"));
  await visitor.signIn({ subject: "finance-maker" }, path);
}

async function atPayment(stage) {
  await atPayments(stage);
  await stage.visitor.click(stage.visitor.page.locator("tbody th a").first());
}

function finance() {
  return [
    scene("finance-day", (stage) => atPayments(stage, "/finance")),
    scene("finance-month", (stage) => atPayments(stage, "/finance/month")),
    scene("finance-payments", (stage) => atPayments(stage)),
    scene("finance-payment", atPayment),
    scene("finance-unmask-refused", async (stage) => {
      await atPayment(stage);
      await stage.visitor.click(stage.visitor.page.locator("form[action$=unmask] button"));
      await stage.visitor.sees(stage.visitor.page.getByRole("alert"));
    }),
    scene("finance-unmasked", async (stage) => {
      await atPayment(stage);
      await stage.visitor.type(stage.visitor.page.locator("#reason"), "与银行核对");
      await stage.visitor.click(stage.visitor.page.locator("form[action$=unmask] button"));
      await stage.visitor.sees(stage.visitor.page.getByRole("status"));
    }),
    ...batches(),
    ...budgets(),
  ];
}

/** Appropriations, and what becomes of an order; each state is brought about once a house. */
function budgets() {
  const granted = { kind: "add", to: { policy: POLICY, district: "440604", year: new Date().getFullYear() }, amount: "1000000.00" };
  const moved = { kind: "move", from: granted.to, to: { ...granted.to, district: "440605" }, amount: "250000.00" };
  const tooMuch = { kind: "lapse", from: { ...granted.to, district: "440608" }, amount: "99999999999.00" };
  const lastYear = { policy: POLICY, district: "440607", year: granted.to.year - 1 };
  const one = (name, state, person, order, ...more) =>
    scene(`finance-budget-order-${name}`, async ({ house, visitor }) => {
      const { id } = await batch(house, name, () => state(house, order, ...more));
      await visitor.signIn(person, `${ORDERS}/${id}`);
    });
  return [
    scene("finance-budgets", (stage) => atPayments(stage, LINES)),
    scene("finance-budget-orders", async ({ visitor }) => visitor.signIn(MAKER, ORDERS)),
    ...["add", "move", "carry_over", "lapse"].map((kind) =>
      scene(`finance-budget-new-${kind}`, async ({ visitor }) => {
        await visitor.signIn(MAKER, LINES);
        await visitor.open(`${ORDERS}/new?kind=${kind}`);
      }),
    ),
    scene("finance-budget-new-errors", async ({ visitor }) => {
      await visitor.signIn(MAKER, `${ORDERS}/new`);
      await visitor.click(button(visitor, BUDGETS.preview));
      await visitor.sees(visitor.page.getByRole("alert"));
    }),
    scene("finance-budget-preview", async ({ visitor }) => {
      await visitor.signIn(MAKER, LINES);
      await visitor.open(`${ORDERS}/new?kind=move`);
      await visitor.page.locator("#policy").selectOption(POLICY);
      await visitor.page.locator("#district").selectOption("440608");
      await visitor.type(visitor.page.locator("#amount"), "5000000.00");
      await visitor.type(visitor.page.locator("#reference"), "样例〔2026〕8号");
      await visitor.click(button(visitor, BUDGETS.preview));
      await visitor.sees(heading(visitor, BUDGETS.previewTitle));
    }),
    one("own", proposed, MAKER, granted),
    one("to-check", proposed, CHECKER, moved),
    one("too-much", proposed, CHECKER, tooMuch),
    one("approved", approvedOrder, CHECKER, granted),
    one("declined", declinedOrder, MAKER, granted, "金额与文件不符，请按批复的数额重新提出。"),
    scene("finance-budget-year-end-running", async ({ visitor }) => {
      await visitor.signIn(MAKER, YEAR_END);
      await visitor.open(`${YEAR_END}?year=${granted.to.year}`);
    }),
    scene("finance-budget-year-end", async ({ house, visitor }) => {
      await batch(house, "last year", () => house.grant(lastYear, "730000.00"));
      await visitor.signIn(MAKER, YEAR_END);
    }),
    scene("finance-budget-year-end-to-check", async ({ house, visitor }) => {
      await batch(house, "last year", () => house.grant(lastYear, "730000.00"));
      await batch(house, "last year ends", () => proposed(house, { kind: "lapse", from: lastYear, amount: "730000.00" }));
      await visitor.signIn(CHECKER, YEAR_END);
    }),
  ];
}

/** What becomes of a batch of payout files; each state is brought about once a house. */
function batches() {
  return [
    scene("finance-batches", async ({ house, world, visitor }) => {
      for (const state of [prepared, approved, released, discarded]) await batch(house, state);
      await house.apply(await world.person("ordinary"));
      await visitor.signIn(MAKER, "/finance/batches");
    }),
    scene("finance-batch-own", async ({ house, visitor }) => {
      await atBatch(visitor, MAKER, await batch(house, prepared));
      await visitor.sees(visitor.page.getByText(BATCHES.own));
    }),
    scene("finance-batch-to-check", async ({ house, visitor }) => {
      await atBatch(visitor, CHECKER, await batch(house, prepared));
      await visitor.sees(button(visitor, BATCHES.approve));
    }),
    scene("finance-batch-errors", async ({ house, visitor }) => {
      await atBatch(visitor, CHECKER, await batch(house, prepared));
      await visitor.click(button(visitor, BATCHES.discard));
      await visitor.sees(visitor.page.getByRole("alert"));
    }),
    scene("finance-batch-approved", async ({ house, visitor }) => {
      await atBatch(visitor, CHECKER, await batch(house, approved));
      await visitor.sees(visitor.page.getByRole("link", { name: BATCHES.release }));
    }),
    scene("finance-batch-sure", async ({ house, visitor }) => {
      await atBatch(visitor, CHECKER, await batch(house, approved), "/release");
      await visitor.sees(button(visitor, BATCHES.sure));
    }),
    ...[released, discarded].map((state) =>
      scene(`finance-batch-${state.name}`, async ({ house, visitor }) => atBatch(visitor, CHECKER, await batch(house, state))),
    ),
  ];
}

const ofHouse = new WeakMap();

/** A batch (or another thing, under a name) in a state, the same for every scene that asks for it. */
function batch(house, state, bring = state) {
  if (!ofHouse.has(house)) ofHouse.set(house, new Map());
  const known = ofHouse.get(house);
  if (!known.has(state)) known.set(state, bring(house));
  return known.get(state);
}

function desk() {
  return [
    scene("desk-queue", async ({ house, world, visitor }) => {
      await matter(house, world, "open");
      await visitor.signIn({ subject: "supervisor-city" }, "/desk");
    }),
    scene("desk-queue-filtered", async ({ visitor }) => {
      await visitor.signIn({ subject: "supervisor-city" }, "/desk");
      await visitor.open("/desk?card=red&kind=report");
    }),
    scene("desk-handing-over", async ({ house, world, visitor }) => {
      await matter(house, world, "open");
      await visitor.signIn({ subject: "supervisor-city" }, "/desk");
      await visitor.click(visitor.page.locator(".bulk > summary"));
      await visitor.click(visitor.page.locator(".bulk button"));
      await visitor.sees(visitor.page.getByRole("alert"));
    }),
    scene("desk-look", async ({ house, world, visitor }) => {
      const { line, boss } = await matter(house, world, "open");
      await visitor.signIn(boss, `/desk/cases/${line.id}`);
    }),
    scene("desk-case", async ({ house, world, visitor }) => atDesk(visitor, await matter(house, world, "open"))),
    scene("desk-asking", async ({ house, world, visitor }) => {
      await atDesk(visitor, await matter(house, world, "open"));
      for (const part of ["#act-ask", ".met-rows"]) await visitor.click(visitor.page.locator(`${part} > summary`));
    }),
    scene("desk-errors", async ({ house, world, visitor }) => {
      await atDesk(visitor, await matter(house, world, "open"));
      await does(visitor, "preview");
      await visitor.sees(visitor.page.getByRole("alert"));
    }),
    scene("desk-preview-refuse", async ({ house, world, visitor }) => {
      await atDesk(visitor, await matter(house, world, "open"));
      await previews(visitor, DESK.refuse);
    }),
    scene("desk-settled", async ({ house, world, visitor }) => {
      await atDesk(visitor, await matter(house, world, "settled"));
      await settlesAll(visitor);
    }),
    scene("desk-preview-approve", async ({ house, world, visitor }) => {
      await atDesk(visitor, await matter(house, world, "settled"));
      await settlesAll(visitor);
      await previews(visitor, DESK.approve);
    }),
    scene("desk-proposed", async ({ house, world, visitor }) => {
      await atDesk(visitor, await matter(house, world, "proposed"));
      await settlesAll(visitor);
      await decides(visitor, DESK.approve);
      await visitor.sees(visitor.page.getByText(DESK.same));
    }),
    scene("desk-refused", async ({ house, world, visitor }) => refuses(visitor, await matter(house, world, "refused"))),
    scene("refused", async ({ house, world, visitor }) => {
      const found = await matter(house, world, "refused");
      await refuses(visitor, found);
      await visitor.loseSession();
      await visitor.signIn(found.person);
      await visitor.open(`/applications/${found.line.application_id}`);
    }),
    ...["asked", "supply"].map((name) =>
      scene(name, async ({ house, world, visitor }) => {
        const { person, line } = await matter(house, world, "asked", asks);
        await visitor.signIn(person);
        await visitor.open(`/applications/${line.application_id}${name === "supply" ? "/supply" : ""}`);
      }),
    ),
  ];
}

const matters = new WeakMap();

/** Somebody's case, the same for every scene that names it; `brought` does once what a scene needs. */
function matter(house, world, name, brought = async () => undefined) {
  if (!matters.has(house)) matters.set(house, new Map());
  const known = matters.get(house);
  if (!known.has(name)) known.set(name, begin(house, world, brought));
  return known.get(name);
}

async function begin(house, world, brought) {
  await enrol(house, world);
  const found = await referral(house, world, "short_contract");
  await brought(house, world, found);
  return found;
}

async function asks(house, world, { line, officer }) {
  const words = "请补交续签合同，或请用人单位在人才系统更正合同截止日。";
  const body = { seen_version: line.version, criteria: ["contract_term"], words };
  await house.api(await world.token(officer.subject), "POST", `/api/v1/desk/cases/${line.id}/ask`, body);
}

/** In front of a case as its officer. */
async function atDesk(visitor, { officer, line }) {
  await visitor.signIn(officer, `/desk/cases/${line.id}`);
}

async function previews(visitor, verdict) {
  await does(visitor, "preview", async (form) => {
    await form.getByRole("radio", { name: verdict }).check();
    await form.locator("textarea").fill("经向用人单位核实，合同于 2027 年到期，不足二年。");
    await form.locator("#preview-legal_basis").fill("佛发〔2018〕2号 第三条");
  });
  await visitor.sees(heading(visitor, DESK.preview));
}

/** Decides, unless that has been done. */
async function decides(visitor, verdict) {
  if ((await visitor.page.locator("#act-preview").count()) === 0) return;
  await previews(visitor, verdict);
  await visitor.click(button(visitor, DESK.final));
  await visitor.page.waitForURL(/done=propose/);
}

async function refuses(visitor, found) {
  await atDesk(visitor, found);
  await decides(visitor, DESK.refuse);
}

function scene(name, reach, leave = () => undefined) {
  return { name, reach, leave };
}

/** Who has applied before the figures are looked at: kind, policy, how many. Enough for a front page to show some. */
const CROWD = [
  ["ordinary", POLICY, 9],
  ["short_contract", POLICY, 2],
  ["ordinary", "foshan-postdoc-settling-in", 6],
  ["ordinary", "foshan-junior-mid-level", 6],
];
const crowds = new WeakMap();

/** Every house has its crowd once: figures are kept for a minute. */
function decided(house, world) {
  if (!crowds.has(house)) crowds.set(house, crowd(house, world));
  return crowds.get(house);
}

async function crowd(house, world) {
  for (const [kind, policy, count] of CROWD) {
    for (let one = 0; one < count; one += 1) await house.apply(await world.person(kind, policy));
  }
}

/** Whom the machine refers before causes are looked at: kind and how many. */
const REFERRED = [
  ["short_contract", 4],
  ["part_time", 3],
  ["no_degree_record", 2],
  ["name_spelled_two_ways", 2],
  ["no_introduction_record", 2],
  ["rent_subsidy", 1],
  ["social_security_elsewhere", 1],
];
const referrals = new WeakMap();

/** Every house has them once: an analysis is kept for a minute. Some are decided, so that there are times to tell. */
export function referred(house, world) {
  if (!referrals.has(house)) referrals.set(house, refer(house, world));
  return referrals.get(house);
}

async function refer(house, world) {
  const people = [];
  for (const [kind, count] of REFERRED) {
    for (let one = 0; one < count; one += 1) people.push(await world.person(kind));
  }
  for (const person of people) await house.apply(person);
  const token = await world.token("supervisor-city");
  for (const person of people.slice(0, 5)) {
    const [{ id, version }] = await house.applicationsOf(person);
    const decision = { seen_version: version, verdict: "refuse", grounds: "样例", legal_basis: "样例" };
    await house.api(token, "POST", `/api/v1/review/applications/${id}/decision`, decision);
  }
}

/** Files, and waits until the page says how it stands. */
async function reach(visitor, person, state) {
  await file(visitor, person);
  await seesState(visitor, state);
}
