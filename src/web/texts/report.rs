//! Texts of 反映: a stuck matter, told by anybody.

use crate::web::words::Words;

texts! {
    LINK = "事情办不成？告诉我们", "Stuck? Tell us";
    TITLE = "办不成事，请反映", "Stuck? Tell us";
    LEDE = "申请、审核或到账卡住了，或者跑了几趟没办成，都可以说。登记即有专人负责，一跟到底；不属于这里的，也会解释清楚并转交。", "If applying, review or payment is stuck, or several visits led nowhere: say so. One officer has it from the first moment and follows it to its end; what is not for us is explained and handed on.";
    WORDS = "什么事办不成", "What is stuck";
    WORDS_HINT = "写明在哪里办什么、卡在哪一步。请不要写证件号码和银行账号。", "Where, what, and at which step. Please write no document or account numbers.";
    DISTRICT = "在哪个区", "In which district";
    DISTRICT_NONE = "跨区或不清楚", "Several, or not sure";
    APPLICATION = "与我的哪份申请有关", "About which of my applications";
    APPLICATION_NONE = "与申请无关", "None of them";
    NOT_SIGNED_IN = "没有登录也可以反映；我们不会知道您是谁，请记下编号，凭编号到窗口或致电查询。登录后反映，可以在网上查看办理情况。", "You need not sign in. We will not know who you are then: note the number, and ask by it at the counter or by telephone.";
    SEND = "提交", "Send";
    NEEDS_WORDS = "请写明什么事办不成（不超过 2000 字）", "Say what is stuck, in at most 2,000 characters";
    THANKS = "已登记", "Registered";
    NUMBER = "编号", "Number";
    OFFICER = "经办人", "Officer";
    CONTACT = "联系方式", "How to reach them";
    NOBODY_YET = "正在指定", "being found";
    DUE = "办理时限", "Last day";
    NEXT = "接下来：经办人核实后答复；不属于受理范围的，解释并转交有关部门。超过时限未办的，督办会介入。", "What happens next: the officer looks into it and answers; what is out of scope is explained and handed on. When the last day passes, a supervisor steps in.";
    CROWDED = "现在反映的人太多，请过一分钟再提交。您写的内容还在页面上。", "Too many people are sending just now. Send it again in a minute; what you wrote is still on the page.";
}
