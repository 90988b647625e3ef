//! Texts of the analysis of causes and of ratings.

use crate::domain::desk::StageName;
use crate::domain::rating::Grade;
use crate::web::words::Words;

texts! {
    TITLE = "原因分析", "Why things went to people";
    LEDE = "为什么转人工，改掉什么就不必再转。每月一看，逐项落实。", "Why the machine referred, and what would make it unnecessary.";
    MONTH = "月份", "Month";
    POLICY = "政策", "Policy";
    DISTRICT = "区", "District";
    EVERY_POLICY = "全部政策", "Every policy";
    EVERY_DISTRICT = "全市", "The whole city";
    SHOW = "查看", "Show";
    DOWNLOAD = "导出 XLSX", "Download as XLSX";
    NONE_YET = "本月没有转人工的事项，也没有办结的事项。", "Nothing was referred in this month, and no case ended.";
    CUT = "本月事项较多，只计入前面一部分；请按政策或区缩小范围。", "There is more in this month than is read at once: choose a policy or a district.";
    MADE = "计算时间：", "Made at";
    SCROLLS = "图表，可左右滚动", "Chart; scrolls sideways";

    // Figures on top
    REFERRED = "转人工", "Referred";
    ONE_REASON = "只因一个原因", "For one reason alone";
    LEADING = "首要原因", "Leading reason";
    IN_TIME = "按时办结", "Decided in time";
    BAD_SHARE = "不满意率", "Not content";

    // Tables
    REASONS = "转人工的原因", "Reasons";
    REMOVALS = "改一项，少转多少", "What one change would remove";
    TREND = "近十二个月", "Twelve months";
    STAGES = "办结事项在各环节的时间", "Time in each state, of cases that ended";
    DEADLINES = "办理时限", "Time limits";
    SOURCES = "数源问题", "Data sources";
    POLICIES = "按政策", "By policy";
    DISTRICTS = "按区", "By district";
    EMPLOYERS = "按用人单位", "By employer";
    GRADES = "服务评价", "Service rating";

    // Columns
    NUMBER = "序号", "No.";
    REASON = "原因", "Reason";
    REFERRALS = "份数", "Count";
    OF_REFERRALS = "占转人工", "Share";
    CUMULATED = "累计", "Cumulated";
    NOT_MET = "不符合", "Not met";
    UNKNOWN = "待核实", "Unknown";
    ALONE = "唯一原因", "Alone";
    CHANGE = "改进项", "Change";
    KIND = "类别", "Kind";
    KIND_REASON = "一个原因", "One reason";
    KIND_SOURCE = "一个数源", "One source";
    KIND_REASONS = "两个原因一起", "Two reasons together";
    KIND_SOURCES = "两个数源一起", "Two sources together";
    FEWER = "可少转", "Fewer";
    STATE = "环节", "State";
    CASES = "件数", "Cases";
    MEDIAN_HOURS = "中位数（小时）", "Median (hours)";
    P90_HOURS = "九成以内（小时）", "Nine in ten within (hours)";
    MEAN_HOURS = "平均（小时）", "Average (hours)";
    WHOLE = "全程", "From opening to end";
    WORKING_MEDIAN = "用时中位数（工作日）", "Median (working days)";
    WORKING_P90 = "九成以内（工作日）", "Nine in ten within (working days)";
    TIMELY = "按时", "In time";
    LATE = "超期", "Late";
    TIMELY_SHARE = "按时率", "Share in time";
    SOURCE = "数源", "Source";
    ASKED_TIMES = "查询次数", "Asked";
    SILENT = "无应答", "Silent";
    SILENT_SHARE = "无应答率", "Share silent";
    MALFORMED = "格式或签名不符", "Broken schema or signature";
    NO_RECORD = "查无记录", "No record";
    CONTRADICTED = "互相矛盾", "Contradictions";
    DISPUTED_TIMES = "申请人认为有误", "Disputed";
    UPHELD = "其中经核实通过", "Of these approved after all";
    TOUCHED = "涉及转人工", "Part of referrals";
    MOST = "最常见的原因", "Most frequent reason";
    MOST_TIMES = "其份数", "In how many";
    EMPLOYER = "用人单位", "Employer";
    GRADE = "等级", "Grade";
    RATINGS = "评价数", "Ratings";
    OF_RATINGS = "占比", "Share";
    ALL_POLICIES = "全部", "All";

    // Names
    AMOUNT = "补贴金额", "The amount";
    DISPUTED = "申请人认为有误", "Disputed by the applicant";
    ASKED = "申请人要求人工办理", "The applicant asked for a person";
    UNSTATED = "金额无法排定", "The amounts could not be planned";
    NO_DISTRICT = "市级或未明确", "City level, or not known";
    NAMELESS = "名称未载明的单位", "An employer without a name on the form";
    NO_EMPLOYER = "未记载用人单位", "No employer known";

    // How it is counted
    HOW = "口径", "How it is counted";
    NOTE_REFERRALS = "一份申请的一次审批只计一次；之后撤销、改正或重新办理，不影响当月的数。复核转人工的各期，每期计一次。", "An application counts once for its filing and once for each re-check, in the month in which the machine referred it; what was undone later changes nothing.";
    NOTE_REASONS = "一份申请可有多个原因，各原因的份数之和大于总份数；累计按原因数计算。", "A referral may have several reasons, so that counts add up to more than referrals; the cumulated share is that of reasons.";
    NOTE_ALONE = "“可少转”逐份计数，不是估计：只有全部原因都属于该项，才会因该项改进而不再转人工。", "What a change would remove is counted and not estimated: a referral falls away only if every one of its reasons is that one.";
    NOTE_SOURCES = "查询次数含全部申请，不分政策和区；其余各列只看转人工的申请。申请人认为有误、后经人工核实通过的，视为数源确有问题。", "Askings are those of everybody, under every policy and in every district; the other columns are of referrals. Where a person approved in the end what had been disputed, the source was wrong.";
    NOTE_TIMES = "只看本月办结的事项；时间按自然时间计，时限按工作日计，申请人补正期间停表。", "Of cases that ended in the month. Times are by the clock on the wall; time limits by working days, without the days on which the applicant was asked.";
    NOTE_EMPLOYERS = "转人工不足三份的单位合并列示，以免让人看出说的是谁。", "Employers with fewer than three referrals are put together, so that nobody is told of.";

    // Ratings
    RATE_TITLE = "服务怎么样？", "How was it?";
    RATE_TEXT = "您的事项已办结。请为这次服务评价，只评一次，不能修改。选“不满意”或“非常不满意”的，我们在 15 个工作日内答复您。", "Your matter has ended. Please rate the service, once; it cannot be changed. Whoever is not content gets an answer within 15 working days.";
    RATE_GRADE = "您的评价", "Your rating";
    RATE_WORDS = "想说的话（可不填）", "In your words (optional)";
    RATE_SEND = "提交评价", "Send";
    RATED_TITLE = "您的评价", "Your rating";
    RATED_THANKS = "感谢您的评价。", "Thank you.";
    RATED_ANSWER = "我们会在 15 个工作日内答复您，编号", "You will have an answer within 15 working days. Number";
    CHOOSE_GRADE = "请选择一个等级", "Choose a grade";
}

/// A grade.
#[must_use]
pub const fn grade(grade: Grade) -> Words {
    match grade {
        Grade::VerySatisfied => Words::of("非常满意", "Very satisfied"),
        Grade::Satisfied => Words::of("满意", "Satisfied"),
        Grade::BasicallySatisfied => Words::of("基本满意", "Basically satisfied"),
        Grade::Dissatisfied => Words::of("不满意", "Dissatisfied"),
        Grade::VeryDissatisfied => Words::of("非常不满意", "Very dissatisfied"),
    }
}

/// A state in which a case stands.
#[must_use]
pub const fn stage(stage: StageName) -> Words {
    match stage {
        StageName::Waiting => Words::of("待分派", "Waiting"),
        StageName::Working => Words::of("办理中", "With the officer"),
        StageName::Asked => Words::of("待补正", "Applicant asked"),
        StageName::Proposed => Words::of("待复核", "Second person"),
        StageName::Checking => Words::of("承诺核查", "Being checked"),
        StageName::Closed => Words::of("已办结", "Ended"),
    }
}
