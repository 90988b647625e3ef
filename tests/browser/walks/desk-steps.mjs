// What officers do on their pages, in the words of the pages.

import { button } from "./steps.mjs";
import { DESK } from "./desk-words.mjs";

/** Staff by the place they work at; the made-up provider knows them (docs/contracts.md). */
export const STAFF = {
  officer: { subject: "reviewer-440604", name: "陈经办" },
  colleague: { subject: "reviewer-440604-2", name: "李经办" },
  elsewhere: { subject: "reviewer-440605", name: "何经办" },
  boss: { subject: "supervisor-440604", name: "周督办" },
  city: { subject: "supervisor-city", name: "市督办" },
};

const known = new WeakSet();

/** Supervisors make officers known, once a house. */
export async function enrol(house, world) {
  if (known.has(house)) return;
  known.add(house);
  const token = await world.token(STAFF.city.subject);
  for (const { subject, name } of [STAFF.officer, STAFF.colleague, STAFF.elsewhere]) {
    const district = subject.split("-")[1];
    await house.api(token, "POST", "/api/v1/desk/officers", { subject, name, contact: "0757-8333 0000", district, role: "reviewer" });
  }
}

/** The case of an application, as the page of its officer. */
export async function caseOf(house, world, application) {
  const token = await world.token(STAFF.city.subject);
  const lines = await house.api(token, "GET", "/api/v1/desk/cases?limit=200");
  const line = lines.find((one) => one.application_id === application.id);
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
    await visitor.click(open.getByRole("button"));
    await visitor.page.waitForURL(/done=settle/);
    await visitor.page.waitForLoadState();
  }
}
