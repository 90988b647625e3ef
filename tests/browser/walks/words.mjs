// What pages call things, in Chinese or English: the one place where walks know the words.

export const WORDS = {
  // 我能享受什么 · what fits me
  lookUp: /^同意，看看我能享受什么$|^I agree: show what fits me$/,
  fits: /^全部符合$|^fits$/,
  nearly: /^只差一点$|^nearly fits$/,
  missing: /还差：|Missing: /,
  openFilled: /^打开已填好的表|^Open the filled form/,
  notAnswering: /暂时没有应答|Not answering now/,
  forget: /^删除结果并撤回授权$|^Delete this and take back the consent$/,

  // 数据授权 · consent
  consent: /^同意，打开已填好的表$|^I agree: open the filled form$/,

  // The one page
  checkHeading: /^请核对$|^Please check$/,
  file: /^确认提交$|^File it$/,
  account: /银行账号|Account number/,
  kind: /收款账户|Where the money goes/,
  youyueCard: /(?:优粤佛山卡|Youyue card)/,
  bank: /联行号|CNAPS code/,
  phone: /手机号码|Mobile telephone/,
  wrong: /有误|This is wrong/,
  wrongReason: /哪里不对|What is wrong/,
  sendDispute: /^提交有误说明|^Say that it is wrong/,
  disputed: /您已说明此项有误|You said that this is wrong/,
  ahead: /^提交后由专人核实$|^A person will look into this$/,
  errorSummary: /需要更正|something to correct/,
  saveForLater: /^暂存，以后再填$|^Save for later$/,
  typedKept: /已暂存|Saved\./,
  typedQuietly: /已自动保存|What you typed is saved/,
  typedBack: /上次填写的内容还在|What you typed last time/,
  withdraw: /^撤回申请$|^Withdraw$/,
  renewed: /数据已更新|asked anew/,
  outOfDate: /页面已经失效|out of date/,
  backToPage: /返回刚才的页面|Back to the page/,
  compared: /我已对照|I have compared/,

  // Then the answer
  approved: /通过了|Approved/,
  referred: /已转专人办理|A person has it now/,
  parked: /等待数源部门恢复|Waiting for a register/,
  degreeRegister: /学位$|Degree$/,
  socialRegister: /社会保险$|Social security$/,
  askPerson: /^要求人工办理$|^Ask for a person$/,
  trackingNumber: /受理编号|Reference/,
  promisedDate: /承诺办结|Promised by/,

  // Follow the money
  settled: /已到账|At your bank/,
  returned: /退回|came back/,
  correctAccount: /^更正并重新发放$|^Correct and pay again$/,

  // For everybody
  english: /^English$/,
  textSize: /^字号$|^Text size$/,
  theme: /^外观$|^Appearance$/,
  applyPreferences: /^应用$|^Apply$/,
  signOut: /^退出$|^Sign out$/,
  signInAgain: /^重新登录$|^Sign in again$/,

  // 原因分析 · causes
  causesReasons: /^转人工的原因$|^Reasons$/,
  causesTrend: /^近十二个月$|^Twelve months$/,
  causesStages: /^办结事项在各环节的时间$|^Time in each state/,
  causesRemovals: /^改一项，少转多少$|^What one change would remove$/,
  show: /^查看$|^Show$/,
  downloadXlsx: /^导出 XLSX$|^Download as XLSX$/,

  // 好差评 · rating
  verySatisfied: /^非常满意$|^Very satisfied$/,
  ratingWords: /^想说的话|^In your words/,
  rate: /^提交评价$|^Send$/,
};
