//! What the treasury answers about an instruction, true or garbled.

use serde_json::{Map, Value, json};

use super::amount::Fen;
use super::book::{Held, Standing};
use crate::clock::{china_date, rfc3339};
use crate::faults::{Lossy, TreasuryPlan};

/// The acknowledgement of an instruction, spoilt where the plan says so.
pub(crate) fn acknowledgement(held: &Held, plan: &TreasuryPlan) -> Value {
    let mut echo = Map::new();
    let mut put = |name: &str, value: Value| {
        echo.insert(name.to_owned(), value);
    };
    put("instruction_id", json!(held.instruction.instruction_id));
    put("treasury_no", json!(held.treasury_no));
    put("amount", amount(held.amount, plan.lossy));
    put("payee_name", json!(held.instruction.payee_name));
    put(
        "payee_account",
        json!(account(&held.instruction.payee_account, plan)),
    );
    put("accepted_at", json!(rfc3339(held.accepted_at_micros)));
    match &held.standing {
        Standing::Accepted => put("status", json!("accepted")),
        Standing::Settled(movement) => {
            put("status", json!("settled"));
            put("settled_on", json!(china_date(movement.at_micros)));
            put("bank_serial", json!(movement.bank_serial));
        }
        Standing::Returned { settled, back, why } => {
            put("status", json!("returned"));
            if let Some(movement) = settled {
                put("settled_on", json!(china_date(movement.at_micros)));
            }
            put("bank_serial", json!(back.bank_serial));
            put("return_code", json!(why.code));
            put("return_reason", json!(why.reason));
        }
    }
    Value::Object(echo)
}

fn account(number: &str, plan: &TreasuryPlan) -> String {
    if !plan.echoes_other_account {
        return number.to_owned();
    }
    let mut digits = number.to_owned();
    let last = if digits.pop() == Some('0') { '1' } else { '0' };
    digits.push(last);
    digits
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "the loss is what this fault is about; nothing is ever counted with it"
)]
fn amount(amount: Fen, lossy: Option<Lossy>) -> Value {
    let fen = amount.fen();
    match lossy {
        None => json!(amount.to_string()),
        Some(Lossy::DoubleText) => json!((fen as f64 / 100.0).to_string()),
        Some(Lossy::DoubleNumber) => json!(fen as f64 / 100.0),
        Some(Lossy::SingleText) => json!(format!("{:.2}", (fen as f64 / 100.0) as f32)),
        Some(Lossy::Truncated) => json!(Fen::from_fen(fen - fen % 100).to_string()),
        Some(Lossy::OneFenLess) => json!(Fen::from_fen(fen - 1).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_of_losing_loses_in_its_own_way() {
        let fen = Fen::parse("90071992547409.93").unwrap();
        assert_eq!(amount(fen, None), json!("90071992547409.93"));
        assert_eq!(
            amount(fen, Some(Lossy::OneFenLess)),
            json!("90071992547409.92")
        );
        assert_eq!(
            amount(fen, Some(Lossy::Truncated)),
            json!("90071992547409.00")
        );
        assert_ne!(
            amount(fen, Some(Lossy::SingleText)),
            json!("90071992547409.93")
        );
        assert!(amount(fen, Some(Lossy::DoubleNumber)).is_number());
        let round = Fen::parse("100000.00").unwrap();
        assert_eq!(amount(round, Some(Lossy::DoubleText)), json!("100000"));
    }
}
