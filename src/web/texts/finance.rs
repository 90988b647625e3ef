//! Texts of the finance pages: the frame, the day, the payments.

use crate::domain::audit::AlarmKind;
use crate::domain::ledger::Movement;
use crate::domain::payment::{InstructionState, PaymentState};
use crate::web::words::Words;

texts! {
    // The frame
    NAV_DAY = "今日", "Today";
    NAV_PAYMENTS = "支付", "Payments";
    NAV_MONTH = "月报", "Month";
    // The day
    DAY_TITLE = "每日一览", "The day at a glance";
    DAY_LEDE = "钱走到哪一步、哪些在等人，一页看清。", "Where the money stands, and what waits for a person, on one page.";
    DATE = "日期", "Day";
    DAY_MONEY = "三方对照", "Three sides beside each other";
    DAY_WHAT = "事项", "What";
    DAY_OURS = "我方", "Ours";
    DAY_TREASURY = "财政对账单", "Treasury's statement";
    DAY_BANK = "银行对账单", "Bank's statement";
    DAY_DIFFERENCE = "差额", "Difference";
    DAY_APPROVED = "核定", "Approved";
    DAY_INSTRUCTED = "发出指令", "Instructed";
    DAY_SETTLED = "到账", "Settled";
    DAY_RETURNED = "退票", "Returned";
    DAY_UNKNOWN = "结果未知", "Unknown";
    DAY_COUNT_UNIT = "笔", "payments";
    DAY_AGREES = "一致", "agrees";
    DAY_NOTE = "差额为对方减我方；对账单未导入时，对方为零。", "The difference is theirs less ours; without a statement theirs is nought.";
    SHOW = "查看", "Show";
    WAITS = "等人处理", "Waits for a person";
    WAITS_NONE = "没有等人处理的支付。", "No payment waits for a person.";
    ALARMS = "警报", "Alarms";
    ALARMS_NONE = "没有警报。", "No alarms.";
    ALARM_SUBJECT = "编号", "About";
    ALARM_COUNT = "次数", "Times";
    ALARM_SINCE = "首次", "First";
    // The month
    MONTH_TITLE = "月末报表", "Month-end report";
    MONTH_LEDE = "按预算指标逐条列示：期初、本月发生、期末。数字直接来自分录，期初加发生等于期末。", "Line by line of the budget: what stood there, what moved, what stands there now. Every number comes from the journal; opening and movements make the closing.";
    MONTH = "月份", "Month";
    MONTH_NONE = "本月及以前没有分录。", "Nothing has moved up to this month.";
    MONTH_XLSX = "下载 Excel", "Download as Excel";
    MONTH_LINES = "预算指标", "Budget lines";
    MONTH_MOVED = "本月发生", "Moved within the month";
    TOTAL = "合计", "Total";
    OPENING = "期初可用", "Available at the start";
    APPROPRIATED = "下达净额", "Granted, net";
    COMMITTED = "核定", "Committed";
    RELEASED = "退回可用", "Released";
    INSTRUCTED = "发出指令", "Instructed";
    SETTLED_SUM = "到账", "Settled";
    RETURNED_SUM = "退票", "Returned";
    RECOVERED_SUM = "追回", "Recovered";
    CLOSING = "期末可用", "Available at the end";
    CLOSING_COMMITTED = "期末已核定未付", "Committed at the end";
    CLOSING_INSTRUCTED = "期末在途", "On the way at the end";
    CLOSING_RETURNED = "期末退票待处理", "Returned, waiting at the end";
    COUNT = "笔数", "Lines";
    // Payments
    PAYMENTS_TITLE = "支付", "Payments";
    PAYMENTS_NONE = "没有符合条件的支付。", "No payment like that.";
    EVERY_STATE = "全部状态", "Every state";
    STATE = "状态", "State";
    POLICY = "政策", "Policy";
    EVERY_POLICY = "全部政策", "Every policy";
    DISTRICT = "区", "District";
    EVERY_DISTRICT = "全市", "The whole city";
    NUMBER = "支付编号", "Payment";
    INSTALMENT = "期次", "Instalment";
    AMOUNT = "金额", "Amount";
    DUE_ON = "应付日", "Due on";
    INSTRUCTION = "指令", "Instruction";
    NEXT_PAGE = "下一页", "Next page";
    // A payment
    PAYMENT_TITLE = "一笔支付的全过程", "A payment, from award to bank";
    BACK_TO_PAYMENTS = "返回支付", "Back to the payments";
    AWARD = "核定总额", "Whole award";
    BUDGET_LINE = "预算指标", "Budget line";
    YEAR = "年度", "Year";
    RECHECK = "发放前复核资格", "Eligibility is checked again first";
    CHAIN = "指令", "Instructions";
    CHAIN_NONE = "尚未发出指令。", "No instruction yet.";
    PAYEE = "收款人", "Payee";
    ACCOUNT = "账号", "Account";
    BANK = "联行号", "CNAPS code";
    TREASURY_NO = "财政流水号", "Treasury's number";
    MADE = "生成", "Made";
    ACKNOWLEDGED = "财政受理", "Accepted by the treasury";
    SETTLED = "到账", "Settled";
    RETURNED = "退票", "Returned";
    REASON_CODE = "原因代码", "Reason";
    DIGEST = "指令原文 SHA-256", "SHA-256 of the instruction's bytes";
    ENTRIES = "分录", "Journal";
    ENTRY_AT = "时间", "When";
    ENTRY_WHAT = "事项", "What";
    RELEASE = "核实后继续支付", "Looked into: carry on";
    RELEASE_HINT = "同一条指令继续，不会重复支付：财政只认指令编号。", "The same instruction goes on and pays nothing twice: the treasury goes by its id.";
    UNMASK = "查看完整账号", "Show the whole account";
    UNMASK_WHY = "查看理由", "Why it is needed";
    UNMASK_HINT = "理由和查看人都会记入访问记录。", "The reason and who looked are written down.";
    UNMASK_NEEDS = "请写明理由（不超过 200 字）", "Say why, in at most 200 characters";
    UNMASKED = "完整账号只在本页显示一次；已记入访问记录。", "The whole account is shown on this page once; the look is written down.";
    DONE_RELEASED = "已继续支付。", "It is carried on.";
    UNREADABLE = "无法读取，已报警", "cannot be read; an alarm is raised";
}

/// Where a payment stands, as finance says it.
#[must_use]
pub const fn payment(state: PaymentState) -> Words {
    match state {
        PaymentState::Scheduled => Words::of("待发放", "scheduled"),
        PaymentState::Referred => Words::of("复核中", "re-check with a person"),
        PaymentState::Instructed => Words::of("已发指令", "instructed"),
        PaymentState::Settled => Words::of("已到账", "settled"),
        PaymentState::Returned => Words::of("已退票", "returned"),
        PaymentState::Held => Words::of("待核实", "held for a person"),
        PaymentState::Cancelled => Words::of("已取消", "cancelled"),
    }
}

/// Where an instruction stands.
#[must_use]
pub const fn instruction(state: InstructionState) -> Words {
    match state {
        InstructionState::Ready => Words::of("待发送", "ready"),
        InstructionState::Unknown => Words::of("结果未知，正在查询", "unknown, being asked about"),
        InstructionState::Acknowledged => Words::of("财政已受理", "acknowledged"),
        InstructionState::Settled => Words::of("已到账", "settled"),
        InstructionState::Returned => Words::of("已退票", "returned"),
        InstructionState::Rejected => Words::of("财政拒收", "rejected"),
        InstructionState::Held => Words::of("待核实", "held for a person"),
    }
}

/// What an alarm is about.
#[must_use]
pub const fn alarm(kind: AlarmKind) -> Words {
    match kind {
        AlarmKind::PaymentStuck => Words::of("支付多次尝试未果", "A payment does not get through"),
        AlarmKind::EchoDiffers => Words::of("财政回执与指令不符", "The treasury's echo differs"),
        AlarmKind::PaymentRejected => {
            Words::of("财政拒收指令", "The treasury refused an instruction")
        }
        AlarmKind::UnexpectedEvent => Words::of("收到无法对应的通知", "News that fits nothing"),
        AlarmKind::SourceDown => Words::of("数据源长时间无响应", "A register is down"),
        AlarmKind::NotifierDown => Words::of("短信长时间发不出", "Messages do not go out"),
        AlarmKind::CalendarEnds => Words::of("工作日历将到期", "The calendar ends"),
        AlarmKind::Inconsistent => Words::of("数据不一致", "Something is inconsistent"),
        AlarmKind::BreakerOpen => Words::of("通过率突变，已停批", "Too much is approved: frozen"),
    }
}

/// Why money moved.
#[must_use]
pub const fn movement(movement: Movement) -> Words {
    match movement {
        Movement::Appropriate => Words::of("下达指标", "appropriated"),
        Movement::TransferOut => Words::of("调出", "moved to another line"),
        Movement::TransferIn => Words::of("调入", "moved from another line"),
        Movement::CarryOut => Words::of("结转下年", "carried to the next year"),
        Movement::CarryIn => Words::of("上年结转", "carried from the year before"),
        Movement::Lapse => Words::of("注销", "lapsed"),
        Movement::Commit => Words::of("核定占用", "committed"),
        Movement::Release => Words::of("退回可用", "released"),
        Movement::Instruct => Words::of("发出指令", "instructed"),
        Movement::Settle => Words::of("到账", "settled"),
        Movement::ReturnUnsettled => Words::of("到账前退票", "returned before it settled"),
        Movement::ReturnSettled => Words::of("到账后退票", "returned after it settled"),
        Movement::Reinstruct => Words::of("更正后重发", "instructed again"),
        Movement::Recover => Words::of("追回", "recovered"),
        Movement::Claim => Words::of("转应收", "claimed back"),
        Movement::Repay => Words::of("归还", "repaid"),
        Movement::Unclaim => Words::of("应收冲回", "claim taken back"),
        Movement::Restore => Words::of("归还冲回", "repayment taken back"),
        Movement::ReleaseReturned => Words::of("退票转可用", "returned money released"),
    }
}

/// An account of the ledger.
#[must_use]
pub const fn account(account: crate::domain::ledger::Account) -> Words {
    use crate::domain::ledger::Account;
    match account {
        Account::Appropriation => Words::of("指标来源", "appropriation"),
        Account::Available => Words::of("可用", "available"),
        Account::Committed => Words::of("已核定", "committed"),
        Account::Instructed => Words::of("在途", "instructed"),
        Account::Paid => Words::of("已付", "paid"),
        Account::Returned => Words::of("退票", "returned"),
        Account::Receivable => Words::of("应收", "receivable"),
        Account::Recovered => Words::of("已追回", "recovered"),
    }
}
