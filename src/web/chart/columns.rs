//! Upright bars over months.

use super::{Canvas, Told, WIDTH, step, units};

const HEIGHT: f64 = 260.0;
/// The field in which bars stand: left, top, right, bottom.
const FIELD: (f64, f64, f64, f64) = (48.0, 24.0, WIDTH - 8.0, HEIGHT - 44.0);
/// Widest bar: a single month is no wall.
const BAR_MAX: f64 = 40.0;

/// One bar.
pub struct Column {
    /// Below it.
    pub label: String,
    /// Below that, where a new stretch begins: a year.
    pub under: Option<String>,
    /// What it stands for, with its value.
    pub says: String,
    /// How high.
    pub value: f64,
}

/// The chart. `most` is the largest value as a whole number, rounded up.
#[must_use]
pub fn columns(told: &Told<'_>, columns: &[Column], most: usize) -> String {
    let mut canvas = Canvas::begin(told, HEIGHT);
    let (left, top, right, bottom) = FIELD;
    let step = step(most.max(1));
    let whole = units(step * 5);
    let height = |value: f64| (bottom - top) * value / whole;
    for at in 0..=5 {
        let y = bottom - height(units(at * step));
        canvas.line("grid", (left, y), (right, y));
        canvas.text("tick end", (left - 6.0, y + 4.0), at * step);
    }
    let slot = (right - left) / units(columns.len().max(1));
    let wide = (slot * 0.7).min(BAR_MAX);
    for (at, column) in columns.iter().enumerate() {
        let middle = left + slot * (units(at) + 0.5);
        let tall = height(column.value);
        if tall > 0.0 {
            let at = (middle - wide / 2.0, bottom - tall);
            canvas.bar("bar", at, (wide, tall), &column.says);
        }
        canvas.text("tick middle", (middle, bottom + 18.0), &column.label);
        if let Some(under) = &column.under {
            canvas.text("tick middle", (middle, bottom + 36.0), under);
        }
    }
    canvas.end()
}
