//! Texts of the pages of appropriations: budget lines, the orders that change them, the end of a year, the forecast.

use crate::domain::budget_order::{Change, ChangeError, OrderState, YearEndRule};
use crate::domain::money::Money;
use crate::web::words::Words;

texts! {
    NAV = "预算指标", "Budgets";
    PARTS = "预算指标的页面", "Pages of the budgets";
    NAV_LINES = "指标与预测", "Lines and forecast";
    NAV_ORDERS = "调整单", "Orders";
    NAV_YEAR_END = "年终", "Year end";
    // Lines
    TITLE = "预算指标", "Budget lines";
    LEDE = "每一条指标下达多少、占用多少、还能核定多少。数字取自分录的余额。", "What each line was granted, has promised and has left. The numbers are the balances of the journal.";
    YEAR = "年度", "Year";
    SHOW = "查看", "Show";
    NONE = "这一年度没有指标。", "There are no lines of this year.";
    LINES = "各条指标", "Line by line";
    LINE = "指标", "Line";
    GRANTED = "下达", "Granted";
    PROMISED = "占用", "Promised";
    FREE = "未占用", "Not promised";
    COMMITTED = "已核定未付", "Committed";
    INSTRUCTED = "在途", "On its way";
    PAID = "已到账", "Paid";
    RETURNED = "退票", "Returned";
    RECEIVABLE = "应收", "Receivable";
    RECOVERED = "已追回", "Recovered";
    TOTAL = "合计", "Total";
    UNIT = "万元", "10,000 yuan";
    SCROLLS = "可左右滚动", "scrolls sideways";
    // Forecast
    FORECAST = "应付预测", "What is still to be paid";
    FORECAST_LEDE = "奖补在核定时全额占用申报年度的指标，以后各期也记在该指标上，不另占用以后年度。所以各期不会缺钱；缺的是等待指标的申请所需的钱。", "An award is reserved whole on the line of the year it was filed in, and later instalments are charged to that line too, not to those of later years. So no instalment finds its line empty; what can be short is money for those who wait.";
    FORECAST_NONE = "没有待付的分期，也没有人等待指标。", "No instalment is still to come, and nobody waits for money.";
    MONTH = "月份", "Month";
    INSTALMENTS = "期数", "Instalments";
    SUM = "金额", "Sum";
    OVERDUE = "早应付而未付", "Due before this month";
    WITHIN = "两年内", "Within two years";
    LATER = "更晚", "Later";
    WAITING = "等待（人）", "Waiting";
    ASKED = "等待所需", "They need";
    SHORT_BY = "缺口", "Short by";
    BY_MONTH = "按月", "By month";
    BY_LINE = "按指标", "By line";
    // Orders
    ORDERS_TITLE = "预算调整单", "Budget orders";
    ORDERS_LEDE = "追加、调剂、结转、注销都凭文件：一人提出，另一人审核，审核通过时资金才变动。一个文号只用一次。", "Additions, moves, carry-overs and lapses each rest on a document: one person proposes, another approves, and money moves only then. A document's number is used once.";
    ORDERS_NONE = "没有这样的调整单。", "No order like that.";
    EVERY_STATE = "全部状态", "Every state";
    STATE = "状态", "State";
    REFERENCE = "文号", "Document";
    KIND = "事项", "What";
    FROM = "从", "From";
    TO = "到", "To";
    AMOUNT = "金额", "Amount";
    PROPOSED_BY = "提出", "Proposed by";
    ENDED_BY = "办结", "Ended by";
    BACK = "返回调整单", "Back to the orders";
    NEXT_PAGE = "下一页", "Next page";
    // A new one
    NEW = "提出调整单", "Propose an order";
    NEW_TITLE = "提出预算调整单", "Propose a budget order";
    KINDS = "提出哪一种", "Which kind to propose";
    POLICY = "政策", "Policy";
    DISTRICT = "区", "District";
    FROM_LINE = "从哪一条指标", "From which line";
    TO_LINE = "到哪一条指标", "To which line";
    TO_POLICY = "到哪一项政策", "To which policy";
    TO_DISTRICT = "到哪一个区", "To which district";
    MOVE_HINT = "只在同一年度内调剂。", "Money moves within one year.";
    FROM_NONE = "没有可以调出的指标。", "No line has anything to give.";
    AMOUNT_HINT = "元，写两位小数，例如 1000000.00", "In yuan with two decimals, such as 1000000.00";
    REFERENCE_HINT = "文件的编号。一个文号只能用一次。", "The document's number. It is used once.";
    AMOUNT_NEEDS = "请填写大于零、带两位小数的金额，例如 1000000.00", "Write an amount above zero with two decimals, such as 1000000.00";
    REFERENCE_NEEDS = "请填写文号（不超过 100 字）", "Write the document's number, at most 100 characters";
    FROM_NEEDS = "请选择一条指标", "Choose a line";
    TO_NEEDS = "请选择政策和区", "Choose a policy and a district";
    PREVIEW = "看看会变成怎样", "See what it would do";
    PREVIEW_TITLE = "核对后提出", "Check, then propose";
    PREVIEW_LEDE = "提出后由另一位财务人员审核；审核通过之前资金不动。", "Another person of finance approves it; no money moves before.";
    PROPOSE = "提出", "Propose";
    CHANGE = "返回修改", "Go back and change it";
    // An order
    ONE_TITLE = "一张预算调整单", "A budget order";
    WOULD = "指标会变成怎样", "What the lines would become";
    TOO_MUCH = "指标会超过可以记录的最大金额，不能审核通过。", "The line would hold more than is handled; it cannot be approved.";
    OWN = "这张单由您提出，须由另一位财务人员审核。", "You proposed this order; another person of finance has to check it.";
    APPROVE = "审核通过", "Approve";
    APPROVE_HINT = "审核通过即变动指标；有人等待时，名单随即前进。", "Approving changes the lines at once; if somebody waits for the money, the list moves on.";
    DECLINE = "不同意", "Decline";
    GROUNDS = "理由", "Grounds";
    GROUNDS_HINT = "提出人会看到。请勿填写姓名和账号。", "Whoever proposed it reads them. Without names and accounts.";
    GROUNDS_NEEDS = "请写明理由（不超过 500 字）", "Say why, in at most 500 characters";
    WITHDRAW = "撤回", "Take it back";
    WITHDRAW_HINT = "还没有人审核，您可以撤回。文号不能再用。", "Nobody has checked it, so you may take it back. Its document's number cannot be used again.";
    DONE_PROPOSED = "已提出，请另一位财务人员审核。", "Proposed. Another person of finance checks it.";
    DONE_APPROVED = "已审核通过，指标已变动。", "Approved; the lines have changed.";
    DONE_DECLINED = "已注明不同意。", "Declined.";
    DONE_WITHDRAWN = "已撤回。", "Taken back.";
    // Year end
    YEAR_END_TITLE = "年终", "Year end";
    YEAR_END_LEDE = "年度结束后，未占用的指标按规则注销或结转；已占用的留在原指标上，照常支付。", "Once a year is over, what is not promised lapses or is carried over, by rule. What is promised stays on its line and is paid as always.";
    RULE = "规则：", "Rule: ";
    RULE_NOTE = "规则由配置 finance.year_end 决定；没有资料规定应当如何，默认注销。", "The rule stands in the configuration, finance.year_end. No source states one; lapsing is the default.";
    NOT_OVER = "这一年度还没有结束，不能办理年终。", "This year is not over, so nothing of it ends yet.";
    ORDER = "调整单", "Order";
    NOTHING_LEFT = "没有余额", "nothing left";
    WAIT_NOTE = "仍有人等待的指标已标出：注销或结转后，他们要等这条指标重新追加。", "Lines that somebody still waits for are marked: once they lapse or are carried over, those people wait until the line is granted more.";
    PROPOSE_YEAR_END = "为各条指标提出调整单", "Propose an order for each line";
    PROPOSE_YEAR_END_HINT = "每条有余额的指标一张；已经提出的不会重复。", "One for each line with something left; those that are proposed already stay as they are.";
    APPROVE_ALL = "全部审核通过", "Approve them all";
    APPROVE_ALL_HINT = "逐张审核您现在看到的、由别人提出的调整单；余额不足的留下待审。", "Approves, one by one, the orders that you see here and that others proposed; those whose line does not reach stay proposed.";
    DONE_YEAR_END = "已为各条指标提出调整单。", "An order is proposed for each line.";
    DONE_YEAR_END_SOME = "有的指标没能提出调整单：文号已用于该指标，或政策、区划已不再使用。请换一个文号，或逐条处理。", "For some lines no order could be proposed: the number stands for another order of the line, or its policy or district is no more. Use another number, or see to each line.";
    DONE_BEFORE = "这张调整单早已提出，现状如下。", "This order was there already; this is how it stands.";
    GROUNDS_TYPED = "您写的理由", "What you wrote";
    UNKNOWN_AMOUNT = "另有金额待定", "and of unknown amount";
    DONE_YEAR_END_NONE = "没有新的调整单：都已提出，或没有余额。", "Nothing new: all were proposed before, or nothing is left.";
    DONE_ALL = "已全部审核通过。", "All are approved.";
    DONE_SOME = "有的调整单没有通过：指标不足，或已被他人处理。请逐张查看。", "Some were not approved: their line does not reach, or somebody was faster. Look at each.";
}

/// What an order does.
#[must_use]
pub fn kind(word: &str) -> Words {
    match word {
        "add" => Words::of("追加", "add"),
        "move" => Words::of("调剂", "move"),
        "carry_over" => Words::of("结转", "carry over"),
        _ => Words::of("注销", "lapse"),
    }
}

/// What a kind of order is for.
#[must_use]
pub fn kind_note(word: &str) -> Words {
    match word {
        "add" => Words::of(
            "给一条指标增加资金。有人等待时，审核通过后名单即前进。",
            "Grants a line more. If somebody waits for it, the list moves on when it is approved.",
        ),
        "move" => Words::of(
            "在同一年度的两条指标之间调剂；只能调出未占用的部分。",
            "Moves money between two lines of one year; only what is not promised can move.",
        ),
        "carry_over" => Words::of(
            "把已结束年度未占用的部分结转到下一年度的同一条指标。",
            "Carries what a year that is over leaves unpromised to the same line of the next.",
        ),
        _ => Words::of(
            "注销一条指标未占用的部分。",
            "Gives back what of a line is not promised.",
        ),
    }
}

/// Which word an order's change has.
#[must_use]
pub fn change(change: &Change) -> Words {
    kind(change.as_str())
}

/// Where an order stands.
#[must_use]
pub fn state(word: &str) -> Words {
    match word {
        "proposed" => Words::of("待审核", "proposed"),
        "approved" => Words::of("已通过", "approved"),
        "declined" => Words::of("不同意", "declined"),
        _ => Words::of("已撤回", "withdrawn"),
    }
}

/// What ended an order.
#[must_use]
pub fn ended(state: &OrderState) -> Words {
    match state {
        OrderState::Declined { .. } => Words::of("不同意", "Declined by"),
        OrderState::Withdrawn { .. } => Words::of("撤回", "Taken back by"),
        OrderState::Proposed | OrderState::Approved { .. } => Words::of("审核", "Approved by"),
    }
}

/// A rule for the end of a year.
#[must_use]
pub const fn rule(rule: YearEndRule) -> Words {
    match rule {
        YearEndRule::Lapse => Words::of("注销", "it lapses"),
        YearEndRule::CarryOver => Words::of("结转下年", "it is carried over to the next year"),
    }
}

/// Why an order cannot be proposed so.
#[must_use]
pub fn wrong(error: ChangeError) -> Words {
    match error {
        ChangeError::Nothing => AMOUNT_NEEDS,
        ChangeError::SameLine => Words::of("两条指标是同一条", "The two lines are the same"),
        ChangeError::NoBudgetYear => {
            Words::of("年度应在 2000 至 2999 之间", "The year is 2000 to 2999")
        }
        ChangeError::OtherYear => MOVE_HINT,
        ChangeError::YearNotOver { year } => Words::with(
            format!("{year} 年度还没有结束，不能结转"),
            format!("The year {year} is not over, so nothing of it is carried over"),
        ),
    }
}

/// The reference stands for another order already.
pub const REFERENCE_USED: Words = Words::of(
    "这个文号已经用于另一张调整单",
    "This document's number stands for another order already",
);
/// The line's end of year is proposed already.
pub const ALREADY_ENDING: Words = Words::of(
    "这条指标已有一张待审核的结转或注销单",
    "An order to carry this line over or to let it lapse is proposed already",
);

/// How much a line has to give, when that is less than an order takes.
#[must_use]
pub fn short(free: Money) -> Words {
    Words::with(
        format!("该指标未占用的只有 {free} 元，少于本单金额，现在不能审核通过。"),
        format!(
            "Only {free} yuan of the line are not promised, less than this order takes. It cannot be approved now."
        ),
    )
}

/// What has become of an order since it was seen.
#[must_use]
pub fn moved(state_word: &str, by: &str) -> Words {
    let state = state(state_word);
    Words::with(
        format!("您看到之后，{by} 已处理：{}。您的操作没有执行。", state.zh),
        format!(
            "Since you saw it, {by} has acted: it is {}. What you did was not carried out.",
            state.en
        ),
    )
}

/// What was done just now, by the word in the address.
#[must_use]
pub fn done(word: &str) -> Option<Words> {
    Some(match word {
        "proposed" => DONE_PROPOSED,
        "approved" => DONE_APPROVED,
        "declined" => DONE_DECLINED,
        "withdrawn" => DONE_WITHDRAWN,
        "year-end" => DONE_YEAR_END,
        "year-end-none" => DONE_YEAR_END_NONE,
        "year-end-some" => DONE_YEAR_END_SOME,
        "before" => DONE_BEFORE,
        "all" => DONE_ALL,
        "some" => DONE_SOME,
        _ => return None,
    })
}
