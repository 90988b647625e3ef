//! One horizontal bar a line, in parts; its name above it, the sum at its end.

use super::{Canvas, Told, WIDTH};

const LEFT: f64 = 4.0;
const RIGHT: f64 = WIDTH - 84.0;
/// Where the first line begins, below the legend.
const TOP: f64 = 44.0;
/// From one line to the next.
const LINE: f64 = 52.0;
const BAR: f64 = 24.0;
/// A part narrower than this has no room for its number.
const ROOM: f64 = 40.0;
/// Room for one entry of the legend.
const ENTRY: f64 = 124.0;

/// A part of a bar.
pub struct Part {
    /// How it looks.
    pub class: &'static str,
    /// What it stands for, with its value.
    pub says: String,
    /// How long.
    pub value: f64,
}

/// One bar.
pub struct Row {
    /// What it stands for.
    pub name: String,
    /// Its parts, in order.
    pub parts: Vec<Part>,
    /// The whole, in words.
    pub total: String,
}

/// The chart, with what each look stands for.
#[must_use]
pub fn stacked(told: &Told<'_>, legend: &[(&'static str, String)], rows: &[Row]) -> String {
    let lines = rows.iter().fold(0.0, |sum, _| sum + LINE);
    let mut canvas = Canvas::begin(told, TOP + lines + 4.0);
    let mut x = LEFT;
    for (class, name) in legend {
        canvas.bar(&format!("part {class}"), (x, 6.0), (14.0, 14.0), name);
        canvas.text("tick", (x + 20.0, 18.0), name);
        x += ENTRY;
    }
    let length = |row: &Row| row.parts.iter().map(|part| part.value).sum::<f64>();
    let longest = rows.iter().map(length).fold(0.0, f64::max);
    let scale = if longest > 0.0 {
        (RIGHT - LEFT) / longest
    } else {
        0.0
    };
    let mut y = TOP;
    for row in rows {
        canvas.text("name", (LEFT, y + 10.0), &row.name);
        let mut x = LEFT;
        for part in &row.parts {
            let wide = part.value * scale;
            if wide <= 0.0 {
                continue;
            }
            let class = format!("part {}", part.class);
            canvas.bar(&class, (x, y + 16.0), (wide, BAR), &part.says);
            if wide >= ROOM {
                let at = (x + wide / 2.0, y + 33.0);
                canvas.text("count middle", at, format_args!("{:.1}", part.value));
            }
            x += wide;
        }
        canvas.text("count", (x + 8.0, y + 33.0), &row.total);
        y += LINE;
    }
    canvas.end()
}
