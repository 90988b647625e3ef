//! Texts of the officers' pages: the queue, the case, and what is done with it.

use super::trust;
use crate::domain::desk::{Card, Deed, Ending, MayNot, Relief, StageName, StepError, Verdict};
use crate::domain::evidence::FetchOutcome;
use crate::web::words::Words;

texts! {
    // The queue
    QUEUE_TITLE = "待办事项", "Queue";
    QUEUE_NONE = "没有符合筛选的事项。", "No case fits this filter.";
    VIEWS = "常用筛选", "Views";
    VIEW_MINE = "我经办的", "Mine";
    VIEW_WAITING = "待领取", "Nobody's yet";
    VIEW_AGREE = "待复核", "For a second person";
    VIEW_YELLOW = "黄牌", "Yellow cards";
    VIEW_RED = "红牌", "Red cards";
    VIEW_ALL = "全部在办", "All open";
    FILTER = "筛选", "Filter";
    FILTER_APPLY = "筛选", "Filter";
    FILTER_STAGE = "状态", "Stage";
    FILTER_OFFICER = "经办人", "Officer";
    FILTER_DISTRICT = "区", "District";
    FILTER_POLICY = "政策", "Policy";
    FILTER_CARD = "督办牌", "Card";
    FILTER_KIND = "类别", "Kind";
    FILTER_DUE = "期限", "Deadline";
    ANY = "不限", "any";
    ANY_OPEN = "在办的", "open";
    OFFICER_ME = "我", "me";
    DUE_TODAY = "今天到期或已超期", "today or overdue";
    DUE_SOON = "三个工作日内", "within 3 working days";
    SAVE_FILTER = "保存当前筛选", "Save this filter";
    SAVE_FILTER_NAME = "名称", "Name";
    SAVE_FILTER_HINT = "保存在您的账号下，换电脑也在。", "Kept with your account, whichever computer you use.";
    SAVE = "保存", "Save";
    DROP_FILTER = "删除", "Delete";
    COLUMN_TICK = "勾选", "Tick";
    COLUMN_CASE = "事项", "Case";
    COLUMN_DISTRICT = "区", "District";
    COLUMN_OFFICER = "经办人", "Officer";
    COLUMN_STAGE = "状态", "Stage";
    COLUMN_DUE = "最后一天", "Last day";
    COLUMN_CARD = "督办牌", "Card";
    NEXT_PAGE = "下一页", "Next page";
    FIRST_PAGE = "回到第一页", "Back to the first page";
    NOBODY = "待领取", "nobody yet";
    CITY_LEVEL = "市级", "city level";
    SPECIAL = "特殊事项", "special";
    KEYS = "键盘快捷键", "Keys";
    KEY_DOWN = "下一个事项", "next case";
    KEY_UP = "上一个事项", "previous case";
    KEY_OPEN = "打开事项", "open the case";
    KEY_TICK = "勾选或取消", "tick, or untick";
    KEY_FILTER = "到筛选", "to the filter";
    KEY_HELP = "显示这张表", "show this list";
    BULK = "批量移交", "Hand over several";
    BULK_TEXT = "勾选事项，选一位在岗的经办人，写明原因。各事项按您看到的版本移交；已有变动的不移交，逐一告知。", "Tick cases, choose an officer who is there, and say why. Each is handed over as you saw it; what has moved since is left, and named.";
    BULK_DO = "移交勾选的事项", "Hand over what is ticked";
    BULK_NONE = "请先勾选事项。", "Tick cases first.";
    BULK_DONE = "已移交", "Handed over";
    BULK_LEFT = "没有移交", "Not handed over";
    BULK_MOVED = "您看到之后已有变动", "has moved since you saw it";

    ROLES_TITLE = "工作台", "Desk";
    ROLES_TEXT = "您的账号没有审核或督办的角色，此处没有您的待办事项。", "Your account has no role in review or supervision: there is nothing for you in this queue.";
    ROLES_API = "财务、政策、审计的工作目前通过接口办理。", "Finance, policy and audit work is done through the API for now.";
    ROLES_YOURS = "您的角色", "Your roles";

    // Why somebody looks
    LOOK_TITLE = "说明查看目的", "Why you look";
    LOOK_TEXT = "这件事项不由您经办。查看个人资料会连同目的记入访问日志。", "This case is not yours. Looking at personal data is written down together with its purpose.";
    LOOK_PURPOSE = "查看目的", "Purpose";
    LOOK_HINT = "例如：复核批准；督办超期。最多 200 字，不写个人信息。", "For instance: to confirm an approval. At most 200 characters, nothing personal.";
    LOOK_DO = "查看", "Look";
    LOOK_MISSING = "请写明查看目的，最多 200 字。", "Say why you look, in at most 200 characters.";

    // The case
    NUMBER = "事项编号", "Number";
    APPLICATION_NO = "受理编号", "Application";
    WOULD_GRANT = "批准可发", "Would grant";
    WOULD_GRANT_NONE = "金额无法核定", "cannot be reckoned";
    OPENED = "立案", "Opened";
    NOBODY_KNOWN = "反映人未登记", "nobody known";
    CRITERIA = "逐项核对", "Criterion by criterion";
    CRITERIA_OPEN = "需人工核实", "For a person to settle";
    CRITERIA_MET = "已符合", "Met";
    CRITERIA_MET_HINT = "点开逐项查看依据", "Open to see the records behind each";
    CRITERIA_NONE_OPEN = "没有需人工核实的条件。", "Nothing is left to settle.";
    COLUMN_RULE = "条件", "Rule";
    COLUMN_DECLARED = "申报", "Declared";
    COLUMN_RECORD = "记录", "On record";
    COLUMN_VERDICT = "结论", "Verdict";
    COLUMN_SETTLE = "核实", "Settle";
    DECLARED_CONFIRMED = "本人确认", "confirmed";
    DECLARED_NOTHING = "登记数据，不需申报", "from the registers, not asked";
    DECLARED_WRONG = "本人称有误：", "Said to be wrong: ";
    RECORD_AT = "查询", "asked";
    RECORD_OF_DAY = "数据日期", "as of";
    SETTLED = "已核实", "settled";
    SETTLE = "核实此项", "Settle this";
    SETTLE_GROUND = "核实依据", "Ground";
    SETTLE_HINT = "查了什么、结果如何。最多 2000 字。", "What you looked at and what it showed. At most 2000 characters.";
    SETTLE_FILE = "附件", "Attachment";
    SETTLE_NO_FILE = "不附", "none";
    SETTLE_DO = "记为已核实", "Mark as settled";
    UNSETTLE_DO = "撤销核实", "Open it again";
    DISPUTES = "申请人的异议", "What the applicant says is wrong";
    DISPUTE_WHOLE = "要求人工办理", "wants a person to decide";
    FETCHES = "数源查询记录", "How the registers were asked";
    FETCH_TRIES = "次", "tries";
    FILES = "附件", "Attachments";
    FILES_NONE = "没有附件。", "None.";
    TIMELINE = "办理经过", "Timeline";
    BY_SYSTEM = "系统", "the system";
    BY_APPLICANT = "申请人", "the applicant";
    BY_PUBLIC = "群众反映", "somebody";
    OFFERED = "已提出，等申请人选择", "Offered; the applicant has not chosen yet";
    DEFERRED = "容缺中，等申请人补交", "Deferred; the applicant is to supply";
    DECLARED = "申请人已承诺", "The applicant has declared";
    UNTIL = "截止", "until";

    // What is done
    ACTS = "办理", "What to do";
    ACTS_NONE = "目前没有需要您办理的。", "There is nothing for you to do now.";
    ACTS_THEIRS = "本事项由其经办人办理，您可以查看。", "This case is its officer's; you may look.";
    TAKE = "领取", "Take it";
    TAKE_TEXT = "领取后由您一跟到底。", "It is then yours, to its end.";
    TAKE_OVER = "转由我办理", "Take it over";
    DECIDE = "作出决定", "Decide";
    DECIDE_TEXT = "先预览，再确定。", "You see it first; nothing is decided yet.";
    APPROVE = "批准", "Approve";
    REFUSE = "不予批准", "Refuse";
    VERDICT = "决定", "Decision";
    GROUNDS = "理由", "Grounds";
    GROUNDS_HINT = "写入决定；不予批准的，申请人会看到。最多 2000 字。", "Part of the decision; the applicant reads it when you refuse. At most 2000 characters.";
    LEGAL_BASIS = "法律依据（不予批准时必填）", "Legal basis (needed to refuse)";
    LEGAL_BASIS_SHORT = "法律依据", "Legal basis";
    LEGAL_BASIS_HINT = "例如：佛发〔2018〕2号 第三条。", "For instance: Foshan (2018) No. 2, article 3.";
    PREVIEW = "预览", "Preview";
    STILL_OPEN = "批准前还须核实：", "Before it can be approved, settle: ";
    FROZEN = "督办已冻结批准：", "Approvals are frozen by a supervisor: ";
    ASK = "一次性告知", "Ask once for everything";
    ASK_TEXT = "只能告知一次：请把所有还缺的写全。告知后时限暂停，申请人补正或到期后继续。", "You can ask a single time, so ask for all that is missing. The clock then stands until the applicant has supplied, or their time is over.";
    ASK_CRITERIA = "关于", "About";
    ASK_WORDS = "告知内容", "Notice";
    ASK_HINT = "申请人逐字看到。最多 2000 字。", "The applicant reads exactly this. At most 2000 characters.";
    ASK_DO = "发出告知", "Send the notice";
    TAKE_IN = "代收材料", "Take in at the counter";
    TAKE_IN_TEXT = "申请人已到窗口交齐：时限继续。", "The applicant has brought everything: the clock goes on.";
    TAKE_IN_DO = "已收齐", "It is all here";
    OFFER_DEFERRAL = "提出容缺受理", "Offer to defer";
    OFFER_DEFERRAL_TEXT = "先受理、后补交；逾期不补的，申请终止。核心条件不得容缺。", "Go on now, supply later; late is the end of it. Core criteria can never be deferred.";
    OFFER_DECLARATION = "提出告知承诺", "Offer a declaration";
    OFFER_DECLARATION_TEXT = "申请人书面承诺即可办理，事后核查；不实的予以追究。核心条件不得承诺。", "The applicant declares it in writing and you go on; it is checked afterwards. Core criteria can never be declared.";
    OFFER_DO = "向申请人提出", "Offer it";
    NOTE = "记录", "Note";
    NOTE_WORDS = "内容", "Note";
    NOTE_HINT = "只有工作人员看到。最多 2000 字。", "Seen by staff alone. At most 2000 characters.";
    NOTE_DO = "记下", "Write it down";
    REGISTERS = "重新查询数源", "Ask the registers again";
    REGISTERS_TEXT = "例如申请人已向数源部门更正了记录。新的答复立即用于上表。", "For instance when the applicant has had a record mended. What they say now is used above at once.";
    REGISTERS_DO = "立即查询", "Ask now";
    REGISTERS_NOTE = "重新查询了数源。应答：", "The registers were asked again. Answered: ";
    REGISTERS_NONE = "无", "none";
    MARK_SPECIAL = "列为特殊事项", "Mark as special";
    MARK_SPECIAL_TEXT = "办理时限改为", "The time limit becomes";
    WORKING_DAYS = "个工作日", "working days";
    REASON = "原因", "Reason";
    REASON_HINT = "最多 2000 字。", "At most 2000 characters.";
    HAND_OVER = "移交", "Hand over";
    HAND_OVER_TO = "移交给", "To";
    HAND_OVER_NOBODY = "目前没有其他在岗的经办人。", "No other officer is there now.";
    CHOOSE = "请选择", "choose";
    CONFLICT = "申明利害关系", "Declare a conflict of interest";
    CONFLICT_TEXT = "您与申请人有亲属或其他利害关系的，须回避：事项即转由他人办理，您不再经手该申请人的任何事项。", "If you are related to the applicant or have an interest, you must step back: the case goes to somebody else at once, and so does every other of theirs.";
    CONFLICT_DO = "申明并回避", "Declare it and step back";
    CONFIRM = "复核", "Second person";
    CONFIRM_TEXT = "您同意后即作出决定。", "With your agreement it is decided.";
    CONFIRM_MORE = "您同意后仍须其他人同意。", "After you somebody else must still agree.";
    CONFIRM_WORDS = "复核意见", "Your words";
    CONFIRM_DO = "同意", "Agree";
    CONFIRM_SAME = "您已表示同意。双人复核须由另一人作出，同一人不能复核自己的意见。", "You have agreed already. Four eyes are those of two people: somebody else must agree.";
    PROPOSED = "拟决定", "Proposed";
    PROPOSED_BY = "已同意", "Agreed so far";
    PROPOSED_NEEDS = "共需同意人数", "People who must agree";
    WITHDRAW_PROPOSAL = "撤回拟决定", "Take the proposal back";
    WITHDRAW_DO = "撤回", "Take it back";
    CHECK = "核查承诺", "Check the declaration";
    CHECK_TEXT = "申请人的承诺是否属实？", "Did what the applicant declared hold?";
    CHECK_HELD = "属实", "It held";
    CHECK_BROKEN = "不属实", "It did not hold";
    CHECK_WORDS = "如何核查、结果如何", "How you checked, and what it showed";
    CHECK_DO = "记录核查结果", "Record the result";
    HAND_ON = "不属本窗口：说明并转交", "Out of scope: explain and hand on";
    HAND_ON_TO = "转交单位", "To which office";
    HAND_ON_WORDS = "说明", "Explanation";
    HAND_ON_DO = "说明并转交", "Explain and hand on";
    ANSWER = "答复", "Answer";
    ANSWER_WORDS = "答复内容", "Answer";
    ANSWER_DO = "答复并办结", "Answer and close";
    REOPEN = "撤销原决定，重新办理", "Undo, and open again";
    REOPEN_TEXT = "作为新的决定记入，不改动原决定；事项回到经办人，时限重新计算。", "It is one more decision; the earlier one stays as it is. The case is its officer's again, with a time limit of its own.";
    REOPEN_DO = "重新办理", "Open it again";

    // Preview
    PREVIEW_TITLE = "决定预览", "What will be decided";
    PREVIEW_TEXT = "尚未作出任何决定。请核对后确定。", "Nothing has been decided yet. Check it, then make it final.";
    PREVIEW_AMOUNT = "发放金额", "Amount";
    PREVIEW_INSTALMENTS = "分期", "Instalments";
    PREVIEW_AT_AWARD = "批准时", "with the approval";
    PREVIEW_RECHECKED = "发放前再次核对资格", "checked again first";
    PREVIEW_WHO = "谁来决定", "Who decides";
    PREVIEW_ALONE = "您一人即可：确定后立即生效。", "You alone: it takes effect at once.";
    PREVIEW_OTHERS = "按金额须双人复核：确定后等另一人同意才生效。", "This amount needs a second person: it takes effect once somebody else agrees.";
    PREVIEW_READS = "申请人将看到", "What the applicant will read";
    PREVIEW_APPROVED = "您的申请已批准，资金按期发放。", "Your application is approved; the money is paid as it falls due.";
    PREVIEW_REFUSED = "您的申请不予批准。", "Your application is refused.";
    REMEDIES = "救济途径", "Remedies";
    PREVIEW_FINAL = "确定", "Make it final";
    PREVIEW_PROPOSE = "确定，交另一人复核", "Make it final and pass it on";
    PREVIEW_BACK = "返回修改", "Back, to change it";

    // What came of it
    DONE_TAKE = "已领取，由您一跟到底。", "It is yours now, to its end.";
    DONE_HAND_OVER = "已移交。", "Handed over.";
    DONE_SPECIAL = "已列为特殊事项。", "Marked as special.";
    DONE_ASK = "告知已发出，时限暂停。", "The notice is sent, and the clock stands.";
    DONE_TAKE_IN = "已收齐，时限继续。", "Taken in; the clock goes on.";
    DONE_NOTE = "已记下。", "Written down.";
    DONE_SETTLE = "已记为核实。", "Settled.";
    DONE_UNSETTLE = "已撤销核实。", "It is open again.";
    DONE_OFFER = "已向申请人提出。", "Offered to the applicant.";
    DONE_PROPOSE = "已记录。须复核的，等另一人同意。", "Recorded. Where a second person is needed, it waits for them.";
    DONE_CONFIRM = "已记录您的同意。", "Your agreement is recorded.";
    DONE_WITHDRAW = "拟决定已撤回。", "The proposal is off.";
    DONE_REOPEN = "已重新办理。", "Opened again.";
    DONE_CHECK = "核查结果已记录。", "The result is recorded.";
    DONE_HAND_ON = "已说明并转交。", "Explained and handed on.";
    DONE_ANSWER = "已答复办结。", "Answered and closed.";
    DONE_CONFLICT = "已申明，您不再经手该申请人的事项。", "Declared: you have no hand in this applicant's matters any more.";
    DONE_REGISTERS = "已重新查询，上表是最新的。", "Asked again: what you see is the newest.";
    DONE_FILTER = "筛选已保存。", "The filter is saved.";
    KEPT_AFTER = "登录已过期，您填写的内容还在，请核对后再提交。", "Your sign-in had ended. What you typed is still here: check it and send it again.";
    DONE_DROP = "筛选已删除。", "The filter is deleted.";

    // What is wrong
    MOVED_TITLE = "没有办理：您看到之后，事项已有变动", "Not done: the case has moved since you saw it";
    MOVED_TEXT = "您填写的内容还在，请看过变动后再提交。", "What you typed is still here. Look at what has changed, then send it again.";
    NOT_DONE = "没有办理", "Not done";
    WRONG_WORDS = "请写明，最多 2000 字。", "Write something, at most 2000 characters.";
    WRONG_BASIS = "须写明法律依据，最多 2000 字。", "This needs its legal basis, in at most 2000 characters.";
    WRONG_OFFICER = "请选择一位在岗、无利害关系的经办人。", "Choose an officer who is there and has no conflict of interest.";
    WRONG_VERDICT = "请选择一项结论。", "Choose what you decide.";
    WRONG_AMOUNT = "按数源记录无法核定金额，请先更正记录。", "The amount cannot be reckoned from the registers; have the record mended first.";
    WRONG_CRITERIA = "请至少选择一项条件。", "Choose at least one criterion.";
    WRONG_OFFICE = "请写明转交单位，最多 200 字。", "Name the office, in at most 200 characters.";
    WRONG_NAME = "请写名称，最多 40 字；最多保存 20 个。", "Name it, in at most 40 characters; at most 20 are kept.";
    WRONG_CHECK = "请选择承诺是否属实。", "Say whether it held.";
    WRONG_OTHER = "内容无法受理，请核对。", "It cannot be accepted as it is.";
    OVERDUE = "已经超期，不能再列为特殊事项。", "The last day is over: it cannot be made special any more.";
    STALE_AMOUNT = "金额或申请状态刚刚有变动，请重新核对。", "The amount or the application has just changed: look again.";
    HELD_ELSEWHERE = "申请人已有另一项互斥的补贴，不能恢复。", "Another benefit that excludes this one has taken its place.";
    NOT_IN_STATE = "申请当前的状态不能这样办理。", "The application does not stand where this can be done.";
    NOT_YOURS = "您没有办理此事的权限。", "You may not do this.";
}

/// Where a case stands.
#[must_use]
pub const fn stage(stage: StageName) -> Words {
    match stage {
        StageName::Waiting => Words::of("待领取", "waiting for an officer"),
        StageName::Working => Words::of("办理中", "being handled"),
        StageName::Asked => Words::of("等申请人补正", "with the applicant"),
        StageName::Proposed => Words::of("待复核", "for a second person"),
        StageName::Checking => Words::of("承诺待核查", "declaration to be checked"),
        StageName::Closed => Words::of("已办结", "closed"),
    }
}

/// How a case ended.
#[must_use]
pub const fn ending(ending: Ending) -> Words {
    match ending {
        Ending::Approved => Words::of("已批准", "approved"),
        Ending::Refused => Words::of("不予批准", "refused"),
        Ending::Answered => Words::of("已答复", "answered"),
        Ending::HandedOn => Words::of("已转交", "handed on"),
        Ending::Lapsed => Words::of("容缺逾期，已终止", "deferral ran out"),
        Ending::Withdrawn => Words::of("申请人已撤回", "withdrawn"),
        Ending::Broken => Words::of("承诺不实", "declaration did not hold"),
        Ending::Right => trust::ENDED_RIGHT,
        Ending::Wrong => trust::ENDED_WRONG,
        Ending::Recovering => trust::ENDED_RECOVERING,
        Ending::LetBe => trust::ENDED_LET_BE,
    }
}

/// A card, in words: its colour is never all that tells it.
#[must_use]
pub const fn card(card: Card) -> Words {
    match card {
        Card::None => Words::of("无", "none"),
        Card::Yellow => Words::of("黄牌", "yellow card"),
        Card::Red => Words::of("红牌", "red card"),
    }
}

/// What a case is about, by the word of its row.
#[must_use]
pub fn kind(about: &str) -> Words {
    match about {
        "filing" => Words::of("申请转人工", "referred application"),
        "recheck" => Words::of("资格复核", "re-check"),
        "report" => Words::of("群众反映", "report"),
        "sample" => Words::of("抽查", "sample"),
        "recovery" => Words::of("追回核查", "recovery"),
        other => Words::with(other.to_owned(), other.to_owned()),
    }
}

/// A decision as an officer makes it.
#[must_use]
pub const fn verdict(verdict: Verdict) -> Words {
    match verdict {
        Verdict::Approve => APPROVE,
        Verdict::Refuse => REFUSE,
        Verdict::Answer => ANSWER,
    }
}

/// A relief by its name.
#[must_use]
pub const fn relief(relief: Relief) -> Words {
    match relief {
        Relief::Deferral => Words::of("容缺受理", "deferral"),
        Relief::Declaration => Words::of("告知承诺", "declaration"),
    }
}

/// What happened, in a phrase.
#[must_use]
pub fn deed(deed: &Deed) -> Words {
    match deed {
        Deed::Opened(_) => Words::of("立案", "opened"),
        Deed::Assigned { .. } => Words::of("确定经办人", "given to an officer"),
        Deed::HandedOver { .. } => Words::of("移交", "handed over"),
        Deed::MarkedSpecial => Words::of("列为特殊事项", "marked as special"),
        Deed::Asked { .. } => Words::of(
            "一次性告知，时限暂停",
            "asked for everything; the clock stands",
        ),
        Deed::Supplied => Words::of("补正材料", "supplied"),
        Deed::SupplyOver => Words::of(
            "补正期满，时限继续",
            "time for supplying is over; the clock goes on",
        ),
        Deed::Noted => Words::of("记录", "note"),
        Deed::Settled { .. } => Words::of("核实", "settled a finding"),
        Deed::Unsettled { .. } => Words::of("撤销核实", "opened a finding again"),
        Deed::Offered { relief, .. } => offered(*relief),
        Deed::Taken => Words::of("申请人接受", "the applicant accepted"),
        Deed::Lapsed => Words::of("容缺逾期，申请终止", "the deferral ran out"),
        Deed::Proposed { verdict, .. } => proposed(*verdict),
        Deed::Confirmed => Words::of("复核同意", "agreed"),
        Deed::ProposalWithdrawn => Words::of("撤回拟决定", "took the proposal back"),
        Deed::Decided { verdict, .. } | Deed::DecidedDirectly { verdict, .. } => decided(*verdict),
        Deed::Checked { held: true } => Words::of("核查：承诺属实", "checked: it held"),
        Deed::Checked { held: false } => Words::of("核查：承诺不实", "checked: it did not hold"),
        Deed::HandedIn => Words::of("申请人提交文件", "the applicant handed a file in"),
        Deed::Looked { right: true, .. } => trust::ENDED_RIGHT,
        Deed::Looked { right: false, .. } => trust::ENDED_WRONG,
        Deed::RecoveryDecided { recover: true } => trust::ENDED_RECOVERING,
        Deed::RecoveryDecided { recover: false } => trust::ENDED_LET_BE,
        Deed::HandedOn { .. } => Words::of("说明并转交", "explained and handed on"),
        Deed::Withdrawn => Words::of("申请人撤回", "withdrawn by the applicant"),
        Deed::Reopened => Words::of("撤销原决定，重新办理", "undone and opened again"),
        Deed::Reminded { .. } => Words::of("临期提醒", "reminded of the last day"),
        Deed::Carded { card: Card::Red } => Words::of("红牌", "red card"),
        Deed::Carded { .. } => Words::of("黄牌", "yellow card"),
        Deed::Escalated => Words::of("已报督办", "the supervisor was told"),
    }
}

const fn offered(relief: Relief) -> Words {
    match relief {
        Relief::Deferral => Words::of("提出容缺受理", "offered to defer"),
        Relief::Declaration => Words::of("提出告知承诺", "offered a declaration"),
    }
}

const fn proposed(verdict: Verdict) -> Words {
    match verdict {
        Verdict::Approve => Words::of("拟批准", "proposed to approve"),
        Verdict::Refuse => Words::of("拟不予批准", "proposed to refuse"),
        Verdict::Answer => Words::of("拟答复", "proposed an answer"),
    }
}

const fn decided(verdict: Verdict) -> Words {
    match verdict {
        Verdict::Approve => Words::of("批准", "approved"),
        Verdict::Refuse => Words::of("不予批准", "refused"),
        Verdict::Answer => Words::of("答复办结", "answered"),
    }
}

/// How an asking of a register ended.
#[must_use]
pub const fn fetch(outcome: FetchOutcome) -> Words {
    match outcome {
        FetchOutcome::Answered => Words::of("已应答", "answered"),
        FetchOutcome::TimedOut => Words::of("超时", "timed out"),
        FetchOutcome::Unreachable => Words::of("无法连接", "unreachable"),
        FetchOutcome::ServerError => Words::of("对方出错", "server error"),
        FetchOutcome::Refused => Words::of("对方拒绝", "refused"),
        _ => Words::of("答复不可用", "unusable answer"),
    }
}

/// Why a step is not there.
#[must_use]
pub fn step(error: &StepError) -> Words {
    match error {
        StepError::NotNow { stage: at, .. } => {
            let at = stage(*at);
            Words::with(
                format!("事项现在“{}”，不能这样办理。", at.zh),
                format!("The case is now “{}”: this cannot be done to it.", at.en),
            )
        }
        StepError::AskedBefore => Words::of(
            "一次性告知只能一次，已经告知过了。",
            "The applicant has been asked for everything, and is asked a single time.",
        ),
        StepError::Core { .. } => Words::of(
            "核心条件不得容缺，也不得承诺。",
            "A core criterion can be neither deferred nor declared.",
        ),
        StepError::NoRelief => Words::of(
            "本事项不能容缺或承诺，或已经用过。",
            "Nothing can be deferred or declared here, or it has been.",
        ),
        StepError::Deferred => Words::of(
            "容缺的材料还没有补交，不能批准。",
            "What was deferred is not there yet: nothing can be approved before.",
        ),
        StepError::SameEyes => CONFIRM_SAME,
        StepError::TooFew { needs, agreed } => Words::with(
            format!("须 {needs} 人同意，现有 {agreed} 人。"),
            format!("{needs} people must agree, and {agreed} do."),
        ),
        StepError::Referral => Words::of(
            "转人工的申请须作出决定，不能转交。",
            "What the machine referred is decided, and not handed on.",
        ),
        StepError::NotProposed => Words::of("与拟决定不符。", "This is not what was proposed."),
        StepError::NothingNew => Words::of("没有变化，无需办理。", "This changes nothing."),
        StepError::Empty => WRONG_CRITERIA,
        StepError::OutOfOrder { .. } => STALE_AMOUNT,
    }
}

/// Why somebody may not do a thing, by what it needs.
#[must_use]
pub fn forbidden(needs: &str) -> Words {
    let is = |may_not: MayNot| {
        let error = crate::error::StageError::from(may_not);
        matches!(error, crate::error::StageError::Forbidden { needs: word } if word == needs)
    };
    if is(MayNot::Own) {
        return Words::of(
            "本人的事项须由他人办理。",
            "Nobody handles a case of their own.",
        );
    }
    if is(MayNot::Conflict) {
        return Words::of(
            "您已申明利害关系，须回避。",
            "You declared a conflict of interest.",
        );
    }
    if is(MayNot::OfficerOnly) {
        return Words::of("只能由经办人办理。", "Only its officer does this.");
    }
    if is(MayNot::SupervisorOnly) {
        return Words::of("只能由督办人员办理。", "Only a supervisor does this.");
    }
    NOT_YOURS
}
