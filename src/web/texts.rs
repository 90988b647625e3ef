//! Every text of the pages, in both languages: a text that lacks one does not compile. Names of the field follow the glossary.

use super::words::Words;
use crate::domain::application::StateName;
use crate::domain::bank::AccountKind;
use crate::domain::judgement::{Cause, Verdict};
use crate::domain::payment::PaymentState;
use crate::domain::source::SourceId;

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $zh:literal, $en:literal;)+) => {
        $($(#[$doc])* pub const $name: Words = Words::of($zh, $en);)+

        /// Every fixed text with its name, for the test that reads them all.
        pub const ALL: &[(&str, Words)] = &[$((stringify!($name), $name)),+];
    };
}

#[expect(missing_docs, reason = "each text says itself what it is")]
pub mod batches;
#[expect(missing_docs, reason = "each text says itself what it is")]
pub mod budgets;
#[expect(missing_docs, reason = "each text says itself what it is")]
pub mod causes;
#[expect(missing_docs, reason = "each text says itself what it is")]
pub mod desk;
#[expect(missing_docs, reason = "each text says itself what it is")]
pub mod finance;
#[expect(missing_docs, reason = "each text says itself what it is")]
pub mod statements;
#[expect(missing_docs, reason = "each text says itself what it is")]
pub mod trust;

#[expect(missing_docs, reason = "each text says itself what it is")]
pub mod casework;

#[expect(missing_docs, reason = "each text says itself what it is")]
pub mod tracking;

#[expect(missing_docs, reason = "each text says itself what it is")]
pub mod board;

#[expect(missing_docs, reason = "each text says itself what it is")]
pub mod files;

#[expect(missing_docs, reason = "each text says itself what it is")]
pub mod report;

#[expect(missing_docs, reason = "each text says itself what it is")]
mod fixed {
    use super::Words;

    texts! {
        // The frame
        BRAND = "三秒 · 人才补贴", "sanmiao · talent subsidy";
        SKIP = "跳到正文", "Skip to the main part";
        NAV = "主导航", "Main";
        NAV_HOME = "我的", "Mine";
        NAV_FIGURES = "承诺", "Figures";
        SIGN_OUT = "退出", "Sign out";
        TEXT_SIZE = "字号", "Text size";
        SIZE_NORMAL = "标准", "Normal";
        SIZE_LARGE = "大字", "Large";
        THEME = "外观", "Appearance";
        THEME_AUTO = "跟随系统", "As the system";
        THEME_LIGHT = "浅色", "Light";
        THEME_DARK = "深色", "Dark";
        APPLY_PREFERENCES = "应用", "Apply";
        FOOT = "本页不加载任何第三方内容。您的资料仅用于办理您本人申请的事项。", "This page loads nothing from third parties. Your data are used for what you apply for, and for nothing else.";
        BACK = "返回", "Back";
        RELOAD = "刷新看进度", "Reload to see how far it is";
        PRINT = "打印或存为 PDF", "Print or save as PDF";

        // Public
        WELCOME_TITLE = "人才补贴，三秒到位", "Talent subsidies in three seconds";
        WELCOME_LEDE = "数据多跑路，人才零跑腿：表单由权威数据自动填好，一键申报；符合条件的由系统即时审批，补贴资金直达您的账户。", "Registers fill the form, one click files it, the machine approves what is proven, and the money goes straight to your account.";
        WELCOME_START = "登录，看看我能享受什么", "Sign in and see what fits me";
        HOW_TITLE = "怎么办", "How it works";
        STEP_PREFILL = "秒报", "Filled at once";
        STEP_PREFILL_TEXT = "经您授权，自动比对人才引进、学历、学位、社保数据，表单已填好，您只需核对。", "With your consent the registers of talent introduction, education, degrees and social security fill the form; you only check it.";
        STEP_APPROVE = "秒批", "Approved at once";
        STEP_APPROVE_TEXT = "条件全部核实即自动通过；不能核实的转给专人，一次性告知，绝不由机器拒绝。", "When every condition is proven the machine approves. What it cannot prove goes to a person, with everything said at once. The machine never refuses.";
        STEP_PAY = "秒付", "Paid at once";
        STEP_PAY_TEXT = "通过后资金指令即时送达市财政国库，分文不差，只付一次，去向全程可查。", "After approval the order goes to the city treasury at once, exact to the fen, exactly once, and you can follow it to your bank.";
        POLICIES_TITLE = "现行政策", "Policies in force";
        POLICY_CONDITIONS = "申请条件", "Conditions";
        POLICY_AMOUNTS = "补贴标准", "Amounts";
        POLICY_BASIS = "依据", "Legal basis";
        POLICY_VERSION = "版本", "Version";
        APPLY = "申请", "Apply";
        POLICY_SAMPLE = "示例政策，数值为样例", "A sample: its values are made up";
        EXTRA_AMOUNT = "另加", "On top";

        TERMS_TITLE = "办理承诺", "What we promise";
        TERM_MACHINE = "条件全部核实的，系统即时批准，不用等人。", "When every condition is proven the machine approves at once; nobody has to be waited for.";
        TERM_NO_PUBLICITY = "不公示，通过即发放。", "Approval is not published first; payment begins at once.";
        TERM_SAMPLE = "样例", "sample";

        // The figures
        FIGURES_TITLE = "服务承诺，实时数字", "Our promise, in live figures";
        FIGURES_NONE = "还没有审批过的申请。有了才有数字，这里不编造。", "No application decided yet. Figures come with the first ones; none are made up here.";
        FIGURES_STRIP = "做到了多少", "How well we keep it";
        FIGURES_MORE = "全部数字和算法", "All figures, and how they are reckoned";
        FIGURES_BY_POLICY = "分政策", "By policy";
        FIGURES_HALF = "时间为中位数：一半的申请在此之内", "Times are medians: half took no longer";
        FIGURES_OTHERS = "其他政策（合并）", "Other policies, together";
        FIGURES_HOW = "怎么算的", "How this is reckoned";
        FIGURES_MADE = "计算时间", "Made";
        FIGURE_BY_MACHINE = "系统直接批准", "Approved by machine";
        FIGURE_TO_PEOPLE = "转专人办理", "Went to a person";
        FIGURE_TO_DECISION = "提交后多久审批", "From filing to decision";
        FIGURE_TO_MONEY = "提交后多久到账", "From filing to money";
        FIGURE_ANSWERS = "以数据代替纸质材料", "Register answers in place of paper";
        FIGURE_ANSWERS_MORE = "次数据部门的直接答复", "given by the registers themselves";
        FIGURE_MATERIALS = "免交材料", "Materials not brought";
        FIGURE_DAYS = "省下的工作日", "Working days saved";
        FIGURE_NOT_STATED = "未计", "not stated";
        FIGURE_NOT_STATED_MORE = "政策文件没有载明原来是多少", "the policy documents do not say how it was before";
        FIGURE_NONE_YET = "暂无", "none yet";
        FIGURE_NONE_YET_MORE = "还没有到账的款项", "no money has arrived yet";
        COLUMN_DECIDED = "已审批", "Decided";
        COLUMN_BY_MACHINE = "系统批准", "By machine";
        COLUMN_DECISION = "审批用时", "To decision";
        COLUMN_MONEY = "到账用时", "To money";
        NOTE_BY_MACHINE = "系统直接批准：第一次决定就由系统批准。其余都由专人办理，系统从不拒绝。", "Approved by machine: the first decision was an approval by the machine. All others went to a person; the machine never refuses.";
        NOTE_TIMES = "时间从点击提交算起，包括等数据部门恢复、等专人、等预算和公示。到账只算首期、发放前不必再核对的款项，不论由谁批准。", "Times begin with the click on “File it” and include waiting for a register, a person, the budget and publicity. Money means first instalments that nothing is checked for again, whoever approved them.";
        NOTE_ANSWERS = "以数据代替纸质材料：每份申请的表单由几个数据部门填写，就算几次。", "Register answers: each register that an application's form was filled from counts once.";
        NOTE_MATERIALS = "免交材料：只算系统直接批准的申请，每份按它的政策文件载明的原需材料数计。", "Materials: only applications the machine approved count, each with the number its policy document says was asked for before.";
        WHY_MATERIALS = "政策文件没有载明原需材料数的", "the policy document does not say how many materials were asked for";
        WHY_DAYS = "政策文件没有载明原需天数、或超出已公布的工作日历的", "the policy document does not say how long it took, or the working calendar does not reach that far";
        NOTE_DAYS = "工作日按国务院公布的日历计：提交当天也算，开始了的工作日都算整天，周末和假日不算；比原来慢的，从省下的里面扣。原来的天数以政策文件载明的为准。", "Working days go by the official calendar: the day of filing counts, a day that was begun is a whole one, weekends and holidays are none; who took longer than before is taken off. How long it took before is what the policy document says.";

        // What fits me
        HELLO = "您好，", "Welcome, ";
        MINE_TITLE = "我的补贴", "My subsidies";
        MINE_APPLICATIONS = "我的申请", "My applications";
        MINE_NONE = "还没有申请。", "No applications yet.";

        FITS_TITLE = "我能享受什么", "What fits me";
        FITS_TEXT = "还没申请，也能先知道：经您授权比对权威数据，告诉您符合哪些政策、还差什么、能领多少。", "Know before you apply: with your consent the registers are compared with every policy, and you see which fit, what is missing, and how much it comes to.";
        FITS_CONSENT = "点按即同意查询以下数源，仅用于本次比对；数源的答复不保存，结果保存一天，可随时删除：", "By pressing you consent that these registers are asked, for this comparison only. Their answers are not kept; the result is, for a day, and you can delete it:";
        FITS_ASK = "同意，看看我能享受什么", "I agree: show what fits me";
        FITS_SILENT = "暂时没有应答，恢复后请再比对一次：", "Not answering now; compare again later:";
        FITS_NONE = "按现有记录，目前没有完全符合的政策。差在哪里见下。", "As the records stand, no policy fits now. Below is what is missing.";
        FITS_FAR = "其他政策，还差在哪里", "Other policies, and what is missing";
        FITS_ASKED = "比对时间", "Compared";
        FITS_KEPT = "，保存一天后删除。", ", deleted after a day.";
        FITS_AGAIN = "重新比对", "Compare again";
        FITS_FORGET = "删除结果并撤回授权", "Delete this and take back the consent";
        FIT_YES = "全部符合", "fits";
        FIT_WAITS = "等数源应答", "waiting for a register";
        FIT_NEARLY = "只差一点", "nearly fits";
        FIT_NOT_NOW = "目前不符合", "does not fit now";
        FIT_UP_TO = "最多 ", "up to ";
        FIT_WOULD_BE = "补齐后可领", "once that is there:";
        FIT_MISSING = "还差：", "Missing: ";
        FIT_OPEN = "打开已填好的表", "Open the filled form";
        FIT_OPEN_CONSENT = "点按即同意为本项申请查询：", "By pressing you consent that these are asked for this application:";
        FIT_STILL = "仍要申请，由专人核实", "Apply all the same: a person will look into it";
        FIT_FILE_AHEAD = "先申请，数源恢复后自动继续", "Apply now: it goes on by itself when the register is back";
        FIT_TAKEN = "这项待遇您已申请。", "You have applied for this benefit.";
        FIT_TAKEN_LINK = "查看申请", "See the application";

        // Consent and the one page
        CONSENT_TITLE = "数据授权", "Consent";
        CONSENT_TEXT = "为办理本项补贴，您同意向下列数源部门查询您的记录。仅用于本项申请；撤回申请即停止使用。", "To handle this application you consent that these registers are asked for your records, for this application only.";
        CONSENT_AGREE = "同意，打开已填好的表", "I agree: open the filled form";
        FORM_TITLE = "请核对", "Please check";
        FORM_LEDE = "下面的内容由权威数据自动填好，您不用再填。发现不对，点“有误”，会有专人核实。", "Official registers have filled this in. Where something is wrong, say so, and a person will look into it.";
        FROM_IDENTITY = "统一身份认证", "Sign-in";
        RECORD_OF = "数据日期", "as of";
        WRONG = "有误", "This is wrong";
        WRONG_WORDS = "哪里不对？", "What is wrong?";
        WRONG_WORDS_HINT = "例如：合同已续签到 2029 年。最多 1000 字。", "For instance: the contract was renewed until 2029. At most 1000 characters.";
        WRONG_SEND = "提交有误说明", "Say that it is wrong";
        WRONG_SAID = "您已说明此项有误，提交后由专人核实。", "You said that this is wrong; a person will look into it after filing.";
        NOTHING = "无", "none";
        ROW_NO_RECORD = "数源部门没有相应记录", "The register holds no record";
        ROW_PENDING = "数源部门暂时没有应答，恢复后自动补上", "The register does not answer now; it will be filled when it is back";
        ROW_CONFLICT = "数源部门的记录不一致：", "Registers disagree:";
        AHEAD_TITLE = "提交后由专人核实", "A person will look into this";
        AHEAD_TEXT = "按现有记录，以下几项不能自动通过。您仍可提交，由专人核实；能先更正的，更正后再申请更快。", "As the records stand, the machine cannot approve these. You may file all the same and a person decides; what you can put right first is quicker.";
        TYPED_TITLE = "只需您填写", "For you to fill in";
        TYPED_LEDE = "数据部门没有的，只有这几项。", "No register holds these.";
        HOLDER = "户名", "Account holder";
        HOLDER_HINT = "只能付给申请人本人。", "Only the applicant can be paid.";
        KIND = "收款账户", "Where the money goes";
        KIND_HINT = "两种账户同样核对、同样到账；都须是您本人的账户。", "Either is checked and paid in the same way; either must be your own.";
        KIND_YOUYUE = "优粤佛山卡", "Youyue card";
        KIND_OTHER = "其他银行账户", "Another bank account";
        ACCOUNT_OF_BANK = "银行账户", "Bank account";
        PAID_TO = "付至：", "To: ";
        ACCOUNT = "银行账号", "Account number";
        ACCOUNT_HINT = "只写数字，照卡面抄写。", "Digits only, as on the card.";
        BANK = "开户行联行号", "CNAPS code of the bank";
        BANK_HINT = "12 位数字，可在银行 App 的账户详情里查到。", "12 digits; the bank's app shows it with the account.";
        PHONE = "手机号码", "Mobile telephone";
        PHONE_HINT = "只用于通知您办理进度。境外号码以 + 和国家代码开头。", "For messages about this application only. From abroad with + and country code.";
        ACCOUNT_ODD = "账号末位校验不符，请对照卡面再看一遍。", "The last digit of the account does not fit the others. Please compare it with the card.";
        ACCOUNT_COMPARED = "我已对照，账号无误（老卡可能如此）", "I have compared it: the number is right (old cards may differ)";
        BANK_ODD = "联行号应为 12 位数字，且末位为校验位，请核对。", "A CNAPS code has 12 digits and the last one checks the others. Please compare.";
        PHONE_ODD = "请填写手机号码，例如 13800000000；境外号码以 + 和国家代码开头。", "Write a mobile number such as 13800000000, or + and country code.";
        ACCOUNT_DIGITS = "请填写银行账号，只写数字。", "Write the account number, digits only.";
        WORDS_MISSING = "请写明哪里不对。", "Say what is wrong.";
        WORDS_LONG = "最多 1000 字。", "At most 1000 characters.";
        DECLARE = "点击提交即表示：以上内容经本人核对；同意依此办理。审批由系统自动进行，您有权要求说明，也可以随时要求人工办理。", "By filing you confirm that you have checked this. The machine decides; you may ask for an explanation, and for a person at any time.";
        FILE = "确认提交", "File it";
        KEPT_AFTER = "登录已过期，您填写的内容还在，请核对后再提交。", "Your sign-in had ended. What you typed is still here: check it and file again.";
        TYPED_SAVE = "暂存，以后再填", "Save for later";
        TYPED_KEPT = "已暂存。关掉页面、换手机登录，内容都还在；30 天内有效。", "Saved. Close the page or sign in on another device: it is all still here, for 30 days.";
        TYPED_BACK = "您上次填写的内容还在，请接着填。", "What you typed last time is still here: go on where you were.";
        TYPED_QUIETLY = "填写的内容已自动保存", "What you typed is saved";
        RENEWED = "数据已更新，请再核对一遍后提交。", "The registers were asked anew: please check again before filing.";
        ERRORS_TITLE = "有几处需要更正", "There is something to correct";
        WITHDRAW = "撤回申请", "Withdraw";
        WITHDRAW_SURE = "撤回后本申请终止，可以重新申请。", "This ends the application. You may apply again.";

        // The answer
        CHECK_WAITS = "等待应答", "waiting";
        CHECK_WAITS_FOR = "等待数源应答：", "Waiting for the register: ";
        CHECKS_TITLE = "逐项核对结果", "Check by check";
        ANSWER_FILED = "已受理，正在核对", "Filed, being judged";
        ANSWER_APPROVED = "通过了", "Approved";
        ANSWER_REFERRED = "已转专人办理", "A person has it now";
        ANSWER_PARKED = "等待数源部门恢复", "Waiting for a register";
        ANSWER_WAITING = "符合条件，等待预算指标", "You qualify; waiting for the budget";
        ANSWER_PUBLICITY = "已通过，公示中", "Approved and published";
        ANSWER_REFUSED = "未通过", "Refused";
        ANSWER_WITHDRAWN = "已撤回", "Withdrawn";
        TRACKING = "受理编号", "Reference";
        DESK = "承办窗口", "Desk";
        DESK_NAME = "人才补贴人工办理台", "desk for talent subsidies";
        ERROR_PREFIX = "有误：", "Error: ";
        PROMISED = "承诺办结", "Promised by";
        NOTICE_TITLE = "一次性告知：还需核实以下事项", "Everything that is still open, at once";
        ASK_PERSON = "要求人工办理", "Ask for a person";
        ASK_PERSON_TEXT = "您可以随时要求由专人办理，不需要理由。", "You may have a person decide, at any time, without giving reasons.";
        EXPLAIN = "查看审批说明", "Read the explanation";
        SOURCES_DOWN = "暂时没有应答", "Not answering now";

        // The money
        MONEY_TITLE = "资金去向", "Follow the money";
        INSTALMENT = "期次", "Instalment";
        DUE = "发放日", "Due";
        WAY_INSTRUCTED = "资金指令已生成", "Order made";
        WAY_ACCEPTED = "市财政国库已受理", "Accepted by the treasury";
        WAY_SETTLED = "已到账", "At your bank";
        WAY_RETURNED = "银行退票", "Sent back by the bank";
        WAY_REJECTED = "国库退回", "Sent back by the treasury";
        WAY_UNKNOWN = "正在与国库核对", "Being confirmed with the treasury";
        RECHECK = "发放前再次核对资格", "Eligibility is checked again first";
        MONEY_SETTLED = "已到账，请查收。后续各期到期自动发放。", "At your bank. Later instalments are paid by themselves when they fall due.";
        RETURNED_TITLE = "这笔款被退回，请更正账户", "This payment came back: please correct the account";
        RETURNED_TEXT = "钱没有丢。更正后立即重新发放，不会重复，也不会漏发。", "The money is not lost. It is paid again as soon as the account is corrected, once and not twice.";
        CORRECT_ACCOUNT = "更正并重新发放", "Correct and pay again";

        RECEIPT = "收款凭单", "Receipt";
        RECEIPT_TITLE = "补贴发放凭单", "Receipt of a subsidy";
        RECEIPT_FOOT = "本凭单由系统生成，以市财政国库的记录为准。", "Made by the system; the treasury's records prevail.";
        PAYEE = "收款人", "Payee";
        FOR_WHAT = "事项", "For";
        TOTAL = "合计", "Total";
        TREASURY_NO = "国库流水号", "Treasury number";

        // The explanation
        DOWNLOADS = "下载", "Downloads";
        DOWNLOAD_DATA = "我的全部数据（JSON）", "All my data (JSON)";
        DOWNLOAD_BUNDLE = "可离线复核的决定包（JSON）", "Decision bundle that anyone can recompute offline (JSON)";
        EXPLANATION_TITLE = "审批说明", "Explanation of the decision";
        BY_MACHINE = "由系统自动作出", "Made by machine";
        BY_PERSON = "由工作人员作出", "Made by a person";
        DECIDED_AT = "作出时间", "Decided";
        RECORD_BEHIND = "依据的记录", "Records behind it";
        ADVICE = "可以怎么办", "What you can do";
        HASH = "决定摘要", "Digest of the decision";
        NO_DECISION = "还没有作出决定。", "There is no decision yet.";
        VALUE_UNKNOWN = "未取得", "not known";
        VALUE_NO_RECORD = "无记录", "no record";
        VALUE_CONTRADICTORY = "记录互相矛盾", "records contradict each other";

        // Out of the way
    }
}

pub use fixed::*;

/// A register as people call it.
#[must_use]
pub const fn source(source: SourceId) -> Words {
    match source {
        SourceId::TalentIntroduction => Words::of("人才引进", "Talent introduction"),
        SourceId::Education => Words::of("学历", "Education"),
        SourceId::Degree => Words::of("学位", "Degree"),
        SourceId::SocialSecurity => Words::of("社会保险", "Social security"),
    }
}

/// The origin of a row, as stored.
#[must_use]
pub fn origin(origin: &str) -> Words {
    SourceId::ALL
        .into_iter()
        .find(|known| known.as_str() == origin)
        .map_or(FROM_IDENTITY, source)
}

/// A code of the registers as people say it (schemas/evidence).
#[must_use]
pub fn code(code: &str) -> Option<Words> {
    let (zh, en) = match code {
        "true" => ("是", "yes"),
        "false" => ("否", "no"),
        "resident_id" => ("居民身份证", "resident ID card"),
        "residence_permit" => ("港澳台居民居住证", "residence permit"),
        "permanent_residence" => ("外国人永久居留身份证", "permanent residence ID card"),
        "passport" => ("护照", "passport"),
        "doctor" => ("博士", "doctor"),
        "postdoc" => ("博士后", "postdoc"),
        "master" => ("硕士", "master"),
        "bachelor" => ("学士", "bachelor"),
        "leading_talent" => ("领军人才", "leading talent"),
        "senior_title" => ("高级职称", "senior title"),
        "mid_title" => ("中级职称", "mid-level title"),
        "mid" => ("中级", "mid-level"),
        "associate_senior" => ("副高级", "associate senior"),
        "senior" => ("正高级", "senior"),
        "senior_technician" => ("高级技师", "senior technician"),
        "completed" => ("已办结", "completed"),
        "in_progress" => ("办理中", "in progress"),
        "revoked" => ("已撤销", "revoked"),
        "introduction" => ("人才引进", "talent introduction"),
        "civil_service" => ("公务员录用", "civil service"),
        "full_time" => ("全日制", "full-time"),
        "part_time" => ("非全日制", "part-time"),
        "distance" => ("远程", "distance"),
        "enterprise" => ("企业", "enterprise"),
        "public_institution" => ("事业单位", "public institution"),
        "government" => ("机关", "government"),
        "social_organisation" => ("社会组织", "social organisation"),
        "academic" => ("学术学位", "academic degree"),
        "professional" => ("专业学位", "professional degree"),
        "equivalent" => ("同等学力", "equivalent qualification"),
        "valid" => ("有效", "valid"),
        "graduated" => ("毕业", "graduated"),
        "not_completed" => ("未结业", "not completed"),
        "settling_in" => ("安家补贴", "settling-in subsidy"),
        "rent" => ("租房补贴", "rent subsidy"),
        "living" => ("生活补贴", "living subsidy"),
        _ => return None,
    };
    Some(Words::of(zh, en))
}

/// A code that means something in one member of one register alone: levels by GB/T 6864-2003 and GB/T 4658-2006, insurances.
#[must_use]
pub fn code_at(origin: &str, pointer: &str, value: &str) -> Option<Words> {
    let member = pointer.rsplit('/').next().unwrap_or_default();
    let (zh, en) = match (origin, member, value) {
        ("degree", "level", "2") => ("博士", "doctor"),
        ("degree", "level", "3") => ("硕士", "master"),
        ("degree", "level", "4") => ("学士", "bachelor"),
        ("education", "level", "11") => ("博士研究生毕业", "doctoral studies, graduated"),
        ("education", "level", "12") => ("博士研究生结业", "doctoral studies, completed"),
        ("education", "level", "13") => ("博士研究生肄业", "doctoral studies, not completed"),
        ("education", "level", "14") => ("硕士研究生毕业", "master's studies, graduated"),
        ("education", "level", "21") => ("大学本科毕业", "undergraduate studies, graduated"),
        ("education", "level", "31") => ("大学专科毕业", "junior college, graduated"),
        ("social_security", "insurance", "110") => ("养老保险", "pension"),
        ("social_security", "insurance", "210") => ("失业保险", "unemployment"),
        ("social_security", "insurance", "310") => ("医疗保险", "medical"),
        ("social_security", "insurance", "410") => ("工伤保险", "work injury"),
        ("social_security", "insurance", "510") => ("生育保险", "maternity"),
        _ => return None,
    };
    Some(Words::of(zh, en))
}

/// Where an application stands, as a headline.
#[must_use]
pub const fn state(state: StateName) -> Words {
    match state {
        StateName::Draft => FORM_TITLE,
        StateName::Filed => ANSWER_FILED,
        StateName::Parked => ANSWER_PARKED,
        StateName::Referred => ANSWER_REFERRED,
        StateName::WaitingForBudget => ANSWER_WAITING,
        StateName::Publicity => ANSWER_PUBLICITY,
        StateName::Approved => ANSWER_APPROVED,
        StateName::Refused => ANSWER_REFUSED,
        StateName::Withdrawn => ANSWER_WITHDRAWN,
    }
}

/// A verdict in a word.
#[must_use]
pub const fn verdict(verdict: Verdict) -> Words {
    match verdict {
        Verdict::Met => Words::of("符合", "met"),
        Verdict::NotMet => Words::of("不符合", "not met"),
        Verdict::CannotEstablish(_) => Words::of("待核实", "cannot be established"),
    }
}

/// Why a condition is not proven: by these causes, or because the records show the contrary.
#[must_use]
pub fn why_open(causes: &[Cause]) -> Words {
    let Some(first) = causes.first() else {
        return Words::of("记录显示不符合", "the records show the contrary");
    };
    match first {
        Cause::NoRecord => Words::of("没有相应记录", "no record of it"),
        Cause::SourceUnavailable => {
            Words::of("数源暂时没有应答", "the register does not answer now")
        }
        Cause::Contradiction => Words::of("记录互相矛盾", "records contradict each other"),
        Cause::NotYetComplete => Words::of("记录尚未齐全", "the record is not complete yet"),
        Cause::Unreadable => Words::of("需人工辨认", "a person has to read it"),
    }
}

/// A kind of account, offered beside the others.
#[must_use]
pub const fn kind_offered(kind: AccountKind) -> Words {
    match kind {
        AccountKind::YouyueCard => KIND_YOUYUE,
        AccountKind::Other => KIND_OTHER,
    }
}

/// A kind of account by itself.
#[must_use]
pub const fn kind(kind: AccountKind) -> Words {
    match kind {
        AccountKind::YouyueCard => KIND_YOUYUE,
        AccountKind::Other => ACCOUNT_OF_BANK,
    }
}

/// Where a payment stands.
#[must_use]
pub const fn payment(state: PaymentState) -> Words {
    match state {
        PaymentState::Scheduled => Words::of("到期自动发放", "paid by itself when due"),
        PaymentState::Referred => Words::of("资格复核转人工", "re-check with a person"),
        PaymentState::Instructed => Words::of("发放中", "on its way"),
        PaymentState::Settled => Words::of("已到账", "at your bank"),
        PaymentState::Returned => {
            Words::of("退回，待更正账户", "came back, account to be corrected")
        }
        PaymentState::Held => Words::of("核对中，有专人处理", "being looked into by a person"),
        PaymentState::Cancelled => Words::of("不再发放", "not paid any more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages_and_each_is_written_in_its_own() {
        let han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        for (name, words) in ALL
            .iter()
            .chain(desk::ALL)
            .chain(casework::ALL)
            .chain(causes::ALL)
            .chain(board::ALL)
            .chain(report::ALL)
            .chain(files::ALL)
            .chain(finance::ALL)
            .chain(statements::ALL)
            .chain(batches::ALL)
            .chain(budgets::ALL)
            .chain(tracking::ALL)
            .chain(trust::ALL)
        {
            assert!(han(&words.zh), "{name} has no Chinese: {}", words.zh);
            assert!(
                !han(&words.en) && !words.en.trim().is_empty(),
                "{name} has no English: {}",
                words.en
            );
        }
    }

    #[test]
    fn every_code_that_a_shipped_policy_understands_has_words() {
        for policy in crate::policy::shipped::book().iter() {
            for fact in policy.facts() {
                let source = fact.source.register().map_or("identity", SourceId::as_str);
                let field = fact.field.as_deref().unwrap_or_default();
                // A grade is a letter and is said as one.
                let words = |code: &&String| !code.bytes().all(|byte| byte.is_ascii_uppercase());
                for value in fact.codes.iter().filter(words) {
                    let words = code_at(source, field, value).or_else(|| code(value));
                    assert!(words.is_some(), "{} {}: {value}", policy.id(), fact.id);
                }
            }
        }
    }
}
