//! Texts of what people look at after the machine, and of what is recovered.

use crate::domain::desk::{Look, Why};
use crate::domain::payment::PaymentState;
use crate::web::words::Words;

texts! {
    // How it ended
    ENDED_RIGHT = "核看无误", "Found right";
    ENDED_WRONG = "核看有误，已撤销批准", "Found wrong, the approval was taken back";
    ENDED_RECOVERING = "决定追回", "Has to come back";
    ENDED_LET_BE = "无需退回", "Need not come back";
    // For the applicant
    HELD_LINE = "已批准；付款前由工作人员核看一次", "Approved; a person looks before the money goes";
    // Why somebody looks
    BECAUSE = "为何立案", "Why there is a case";
    // What an officer says of a sample
    LOOK = "核看结论", "Say what you found";
    LOOK_TEXT = "自动批准的申请，请与各项记录核对。先预览，再确定。", "The machine approved this: compare it with the records. You see it first; nothing is decided yet.";
    LOOK_HELD = "在您作出结论之前不付款。", "Nothing is paid before you have said so.";
    RIGHT = "批准无误", "It was right";
    WRONG = "批准有误，撤销", "It was wrong: take it back";
    // What an officer says of a recovery
    RECALL = "是否追回", "Decide whether it comes back";
    RECALL_TEXT = "只追回实际已付的数额，分毫不差。先预览，再确定。", "What comes back is exactly what was paid. You see it first; nothing is decided yet.";
    RECALL_ON_ITS_WAY = "款项还在途中，到账或退回之前不能决定追回。", "The payment is on its way: nothing can be claimed before it has arrived or come back.";
    RECOVER = "须退回", "It has to come back";
    LET_BE = "无需退回", "It need not come back";
    BASIS = "法律依据（撤销或追回时必填）", "Legal basis (needed to take back or to claim)";
    // What was granted
    GRANTED = "批准的款项", "What was granted";
    INSTALMENT = "分期", "Instalment";
    AT_ISSUE = "本事项所涉", "at issue here";
    PAID_SO_FAR = "已到账", "Paid so far";
    AMOUNT_RECALLED = "应退金额", "To come back";
    AMOUNT_AT_ISSUE = "所涉金额", "Amount at issue";
    REPAID = "已退回", "Has come back";
    OUTSTANDING = "尚未退回", "Still to come";
    NOT_CLAIMED = "尚未决定追回", "not claimed";
    // Preview
    FOLLOWS = "随后", "What follows";
    FOLLOWS_RIGHT = "记为核看无误。款项照常发放。", "It is recorded as right. Payments go on as they were.";
    FOLLOWS_RIGHT_HELD = "记为核看无误，暂停的款项立即发放。", "It is recorded as right, and what was held goes on its way at once.";
    FOLLOWS_WRONG = "撤销批准：未付的不再发放，预算退回；已付的是否追回另行立案。", "The approval is taken back: what is not paid is not paid any more, and whether what was paid comes back is a case of its own.";
    FOLLOWS_RECOVER = "记入应收账，等待退回；同一款项只追回一次。", "A receivable is booked and waits for the money; a payment is claimed once.";
    FOLLOWS_LET_BE = "款项不动，本事项办结，不再追回。", "The money stays where it is, and it is not asked for again.";
    READS_RIGHT = "不另行通知；款项到账时照常告知。", "Nothing of this; they are told when money arrives, as always.";
    READS_WRONG = "原批准已撤销。", "The approval has been taken back.";
    READS_RECOVER = "以下款项应予退回。", "The following has to be paid back.";
    READS_LET_BE = "经核查，款项无需退回。", "It was looked into, and need not be paid back.";
    // What came of it
    DONE_LOOKED = "核看结论已记录。", "What you found is recorded.";
    DONE_RECALLED = "追回决定已记录。", "The decision is recorded.";
}

/// Why a person looks at what the machine approved.
#[must_use]
pub const fn look(because: Look) -> Words {
    match because {
        Look::Drawn => Words::of("随机抽取", "Drawn by lot"),
        Look::First => Words::of(
            "新政策版本的首批申请，付款前核看",
            "Among the first approvals of a policy version: looked at before payment",
        ),
        Look::Account => Words::of(
            "更正后的收款账户另有他人填写",
            "The corrected account is one that others have named too",
        ),
    }
}

/// Why something that was paid may have to come back.
#[must_use]
pub fn why(because: Why) -> Words {
    match because {
        Why::Drift { stopped, .. } => Words::with(
            format!("付款后停缴社会保险：自 {stopped} 起没有缴费记录"),
            format!("Social security has stopped since the payment: none from {stopped} on"),
        ),
        Why::Sample { .. } => Words::of(
            "抽查认定批准有误",
            "The approval was found wrong when it was looked at",
        ),
        Why::Declaration { .. } => Words::of("承诺事项不属实", "What was declared did not hold"),
    }
}

/// Where a payment stands, as officers read it.
#[must_use]
pub const fn payment(state: PaymentState, is_held: bool) -> Words {
    match state {
        PaymentState::Scheduled if is_held => Words::of("核看后发放", "paid after the look"),
        PaymentState::Settled => Words::of("已到账", "arrived"),
        other => super::payment(other),
    }
}
