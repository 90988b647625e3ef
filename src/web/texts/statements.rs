//! Texts of the pages of statements and differences.

use crate::domain::statement::{DifferenceKind, FinanceCaseState, Side, StatementKind, What};
use crate::web::words::Words;

texts! {
    NAV_STATEMENTS = "对账单", "Statements";
    NAV_DIFFERENCES = "差异", "Differences";
    // Statements
    TITLE = "对账单", "Statements";
    LEDE = "财政与银行的对账单逐笔与我方账目核对；对不上的成为差异，有专人、有期限。", "Statements of treasury and bank are held against our books line by line; what differs becomes somebody's, with a deadline.";
    IMPORT = "导入对账单", "Take a statement in";
    FILE = "对账单文件", "The file";
    FILE_HINT = "国库日终对账单（JSON）、pain.002、camt.053、camt.054、银行明细（CSV、XLSX），按内容识别；同一文件重复导入不会改变任何结果。更大的文件请用命令行导入。文件上限：", "The treasury's day-end statement (JSON), pain.002, camt.053, camt.054, a bank's list (CSV, XLSX), told by content; the same file twice changes nothing. Larger ones go through the command line. Largest file: ";
    SEND = "导入并核对", "Take in and match";
    NO_FILE = "请选择对账单文件", "Choose a file";
    NOT_READ = "不是可读的对账单，或文件不完整，未导入任何内容", "No statement, or not a whole one; nothing of it was kept";
    CITY_ONLY = "对账单涉及全市各区，由市级财务人员导入。", "A statement tells of all districts; city-level finance staff take it in.";
    NONE = "尚未导入对账单。", "No statement yet.";
    KIND = "类型", "Kind";
    DAYS = "日期", "Days";
    UNREADABLE = "读不出", "Unreadable";
    IMPORTED_BY = "导入人", "Taken in by";
    DONE_IMPORTED = "已导入并核对，结果见下。", "Taken in and matched; what came of it is below.";
    DONE_BEFORE = "此文件以前导入过，结果没有变化。", "This file was taken in before; nothing has changed.";
    TOTALS_WRONG = "合计不符", "Totals differ";
    // Differences
    DIFFERENCES_TITLE = "差异", "Differences";
    DIFFERENCES_NONE = "没有符合条件的差异。", "No difference like that.";
    EVERY_KIND = "全部类型", "Every kind";
    DIFFERENCE = "差异", "Difference";
    WITH = "对方", "With";
    REFERENCE = "支付指令", "Instruction";
    DAY = "日期", "Day";
    OURS = "我方", "Ours";
    THEIRS = "对方", "Theirs";
    OWNER = "经办人", "Seen to by";
    NOBODY = "待认领", "nobody yet";
    MINE = "只看我经办的", "Only mine";
    DUE = "期限", "Due";
    // One difference
    ONE_TITLE = "一处差异", "A difference";
    BACK = "返回差异", "Back to the differences";
    SIDES = "三方对照", "Side by side";
    SAYS = "说法", "Says";
    NOTHING_KNOWN = "没有记录", "knows of nothing";
    SERIAL = "流水号", "Serial number";
    FOUND_BY = "发现于对账单", "Found with statement";
    EXPLAINED_BY = "由对账单解释", "Explained by statement";
    BY_OUR_NEWS = "由我方后来收到的消息解释", "explained by our own later news";
    CLOSED_BY = "结案人", "Closed by";
    GROUNDS = "结案理由", "Grounds";
    GROUNDS_HINT = "写明核实了什么、向谁核实、结果如何；会记入审计日志所指的记录。", "Say what was looked into, with whom, and what came of it; it is kept with the difference.";
    GROUNDS_NEEDED = "请写明结案理由（不超过 2000 字）", "Give the grounds, in at most 2000 characters";
    TAKE = "由我经办", "I see to it";
    CLOSE = "结案", "Close";
    DONE_TAKEN = "已由您经办。", "It is yours.";
    DONE_CLOSED = "已结案。", "It is closed.";
}

/// What kind of file.
#[must_use]
pub const fn kind(kind: StatementKind) -> Words {
    match kind {
        StatementKind::Treasury => Words::of("国库日终对账单", "treasury's day-end statement"),
        StatementKind::Pain002 => Words::of("支付状态报告 pain.002", "status report pain.002"),
        StatementKind::Camt053 => Words::of("银行对账单 camt.053", "bank statement camt.053"),
        StatementKind::Camt054 => Words::of("收付通知 camt.054", "notification camt.054"),
        StatementKind::Csv => Words::of("银行明细 CSV", "bank's list, CSV"),
        StatementKind::Xlsx => Words::of("银行明细 XLSX", "bank's list, XLSX"),
    }
}

/// How it differs.
#[must_use]
pub const fn difference(kind: DifferenceKind) -> Words {
    match kind {
        DifferenceKind::Missing => Words::of("对方缺这一笔", "missing there"),
        DifferenceKind::Extra => Words::of("我方没有这一笔", "none of ours"),
        DifferenceKind::Amount => Words::of("金额不符", "amount differs"),
        DifferenceKind::Account => Words::of("账号不符", "account differs"),
        DifferenceKind::Duplicate => Words::of("重复", "told twice"),
        DifferenceKind::Status => Words::of("状态不符", "status differs"),
        DifferenceKind::Totals => Words::of("对账单合计不符", "the statement's totals"),
        DifferenceKind::Unreadable => Words::of("有读不出的行", "unreadable lines"),
    }
}

/// Who tells.
#[must_use]
pub const fn side(side: Side) -> Words {
    match side {
        Side::Treasury => Words::of("国库", "treasury"),
        Side::Bank => Words::of("银行", "bank"),
    }
}

/// What happened.
#[must_use]
pub const fn what(what: What) -> Words {
    match what {
        What::Settled => Words::of("到账", "settled"),
        What::Returned => Words::of("退票", "returned"),
        What::Rejected => Words::of("拒付", "rejected"),
    }
}

/// Where a difference stands.
#[must_use]
pub const fn state(state: FinanceCaseState) -> Words {
    match state {
        FinanceCaseState::Open => Words::of("待核实", "open"),
        FinanceCaseState::Closed => Words::of("已结案", "closed"),
        FinanceCaseState::Explained => Words::of("已自行解释", "explained"),
    }
}
