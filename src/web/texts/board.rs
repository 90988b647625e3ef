//! Texts of the supervisor's board.

use crate::web::words::Words;

texts! {
    TITLE = "督办台", "Supervision";
    LEDE = "超期、即将超期和没人办的事项，谁在办、谁不在，什么被冻结。", "What is late or about to be, what nobody has, who is there, and what is frozen.";
    LOOKS_ON = "您可以查看；冻结、移交和登记由督办人员操作。", "You may look on; freezing, handing over and enrolling are the supervisor's to do.";

    // What wants an eye
    AT_A_GLANCE = "一眼看清", "At a glance";
    ATTENTION = "需要督办的事项", "Cases that want an eye";
    ATTENTION_NONE = "没有超期、今天到期或无人经办的事项。", "Nothing is late, due today or without an officer.";
    RED = "红牌 · 已上报", "Red card, escalated";
    YELLOW = "黄牌 · 已超期", "Yellow card, late";
    CHECK_OVERDUE = "承诺核查超期", "Check overdue";
    WAITING = "无人经办", "No officer";
    DUE_TODAY = "今天到期", "Due today";
    COLUMN_WHY = "情况", "Why";
    COLUMN_CASE = "事项", "Case";
    COLUMN_DUE = "办理时限", "Last day";
    COLUMN_OFFICER = "经办人", "Officer";
    COLUMN_DISTRICT = "区", "District";
    COLUMN_POLICY = "政策", "Policy";
    CITY = "市级", "City level";
    NOBODY = "无", "nobody";
    CLOCK_STANDS = "暂停计时", "clock stands";

    // Officers
    OFFICERS = "经办人", "Officers";
    OFFICERS_NONE = "还没有登记经办人：转人工的事项都在等人。", "Nobody is enrolled yet: whatever is referred waits.";
    COLUMN_NAME = "姓名", "Name";
    COLUMN_OPEN = "在办", "Open";
    COLUMN_YELLOW = "黄牌", "Yellow";
    COLUMN_RED = "红牌", "Red";
    COLUMN_STATE = "状态", "State";
    COLUMN_ACT = "操作", "Act";
    THERE = "在岗", "there";
    AWAY = "外出", "away";
    GO_AWAY = "外出并移交", "Away: hand over";
    COME_BACK = "返岗", "Back";
    ENROL = "登记经办人", "Enrol an officer";
    ENROL_HINT = "已登记的按账号更新。", "Somebody known already is updated, by account.";
    SUBJECT = "统一身份账号", "Account at the identity provider";
    NAME = "姓名（申请人可见）", "Name, as applicants see it";
    CONTACT = "联系方式（申请人可见）", "How to reach them, as applicants see it";
    DISTRICT = "区", "District";
    ROLE = "角色", "Role";
    ROLE_REVIEWER = "经办人：分得事项", "Officer: gets cases";
    ROLE_SUPERVISOR = "督办：不分事项", "Supervisor: gets none";
    ENROL_SEND = "登记", "Enrol";

    // Freezes
    FREEZES = "冻结", "Freezes";
    FREEZES_NONE = "没有冻结。", "Nothing is frozen.";
    COLUMN_WHAT = "范围", "What";
    COLUMN_REASON = "理由", "Why";
    COLUMN_BY = "决定人", "By";
    COLUMN_SINCE = "自", "Since";
    EVERY_POLICY = "全部政策", "Every policy";
    EVERY_DISTRICT = "全市", "Every district";
    LIFT = "解除", "Lift";
    FREEZE = "冻结政策或区", "Freeze a policy or a district";
    FREEZE_HINT = "冻结期间一律不批准；机器本应批准的也转人工。", "While it is frozen nothing of it is approved; what the machine would approve goes to people.";
    POLICY = "政策", "Policy";
    REASON = "理由（不写个人信息）", "Why; names nobody";
    FREEZE_SEND = "冻结", "Freeze";

    // Numbers
    NUMBERS = "办结情况（全市）", "How cases ended, whole city";
    REPORTS = "反映", "Reports";
    REPORTS_REGISTERED = "登记", "registered";
    REPORTS_ANSWERED = "属于受理范围并已答复", "in scope, answered";
    REPORTS_HANDED_ON = "不属于范围，已解释转交", "out of scope, explained and handed on";
    REPORTS_OPEN = "在办", "open";
    COLUMN_KIND = "类别", "Kind";
    COLUMN_ENDING = "结果", "Ending";
    COLUMN_COUNT = "件数", "Cases";
    GRADES = "本月服务评价", "Service ratings this month";
    GRADES_NONE = "本月还没有评价。", "Nobody has rated anything this month.";
    COLUMN_GRADE = "等级", "Grade";
    GRADES_BAD = "差评的答复（15 个工作日内）", "Answers to bad ones, within 15 working days";
    ANSWERED_IN_TIME = "按时答复", "answered in time";
    ANSWER_LATE = "超期", "late";
    ANSWER_OPEN = "待答复", "to be answered";
    NUMBERS_NONE = "还没有办结的事项。", "No case has ended yet.";
    APPROVED = "批准", "approved";
    REFUSED = "不予批准", "refused";
    ANSWERED = "已答复", "answered";
    HANDED_ON = "已转交", "handed on";
    LAPSED = "容缺逾期终止", "deferral ran out";
    WITHDRAWN = "申请人撤回", "withdrawn";
    BROKEN = "承诺不实", "declaration did not hold";

    // Sure?
    SURE_FREEZE = "确认冻结", "Freeze this?";
    SURE_FREEZE_TEXT = "冻结立即生效，所有人都不能批准；须由督办解除。", "It holds at once: nobody approves anything of it until a supervisor lifts it.";
    SURE_LIFT = "确认解除冻结", "Lift this freeze?";
    SURE_LIFT_TEXT = "解除后即可批准。", "Approvals go on at once.";
    SURE_AWAY = "确认外出并移交", "Away, and everything handed over?";
    SURE_AWAY_TEXT = "在办事项全部移交给其他人，返岗后不会自动退回。在办：", "Every open case goes to somebody else and does not come back by itself. Open: ";
    SURE_YES = "确认", "Yes, do it";
    SURE_NO = "返回，不做改变", "Back, change nothing";

    // Done
    DONE_FROZEN = "已冻结。", "Frozen.";
    DONE_LIFTED = "已解除冻结。", "The freeze is lifted.";
    DONE_AWAY = "已设为外出，在办事项已移交。", "Away; the cases are handed over.";
    DONE_LEFT = "已设为外出；仍有事项无人可接，请到事项中指定。", "Away; for some cases nobody else is there. Give them to somebody by hand.";
    DONE_BACK = "已返岗。", "Back.";
    DONE_ENROLLED = "已登记。", "Enrolled.";

    // Errors
    NEEDS_SCOPE = "请选择政策或区，至少一项", "Choose a policy or a district, at least one";
    NEEDS_REASON = "请写明理由（不超过 2000 字）", "Say why, in at most 2,000 characters";
    NEEDS_SUBJECT = "请填写账号（不超过 200 字）", "Write the account, at most 200 characters";
    NEEDS_NAME = "请填写姓名（不超过 100 字）", "Write the name, at most 100 characters";
    NEEDS_CONTACT = "请填写联系方式（不超过 100 字）", "Write how to reach them, at most 100 characters";
    BACK = "返回督办台", "Back to the board";
}
