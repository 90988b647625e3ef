// What two people of finance do with appropriations, and what the pages call it.

import { CHECKER, MAKER } from "./batch-steps.mjs";

export { CHECKER, MAKER };

export const BUDGETS = {
  propose: /^提出$|^Propose$/,
  preview: /^看看会变成怎样$|^See what it would do$/,
  change: /^返回修改$|^Go back and change it$/,
  approve: /^审核通过$|^Approve$/,
  decline: /^不同意$|^Decline$/,
  withdraw: /^撤回$|^Take it back$/,
  own: /须由另一位财务人员审核|another person of finance has to check it/,
  previewTitle: /^核对后提出$|^Check, then propose$/,
  yearEnd: /^为各条指标提出调整单$|^Propose an order for each line$/,
  approveAll: /^全部审核通过$|^Approve them all$/,
};

export const LINES = "/finance/budgets";
export const ORDERS = "/finance/budgets/orders";
export const YEAR_END = "/finance/budgets/year-end";
const API = "/api/v1/finance/budgets";

let last = 0;

/** The number of a document that no other has. */
export function documentNumber() {
  last += 1;
  return `样例〔2026〕${Date.now() % 1_000_000}${last}号`;
}

/** What finance sees of the lines of a year. */
export async function linesOf(house, year) {
  return house.api(await house.world.token(MAKER.subject), "GET", `${API}?year=${year}`);
}

/** An order that was proposed: the order, as the API tells it. */
export async function proposed(house, order) {
  const token = await house.world.token(MAKER.subject);
  return house.api(token, "POST", `${API}/orders`, { reference: documentNumber(), ...order });
}

/** The same, and somebody else approves it. */
export async function approvedOrder(house, order) {
  const { id, version } = await proposed(house, order);
  return house.api(await house.world.token(CHECKER.subject), "POST", `${API}/orders/${id}/approve`, { version });
}

/** The same, and somebody else declines it. */
export async function declinedOrder(house, order, grounds) {
  const { id, version } = await proposed(house, order);
  return house.api(await house.world.token(CHECKER.subject), "POST", `${API}/orders/${id}/decline`, { version, grounds });
}

/** A line without its figures. */
export const key = ({ policy, district, year }) => ({ policy, district, year });

/** Lets go of everything that a line has not promised. */
export async function emptied(house, line) {
  const { available } = (await linesOf(house, line.year)).find(
    ({ policy, district }) => policy === line.policy && district === line.district,
  );
  if (available !== "0.00") await approvedOrder(house, { kind: "lapse", from: key(line), amount: available });
}
