// Every page and state, each with the way there. `walks/states` audits them all in both languages, and `screenshots.mjs`
// takes their pictures.

import { apply, button, dispute, file, lookUp, onlyApplication, openForm, POLICY, seesState, typeAccount } from "./walks/steps.mjs";
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
