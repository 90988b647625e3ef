// What officers do on their pages, in the words of the pages.

import { DESK } from "./desk-words.mjs";
import { button, onlyApplication } from "./steps.mjs";

const DISTRICTS = ["440604", "440605", "440606", "440607", "440608"];

/** Staff who are known by name; the made-up provider knows every place (docs/contracts.md). */
export const STAFF = { city: { subject: "supervisor-city" } };

/** Who works in a district: its officer, a colleague, and who supervises both. */
export function officersOf(district) {
  return {
    officer: { subject: `reviewer-${district}`, name: `陈经办${district}` },
    colleague: { subject: `reviewer-${district}-2`, name: `李经办${district}` },
    boss: { subject: `supervisor-${district}` },
  };
}

const known = new WeakSet();

/** A supervisor makes the officers of every district known, once a house. */
export async function enrol(house, world) {
  if (known.has(house)) return;
  known.add(house);
  for (const district of DISTRICTS) {
    const { officer, colleague } = officersOf(district);
    for (const { subject, name } of [officer, colleague]) {
      await supervise(house, world, "/api/v1/desk/officers", { subject, name, contact: "0757-8333 0000", district, role: "reviewer" });
    }
  }
}

async function supervise(house, world, path, body) {
  return house.api(await world.token(STAFF.city.subject), "POST", path, body);
}

/** Somebody whom the machine refers, in a district of one's choice; with their case, and with who works on it. */
export async function referred(house, world, kind, district) {
  for (;;) {
    const person = await world.person(kind);
    await house.apply(person);
    const line = await caseOf(house, world, await onlyApplication(house, person));
    if (district && line.district !== district) continue;
    const { officer, colleague, boss } = officersOf(line.district);
    const [theirs, other] = line.officer === colleague.subject ? [colleague, officer] : [officer, colleague];
    return { person, line, officer: theirs, colleague: other, boss };
  }
}

/** The case of an application, as the API lists it. */
export async function caseOf(house, world, application) {
  const token = await world.token(STAFF.city.subject);
  const { items } = await house.api(token, "GET", "/api/v1/desk/cases?limit=200");
  const line = items.find((one) => one.application_id === application.id);
  if (!line) throw new Error(`no open case for ${application.id}`);
  return line;
}

/** Opens a folded act of the panel. */
export async function unfold(visitor, act) {
  const details = visitor.page.locator(`#act-${act}`);
  if ((await details.getAttribute("open")) === null) await visitor.click(details.locator(":scope > summary"));
  return details;
}

/** Does an act of the panel; `fill` writes into its form. */
export async function does(visitor, act, fill = async () => undefined) {
  const details = await unfold(visitor, act);
  await fill(details);
  await visitor.click(details.getByRole("button"));
}

/** Says why, where the case is somebody else's. */
export async function looks(visitor, path, purpose = "复核批准") {
  await visitor.open(path);
  await visitor.type(visitor.page.getByLabel(DESK.purpose), purpose);
  await visitor.click(button(visitor, DESK.look));
}

/** Settles every finding that is open. */
export async function settlesAll(visitor) {
  for (;;) {
    const open = visitor.page.locator(".criteria td > details").first();
    if ((await open.count()) === 0) return;
    await visitor.click(open.locator("summary"));
    await visitor.type(open.getByRole("textbox"), "已向用人单位核实，合同原件存档。");
    await Promise.all([visitor.page.waitForResponse((one) => one.request().method() === "GET"), visitor.click(open.getByRole("button"))]);
    await visitor.page.waitForURL(/done=settle/);
    await visitor.page.waitForLoadState();
  }
}
