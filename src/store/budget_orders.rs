//! 预算调整单. The number of a document occurs once for ever, and a line's end of year is proposed once at a time: unique indexes decide
//! between two who propose at once, the version between two who check at once.

use super::codec::At;
use super::sql::{args, row, statements};
use super::vault::Place;
use super::{StoreError, Tx};
use crate::domain::award::BudgetKey;
use crate::domain::budget_order::{BudgetOrder, Change, OrderState};
use crate::domain::district::DistrictCode;
use crate::domain::id::BudgetOrderId;
use crate::domain::person::{Private, Signed};

const GROUNDS: Place = Place {
    table: "budget_orders",
    column: "grounds",
};

macro_rules! columns {
    () => {
        "id, kind, from_policy, from_district, from_year, to_policy, to_district, to_year, amount, reference, state, proposed_by, proposed_at, ended_by, ended_at, grounds, key_id, version"
    };
}

statements! {
    INSERT = ["INSERT INTO budget_orders (id, kind, from_policy, from_district, from_year, to_policy, to_district, to_year, amount, reference, district, state, proposed_by, proposed_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"];
    BY_ID = ["SELECT ", columns!(), " FROM budget_orders WHERE id = $1"];
    BY_REFERENCE = ["SELECT ", columns!(), " FROM budget_orders WHERE reference = $1"];
    /// Newest first. The first page begins before an id that is greater than any.
    NEWEST = ["SELECT ", columns!(), " FROM budget_orders WHERE id < $1 AND (CAST($3 AS TEXT) IS NULL OR district = $3) ORDER BY id DESC LIMIT $2"];
    NEWEST_IN_STATE = ["SELECT ", columns!(), " FROM budget_orders WHERE state = $4 AND id < $1 AND (CAST($3 AS TEXT) IS NULL OR district = $3) ORDER BY id DESC LIMIT $2"];
    /// What is proposed for the end of a year, by line.
    ENDINGS = ["SELECT ", columns!(), " FROM budget_orders WHERE state = 'proposed' AND kind IN ('carry_over', 'lapse') AND from_year = $1 ORDER BY from_policy, from_district"];
    UPDATE = ["UPDATE budget_orders SET state = $3, ended_by = $4, ended_at = $5, grounds = $6, key_id = $7, version = version + 1 WHERE id = $1 AND version = $2"];
}

row!(OrderRow {
    id: String,
    kind: String,
    from_policy: Option<String>,
    from_district: Option<String>,
    from_year: Option<i64>,
    to_policy: Option<String>,
    to_district: Option<String>,
    to_year: Option<i64>,
    amount: i64,
    reference: String,
    state: String,
    proposed_by: String,
    proposed_at: i64,
    ended_by: Option<String>,
    ended_at: Option<i64>,
    grounds: Option<Vec<u8>>,
    key_id: Option<String>,
    version: i64,
});

/// Which orders to list; `None` means all.
#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    /// In this state.
    pub state: Option<&'static str>,
    /// With every line in this district.
    pub district: Option<DistrictCode>,
    /// Behind this one: the last of the page before.
    pub before: Option<BudgetOrderId>,
    /// At most so many.
    pub limit: u32,
}

impl Tx {
    /// Stores an order that was proposed.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when its reference was used, or the same line's end of year is proposed already; else when the database
    /// fails or refuses it.
    pub async fn insert_budget_order(&mut self, order: &BudgetOrder) -> Result<(), StoreError> {
        let (from, to) = (order.change.from(), order.change.to());
        let mut row = args![order.id.to_string(), order.change.as_str()];
        row.extend(line(from));
        row.extend(line(to.as_ref()));
        row.extend(args![
            order.amount,
            &order.reference,
            order.change.district().map(|district| district.to_string()),
            order.state.as_str(),
            &order.proposed.by,
            order.proposed.at,
            order.version,
        ]);
        self.run(&INSERT, row).await.map(drop)
    }

    /// The order of this id.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is inconsistent.
    pub async fn budget_order(
        &mut self,
        id: BudgetOrderId,
    ) -> Result<Option<BudgetOrder>, StoreError> {
        let row: Option<OrderRow> = self.first(&BY_ID, args![id.to_string()]).await?;
        row.map(|row| self.read_order(row)).transpose()
    }

    /// The order of this document.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is inconsistent.
    pub async fn budget_order_of(
        &mut self,
        reference: &str,
    ) -> Result<Option<BudgetOrder>, StoreError> {
        let row: Option<OrderRow> = self.first(&BY_REFERENCE, args![reference]).await?;
        row.map(|row| self.read_order(row)).transpose()
    }

    /// A page of orders, newest first.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn budget_orders(
        &mut self,
        filter: &OrderFilter,
    ) -> Result<Vec<BudgetOrder>, StoreError> {
        let before = filter
            .before
            .map_or_else(|| "~".to_owned(), |id| id.to_string());
        let district = filter.district.map(|district| district.to_string());
        let mut row = args![before, filter.limit, district];
        let rows = match filter.state {
            None => self.all_planned(&NEWEST, row).await?,
            Some(state) => {
                row.extend(args![state]);
                self.all_planned(&NEWEST_IN_STATE, row).await?
            }
        };
        self.read_orders(rows)
    }

    /// The orders that are proposed for the end of a year, by line.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn endings_proposed(&mut self, year: i16) -> Result<Vec<BudgetOrder>, StoreError> {
        let rows = self.all(&ENDINGS, args![year]).await?;
        self.read_orders(rows)
    }

    /// Stores what became of an order, based on `order.version`; gives it back with the next version.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody else changed it first; else when the database or the vault fails.
    pub async fn update_budget_order(
        &mut self,
        order: &BudgetOrder,
    ) -> Result<BudgetOrder, StoreError> {
        let (id, ended) = (order.id.to_string(), order.state.ended());
        let grounds = order.state.grounds();
        let sealed = grounds
            .map(|words| self.seal(GROUNDS, &id, words.reveal().as_bytes()))
            .transpose()?;
        let (bytes, key) = sealed.map(|sealed| (sealed.bytes, sealed.key)).unzip();
        let row = args![
            &id,
            order.version,
            order.state.as_str(),
            ended.map(|by| by.by.as_str()),
            ended.map(|by| by.at),
            bytes,
            key,
        ];
        if self.run(&UPDATE, row).await? == 0 {
            return Err(StoreError::Stale {
                what: "budget order",
                id,
            });
        }
        Ok(BudgetOrder {
            version: order.version + 1,
            ..order.clone()
        })
    }

    fn read_orders(&self, rows: Vec<OrderRow>) -> Result<Vec<BudgetOrder>, StoreError> {
        rows.into_iter().map(|row| self.read_order(row)).collect()
    }

    fn read_order(&self, row: OrderRow) -> Result<BudgetOrder, StoreError> {
        let at = At {
            table: GROUNDS.table,
            row: &row.id,
        };
        let from = read_line(&at, (&row.from_policy, &row.from_district, row.from_year))?;
        let to = read_line(&at, (&row.to_policy, &row.to_district, row.to_year))?;
        let change = Change::of(&row.kind, from, to);
        let state = self.read_order_state(&at, &row)?;
        Ok(BudgetOrder {
            id: at.parse("id", &row.id)?,
            change: at.needed("kind", change)?,
            amount: at.money("amount", row.amount)?,
            proposed: Signed {
                at: at.time("proposed_at", row.proposed_at)?,
                by: row.proposed_by,
            },
            state,
            version: row.version,
            reference: row.reference,
        })
    }

    fn read_order_state(&self, at: &At<'_>, row: &OrderRow) -> Result<OrderState, StoreError> {
        let ended = || {
            Ok::<_, StoreError>(Signed {
                by: at.needed("ended_by", row.ended_by.clone())?,
                at: at.time("ended_at", at.needed("ended_at", row.ended_at)?)?,
            })
        };
        Ok(match row.state.as_str() {
            "proposed" => OrderState::Proposed,
            "approved" => OrderState::Approved { approval: ended()? },
            "declined" => OrderState::Declined {
                decline: ended()?,
                grounds: self.read_grounds(at, row)?,
            },
            "withdrawn" => OrderState::Withdrawn {
                withdrawal: ended()?,
            },
            _ => return Err(at.wrong("state")),
        })
    }

    fn read_grounds(&self, at: &At<'_>, row: &OrderRow) -> Result<Private<String>, StoreError> {
        let sealed = at.needed("grounds", row.grounds.as_ref())?;
        let key = at.needed("key_id", row.key_id.as_ref())?;
        let plain = self.unseal(GROUNDS, &row.id, key, sealed)?;
        let text = std::str::from_utf8(&plain).map_err(|_| at.wrong("grounds"))?;
        Ok(Private::new(text.to_owned()))
    }
}

fn line(key: Option<&BudgetKey>) -> Vec<super::sql::Arg> {
    args![
        key.map(|key| key.policy.as_str()),
        key.map(|key| key.district.to_string()),
        key.map(|key| key.year),
    ]
}

fn read_line(
    at: &At<'_>,
    columns: (&Option<String>, &Option<String>, Option<i64>),
) -> Result<Option<BudgetKey>, StoreError> {
    match columns {
        (Some(policy), Some(district), Some(year)) => {
            at.budget(policy.clone(), district, year).map(Some)
        }
        _ => Ok(None),
    }
}
