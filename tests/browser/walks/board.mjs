// What supervisors do on the board, in the words of the page.

import { heading } from "./steps.mjs";

export const BOARD = {
  title: /^督办台$|^Supervision$/,
  looksOn: /您可以查看|You may look on/,
  freeze: /^冻结政策或区$|^Freeze a policy or a district$/,
  freezeSend: /^冻结$|^Freeze$/,
  reason: /^理由|^Why; names nobody/,
  lift: /^解除|^Lift/,
  sureFreeze: /^确认冻结$|^Freeze this\?$/,
  sureLift: /^确认解除冻结$|^Lift this freeze\?$/,
  sureAway: /^确认外出并移交$|^Away, and everything handed over\?$/,
  sure: /^确认$|^Yes, do it$/,
  comeBack: /^返岗|^Back/,
  enrol: /^登记经办人$|^Enrol an officer$/,
  enrolSend: /^登记$|^Enrol$/,
  reportSend: /^提交$|^Send$/,
  back: /^返回督办台$|^Back to the board$/,
};

const SUPERVISOR = "supervisor-city";
const OFFICERS = [
  ["reviewer-440604", "陈志明", "440604"],
  ["reviewer-440605", "黄丽", "440605"],
  ["reviewer-440606", "梁伟", "440606"],
  ["reviewer-440607", "何静", "440607"],
  ["reviewer-440608", "区颖", "440608"],
  ["reviewer-city", "何敏", null],
];

/** Somebody for every case, as a supervisor of the whole city enrols them. */
export async function enrolled(house) {
  const token = await house.world.token("supervisor-city");
  for (const [subject, name, district] of OFFICERS) {
    const officer = { subject, name, contact: `0757-8332${subject.slice(-4).replace("city", "0000")}`, district, role: "reviewer" };
    await house.api(token, "POST", "/api/v1/desk/officers", officer);
  }
}

/** In front of the board. */
export async function onBoard(visitor, subject = SUPERVISOR) {
  await visitor.signIn({ subject }, "/desk");
  await visitor.open("/desk/board");
  await visitor.sees(heading(visitor, BOARD.title));
}
