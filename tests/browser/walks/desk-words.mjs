// What the officers' pages call things, in Chinese or English.

export const DESK = {
  queue: /^待办事项$|^Queue$/,
  purpose: /^查看目的$|^Purpose$/,
  look: /^查看$|^Look$/,
  take: /^领取$|^Take it$/,
  preview: /决定预览|What will be decided/,
  final: /^确定|^Make it final/,
  refuse: /^不予批准$|^Refuse$/,
  approve: /^批准$|^Approve$/,
  ask: /^发出告知$|^Send the notice$/,
  same: /同一人不能复核|somebody else must agree/,
  moved: /事项已有变动|has moved since you saw it/,
  frozen: /督办已冻结|frozen by a supervisor/,
  supply: /^补正$|^Supply it$/,
  supplyDo: /^提交补正$|^Send it$/,
  remedies: /行政复议/,
  yellow: /^黄牌$|^yellow card$/,
  red: /^红牌$|^red card$/,
  lapsed: /容缺逾期未补|did not come in time/,
};
