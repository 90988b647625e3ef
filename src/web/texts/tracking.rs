//! Texts of 服务跟踪卡 and of what an applicant does about their case.

use crate::domain::desk::{Ending, Relief};
use crate::web::words::Words;

texts! {
    CLAIMED_TITLE = "须退回的补贴", "What has to be paid back";
    CLAIMED_AMOUNT = "应退回", "To be paid back";
    CLAIMED_REPAID = "已退回", "Paid back so far";
    CLAIMED_OUTSTANDING = "尚未退回", "Still to come";
    CLAIMED_HOW = "如何退回、能否分期，请联系下方经办人；对决定不服的，可按上面所列途径提出。", "Ask the officer below how to pay it back, and whether in parts. If you disagree, the ways above are open to you.";
    CARD_TITLE = "服务跟踪卡", "Tracking card";
    CARD_NUMBER = "事项编号", "Case number";
    CARD_OFFICER = "经办人", "Officer";
    CARD_CONTACT = "联系方式", "How to reach them";
    CARD_FINDING = "正在安排经办人", "an officer is being found";
    CARD_NEXT = "接下来", "What comes next";
    CARD_UNTIL = "截止", "until";
    CARD_SO_FAR = "办理经过", "So far";

    NEXT_OFFICER_FOUND = "正在为您安排经办人。", "An officer is being found for you.";
    NEXT_OFFICER = "经办人正在核实，您不用做什么。", "The officer is looking into it; there is nothing for you to do.";
    NEXT_SUPPLY = "请您补正。在此之前办理时限暂停。", "Please supply what is missing. The clock stands until then.";
    NEXT_SUPPLY_ENDS = "请您补交容缺的材料。逾期未补，申请终止。", "Please supply what was deferred. If it comes late the application ends.";
    NEXT_SECOND = "决定已拟好，正由另一人复核。", "A decision is prepared; a second person is looking at it.";
    NEXT_CHECK = "已批准。您的承诺将在期限内核查。", "Approved. What you declared is checked by then.";

    MISSING_TITLE = "一次性告知：还缺什么", "What is missing, all at once";
    MISSING_ABOUT = "涉及", "About";
    SUPPLY_TITLE = "补正", "Supply it";
    SUPPLY_WORDS = "补正说明", "What you supply";
    SUPPLY_HINT = "写明情况；如向数据部门更正了记录，请写明部门和日期。最多 2000 字。", "Say how it is; if you had a record mended, say where and when. At most 2000 characters.";
    SUPPLY_FILES = "需要交纸质材料的，也可以到承办窗口当面提交。", "What is on paper can also be brought to the desk.";
    SUPPLY_DO = "提交补正", "Send it";
    SUPPLY_MISSING = "请写明您补正了什么，最多 2000 字。", "Say what you supply, in at most 2000 characters.";

    OFFER_DEFERRAL_TITLE = "可以容缺受理", "You may supply this later";
    OFFER_DEFERRAL_TEXT = "先受理、后补交。您自愿选择；选择后须在期限内补交，逾期未补，本次申请终止（不是不予批准，可以重新申请）。", "It goes on now and you supply later. It is your choice; if you take it, supply by the day below. Late is the end of this application: nothing is refused, and you may apply anew.";
    OFFER_DECLARATION_TITLE = "可以告知承诺", "You may declare this";
    OFFER_DECLARATION_TEXT = "您书面承诺以下条件属实，即可先行办理；事后会核查，承诺不实的，补贴予以追回，并记入信用。", "You declare in writing that the conditions below hold, and it goes on. It is checked afterwards; if it does not hold, the money is taken back.";
    OFFER_CRITERIA = "适用于", "For";
    OFFER_WORDS_DEFERRAL = "您准备补交什么", "What you will supply";
    OFFER_WORDS_DECLARATION = "您的承诺", "Your declaration";
    OFFER_HINT = "用您自己的话写。最多 2000 字。", "In your own words. At most 2000 characters.";
    OFFER_TAKE_DEFERRAL = "同意，先受理后补交", "I agree: go on, and I supply later";
    OFFER_TAKE_DECLARATION = "我承诺属实", "I declare that it is so";
    OFFER_NOT_NEEDED = "不选也可以：经办人照常核实。", "You need not: the officer then looks into it as usual.";
    OFFER_MISSING = "请写明，最多 2000 字。", "Write something, at most 2000 characters.";

    DONE_SUPPLY = "已收到您的补正，办理继续。", "We have what you sent, and it goes on.";
    DONE_OFFER = "已记下，办理继续。", "Noted, and it goes on.";
    NOT_ASKED = "现在没有需要您补正的，可能已经收到或时限已过。", "Nothing is asked of you now: it may have arrived already, or the time is over.";

    REFUSED_TITLE = "不予批准的决定", "The decision to refuse";
    REFUSED_GROUNDS = "理由", "Grounds";
    REFUSED_BASIS = "法律依据", "Legal basis";
    REFUSED_REMEDIES = "您的救济途径", "What you can do about it";
}

/// What is offered, by its title.
#[must_use]
pub const fn offer_title(relief: Relief) -> Words {
    match relief {
        Relief::Deferral => OFFER_DEFERRAL_TITLE,
        Relief::Declaration => OFFER_DECLARATION_TITLE,
    }
}

/// What taking it means.
#[must_use]
pub const fn offer_text(relief: Relief) -> Words {
    match relief {
        Relief::Deferral => OFFER_DEFERRAL_TEXT,
        Relief::Declaration => OFFER_DECLARATION_TEXT,
    }
}

/// How the case ended, to the applicant.
#[must_use]
pub const fn ended(ending: Ending) -> Words {
    match ending {
        Ending::Approved => Words::of("已办结：批准。", "Closed: approved."),
        Ending::Refused => Words::of(
            "已办结：不予批准，理由和救济途径见上。",
            "Closed: refused. Grounds and remedies stand above.",
        ),
        Ending::Answered => Words::of("已办结：已答复。", "Closed: answered."),
        Ending::HandedOn => Words::of(
            "已转交有权办理的单位。",
            "Handed on to the office in charge.",
        ),
        Ending::Lapsed => Words::of(
            "容缺逾期未补，本次申请终止；您可以重新申请。",
            "What was deferred did not come in time, and this application has ended. You may apply anew.",
        ),
        Ending::Withdrawn => Words::of("您已撤回。", "You have withdrawn it."),
        Ending::Broken => Words::of(
            "已办结：承诺经核查不属实。",
            "Closed: what was declared did not hold.",
        ),
        Ending::Right => Words::of("已核看，批准无误。", "Looked at, and found right."),
        Ending::Wrong => Words::of(
            "经核看，批准已撤销，理由和救济途径见上。",
            "Looked at: the approval was taken back. Grounds and remedies stand above.",
        ),
        Ending::Recovering => Words::of(
            "已决定：所付款项应予退回。",
            "Decided: what was paid has to come back.",
        ),
        Ending::LetBe => Words::of(
            "已核查：所付款项无需退回。",
            "Looked into: what was paid need not come back.",
        ),
    }
}

/// What has happened, as an applicant is told of it; by the word of the act.
#[must_use]
pub fn so_far(act: &str) -> Option<Words> {
    let (zh, en) = match act {
        "case.opened" => ("转人工办理", "came to a person"),
        "case.assigned" => ("确定经办人", "given to an officer"),
        "case.handed_over" => ("换了经办人", "given to another officer"),
        "case.marked_special" => (
            "列为特殊事项，时限延长",
            "marked as special, with a longer time limit",
        ),
        "case.asked" => ("一次性告知", "you were asked for what is missing"),
        "case.supplied" => ("收到您的补正", "what you supplied arrived"),
        "case.supply_over" => ("补正期满", "the time for supplying was over"),
        "case.offered" => ("向您提出容缺或承诺", "you were offered a relief"),
        "case.taken" => ("您已接受", "you accepted"),
        "case.lapsed" => ("容缺逾期，申请终止", "the deferral ran out"),
        "case.decided" | "case.decided_directly" => ("作出决定", "decided"),
        "case.checked" => ("承诺已核查", "what you declared was checked"),
        "case.handed_in" => ("收到您提交的文件", "a file you handed in arrived"),
        "case.looked" => ("批准已经核看", "the approval was looked at"),
        "case.recovery_decided" => (
            "追回核查已有结论",
            "it was decided whether money comes back",
        ),
        "case.handed_on" => ("转交", "handed on"),
        "case.withdrawn" => ("您已撤回", "you withdrew it"),
        "case.reopened" => ("重新办理", "opened again"),
        _ => return None,
    };
    Some(Words::of(zh, en))
}
