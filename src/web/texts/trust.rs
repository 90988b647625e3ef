//! Texts of what people look at after the machine, and of what is recovered.

use crate::web::words::Words;

texts! {
    // What a case is about
    CASE_SAMPLE = "抽查：自动批准的申请", "Sample: an approval by machine is looked at";
    CASE_SAMPLE_HELD = "付款前核看：自动批准的申请", "Looked at before payment: an approval by machine";
    CASE_RECOVERY = "追回核查：已付款项", "Recovery: whether a payment has to come back";
    // Why
    LOOK_DRAWN = "随机抽取", "Drawn by lot";
    LOOK_FIRST = "新政策版本的首批申请", "Among the first approvals of a policy version";
    LOOK_ACCOUNT = "更正后的收款账户另有他人填写", "The corrected account is one that others have named too";
    WHY_DRIFT = "付款后停缴社会保险", "Social security has stopped since the payment";
    WHY_SAMPLE = "抽查认定批准有误", "The approval was found wrong when it was looked at";
    WHY_DECLARATION = "承诺事项不属实", "What was declared did not hold";
    // How it ended
    ENDED_RIGHT = "核看无误", "Found right";
    ENDED_WRONG = "核看有误，已撤销批准", "Found wrong, the approval was taken back";
    ENDED_RECOVERING = "决定追回", "Has to come back";
    ENDED_LET_BE = "无需退回", "Need not come back";
    // For the applicant
    HELD_LINE = "已批准；付款前由工作人员核看一次", "Approved; a person looks before the money goes";
}
