// What people do on the pages, in the words of the pages.

import { WORDS } from "./words.mjs";

export const POLICY = "foshan-phd-settling-in";

const button = (visitor, name) => visitor.page.getByRole("button", { name });
const heading = (visitor, name) => visitor.page.getByRole("heading", { name });
const field = (visitor, name) => visitor.page.getByRole("textbox", { name });

/** Where a policy is applied for. */
export const apply = (visitor) => visitor.page.locator(`a[href="/apply/${POLICY}"]`);

/** Signs in, agrees that registers are asked, and is in front of the filled form. */
export async function openForm(visitor, person) {
  await visitor.signIn(person);
  await visitor.click(apply(visitor));
  await visitor.click(button(visitor, WORDS.consent));
  await visitor.sees(heading(visitor, WORDS.checkHeading));
}

/** Signs in and asks what fits. */
export async function lookUp(visitor, person) {
  await visitor.signIn(person);
  await visitor.click(button(visitor, WORDS.lookUp));
  await visitor.sees(button(visitor, WORDS.forget));
}

/** Types what no register holds. */
export async function typeAccount(visitor, { account, phone }) {
  await visitor.type(field(visitor, WORDS.account), account.number);
  await visitor.type(field(visitor, WORDS.bank), account.bank_cnaps);
  await visitor.type(field(visitor, WORDS.phone), phone);
}

/** From sign-in to filed. */
export async function file(visitor, person) {
  await openForm(visitor, person);
  await typeAccount(visitor, person);
  await visitor.click(button(visitor, WORDS.file));
}

/** The page says how it stands, without being asked again. */
export async function seesState(visitor, state) {
  await visitor.sees(visitor.page.getByRole("status").filter({ hasText: state }));
}

/** Says that a row is wrong, and why. */
export async function dispute(visitor, row, reason) {
  await visitor.click(visitor.page.locator("main dd summary").filter({ hasText: WORDS.wrong }).nth(row));
  await visitor.type(field(visitor, WORDS.wrongReason).first(), reason);
  await visitor.click(button(visitor, WORDS.sendDispute).first());
  await visitor.sees(visitor.page.getByText(WORDS.disputed).first());
}

/** The one application somebody has; throws when there are more or none. */
export async function onlyApplication(house, person) {
  const applications = await house.applicationsOf(person);
  if (applications.length !== 1) throw new Error(`${applications.length} applications, not one`);
  return applications[0];
}

export { button, field, heading };
