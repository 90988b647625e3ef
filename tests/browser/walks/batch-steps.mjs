// What two people of finance do with a batch of payout files, and what its pages call it.

export const MAKER = { subject: "finance-maker" };
export const CHECKER = { subject: "finance-checker" };

export const BATCHES = {
  prepare: /^制作 |^Prepare /,
  own: /须由另一位财务人员核准|another person of finance has to approve it/,
  approve: /^按此清单核准$|^Approve on this manifest$/,
  release: /^放行$|^Release$/,
  sureTitle: /^确认放行$|^Release this batch\?$/,
  sure: /^确认放行$|^Yes, release it$/,
  discard: /^作废$|^Discard$/,
  released: /已放行|Released/,
};

const ALL = "/api/v1/finance/batches";

/** Somebody is paid, and finance prepares what was instructed: the batch, as the API tells it. */
export async function prepared(house) {
  await house.apply(await house.world.person("ordinary"));
  const token = await house.world.token(MAKER.subject);
  const { preparable } = await house.api(token, "GET", ALL);
  const { day, policy, district } = preparable[0];
  const { id } = await house.api(token, "POST", ALL, { day, policy, district });
  return house.api(token, "GET", `${ALL}/${id}`);
}

/** The same, and somebody else approves it. */
export async function approved(house) {
  const batch = await prepared(house);
  const token = await house.world.token(CHECKER.subject);
  const { manifest_sha256 } = batch;
  return house.api(token, "POST", `${ALL}/${batch.id}/approve`, { manifest_sha256 });
}

/** The same, and it goes out. */
export async function released(house) {
  const { id } = await approved(house);
  return house.api(await house.world.token(CHECKER.subject), "POST", `${ALL}/${id}/release`);
}

/** Prepared and given up. */
export async function discarded(house) {
  const { id } = await prepared(house);
  const grounds = "当日有一笔退票，重新制作。";
  return house.api(await house.world.token(CHECKER.subject), "POST", `${ALL}/${id}/discard`, { grounds });
}

/** In front of a batch. */
export async function atBatch(visitor, person, { id }, more = "") {
  await visitor.signIn(person, `/finance/batches/${id}${more}`);
}
