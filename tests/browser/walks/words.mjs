// What pages call things, in Chinese or English: the one place where walks know the words.

export const WORDS = {
  // 精准服务 · what fits me
  consent: /同意授权|I agree/,
  openForm: /核对并提交|Check and file/,

  // The one page
  checkHeading: /核对您的信息|Check your details/,
  file: /^提交申请$|^File$/,
  account: /银行账号|Account number/,
  bank: /联行号|Bank code/,
  phone: /手机号码|Mobile number/,
  wrong: /有误|This is wrong/,
  wrongReason: /哪里有误|What is wrong/,
  sendDispute: /提交说明|Send/,
  disputed: /已标记有误|Marked as wrong/,
  errorSummary: /有问题|There is a problem/,

  // Then the answer
  approved: /已批准|Approved/,
  referred: /转人工|A person will look at it/,
  parked: /暂时无法连接|cannot be reached/,
  verdictMet: /符合|Met/,
  askPerson: /请人工处理|Ask for a person/,
  trackingNumber: /受理编号|Reference/,
  promisedDate: /承诺办结|Promised by/,

  // Follow the money
  settled: /已到账|Paid/,
  returned: /退回|came back/,
  correctAccount: /更正账号|Correct the account/,

  // For everybody
  english: /^English$/,
  chinese: /^中文$/,
  signOut: /退出|Sign out/,
};
