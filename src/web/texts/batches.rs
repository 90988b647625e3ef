//! Texts of batches of payout files.

use crate::domain::batch::BatchState;
use crate::web::words::Words;

texts! {
    NAV = "支付批次", "Batches";
    TITLE = "支付批次", "Batches of payout files";
    LEDE = "一人制作，另一人按清单的 SHA-256 核准，只放行一次。文件是已发指令的签名记录，同一指令只付一次。", "One person prepares, another approves on the manifest's SHA-256, and it goes out once. The files are a signed record of what was instructed; an instruction is paid once.";
    FREE = "可以制作", "Can be prepared";
    FREE_NONE = "最近七天的指令都已在批次中。", "Everything instructed in the last seven days is in a batch.";
    ALL_TITLE = "全部批次", "All batches";
    NONE = "还没有批次。", "No batches yet.";
    DAY = "指令日", "Instructed on";
    COUNT = "笔数", "Payments";
    SUM = "合计", "Sum";
    ACT = "办理", "What to do";
    PREPARE = "制作", "Prepare";
    NUMBER = "批次", "Batch";
    BACK = "返回批次", "Back to the batches";
    ONE_TITLE = "一个支付批次", "A batch of payout files";
    PREPARED_BY = "制作", "Prepared by";
    APPROVED_BY = "核准", "Approved by";
    RELEASED_BY = "放行", "Released by";
    DISCARDED_BY = "作废", "Discarded by";
    GROUNDS = "作废理由", "Why it is discarded";
    GROUNDS_HINT = "请勿填写姓名和账号。作废后，其中的指令可以重新制作批次。", "Without names and accounts. Its instructions can then be prepared again.";
    GROUNDS_NEEDS = "请写明作废理由（不超过 500 字）", "Say why, in at most 500 characters";
    DISCARD = "作废", "Discard";
    BATCH_TOTAL = "批次合计", "Declared by the files";
    ROWS_TOTAL = "明细合计", "Sum of the rows";
    AVAILABLE = "该年度指标可用", "Left on the year's budget line";
    AGREES = "一致", "agrees";
    DIFFERS = "不一致，请勿核准", "differs: do not approve";
    FILES = "文件", "Files";
    FILE = "文件", "File";
    STEM = "文件名均以此开头：", "Every file's name begins with this: ";
    MANIFEST = "下载清单", "Download the manifest";
    BYTES = "字节", "Bytes";
    HASH = "清单 SHA-256", "SHA-256 of the manifest";
    ROWS = "明细", "Rows";
    APPROVE = "按此清单核准", "Approve on this manifest";
    APPROVE_HINT = "请自行计算所下载清单的 SHA-256，与此处逐位一致后再核准。", "Reckon the SHA-256 of the downloaded manifest yourself, and approve when it is this one.";
    OWN = "您制作了这个批次，须由另一位财务人员核准。", "You prepared this batch; another person of finance has to approve it.";
    RELEASE = "放行", "Release";
    RELEASE_GO_ON = "放行已核准的文件，或继续中断的放行。", "Releases the approved files, or goes on with a release that was broken off.";
    SURE_TITLE = "确认放行", "Release this batch?";
    SURE_LEDE = "放行后，银行前置机即可读取，不能收回。", "Once released, the bank's machine reads it. It cannot be taken back.";
    SURE_YES = "确认放行", "Yes, release it";
    SURE_NO = "先不放行", "Not now";
    TURNED = "制作之后有退票、拒收或待核实的明细（笔）：", "Rows that were returned, refused or held since it was prepared: ";
    TURNED_ROW = "制作后变化", "changed since";
    DONE_PREPARED = "批次已制作，请另一位财务人员核准。", "Prepared. Another person of finance approves it.";
    DONE_APPROVED = "已核准，可以放行。", "Approved. It can be released.";
    DONE_RELEASED = "已放行：文件在银行前置机的目录中。", "Released: the files are where the bank's machine reads them.";
    DONE_DISCARDED = "已作废，其中的指令可以重新制作批次。", "Discarded. Its instructions can be prepared again.";
}

/// Where a batch stands.
#[must_use]
pub const fn state(state: &BatchState) -> Words {
    match state {
        BatchState::Prepared => Words::of("待核准", "waits for approval"),
        BatchState::Approved { .. } => Words::of("待放行", "approved"),
        BatchState::Releasing { .. } => Words::of("放行中", "being released"),
        BatchState::Released { .. } => Words::of("已放行", "released"),
        BatchState::Discarded { .. } => Words::of("已作废", "discarded"),
    }
}

/// What is counted.
#[must_use]
pub const fn unit(count: u64) -> Words {
    match count {
        1 => Words::of("笔", "payment"),
        _ => Words::of("笔", "payments"),
    }
}

/// What was done just now.
#[must_use]
pub fn done(word: &str) -> Option<Words> {
    match word {
        "prepared" => Some(DONE_PREPARED),
        "approved" => Some(DONE_APPROVED),
        "released" => Some(DONE_RELEASED),
        "discarded" => Some(DONE_DISCARDED),
        _ => None,
    }
}
