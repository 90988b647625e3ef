//! The account of an instruction, as its owner sees it: by its name and its last four digits.

use crate::domain::application::Application;
use crate::domain::bank::AccountKind;
use crate::domain::payment::Instruction;
use crate::web::api::views::InstructionView;
use crate::web::pages::layout::Page;
use crate::web::texts as t;

/// `优粤佛山卡 ****0018`. The name is that of the account on file: an instruction to an earlier one, which was corrected since, names no kind.
/// Empty when the stored bytes cannot be read, which is also an alarm.
pub(super) fn shown(page: &Page, application: &Application, instruction: &Instruction) -> String {
    let Some(payee) = InstructionView::from(instruction).payee else {
        return String::new();
    };
    let order = instruction.order().ok();
    let typed = application.filing.as_ref().map(|filing| &filing.typed);
    let kind = typed
        .filter(|typed| order.is_some_and(|order| order.payee_account == typed.account.reveal()))
        .map_or(AccountKind::Other, |typed| typed.kind);
    format!("{} {}", page.say(t::kind(kind)), payee.account)
}
