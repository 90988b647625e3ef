//! Bars by count, the largest first, and the line of their cumulated share.

use super::{Canvas, Told, WIDTH, step, units};

const HEIGHT: f64 = 300.0;
/// The field in which bars stand: left, top, right, bottom.
const FIELD: (f64, f64, f64, f64) = (40.0, 24.0, WIDTH - 48.0, HEIGHT - 28.0);
/// Widest bar: a single reason is no wall.
const BAR_MAX: f64 = 64.0;
/// Four parts in five: where a Pareto is usually cut.
const CUT_PER_MILLE: usize = 800;

/// One bar. Its number, from 1, is its place in the table beside.
pub struct Bar {
    /// What it stands for, and its number in words.
    pub says: String,
    /// How long.
    pub count: usize,
    /// The share of all up to and with it, in thousandths.
    pub cumulated_per_mille: usize,
}

/// The chart.
#[must_use]
pub fn pareto(told: &Told<'_>, bars: &[Bar]) -> String {
    let mut canvas = Canvas::begin(told, HEIGHT);
    let (left, _, right, bottom) = FIELD;
    let step = step(bars.iter().map(|bar| bar.count).max().unwrap_or(0));
    for at in 0..=5 {
        let y = height(at, 5);
        canvas.line("grid", (left, y), (right, y));
        canvas.text("tick end", (left - 6.0, y + 4.0), at * step);
        canvas.text("tick", (right + 6.0, y + 4.0), format_args!("{}%", at * 20));
    }
    let slot = (right - left) / units(bars.len().max(1));
    let wide = (slot * 0.7).min(BAR_MAX);
    let middle = |at: usize| left + slot * (units(at) + 0.5);
    for (at, bar) in bars.iter().enumerate() {
        let (x, y) = (middle(at), height(bar.count, step * 5));
        canvas.bar("bar", (x - wide / 2.0, y), (wide, bottom - y), &bar.says);
        canvas.text("tick middle", (x, bottom + 18.0), at + 1);
    }
    let cut = height(CUT_PER_MILLE, 1_000);
    canvas.line("cut", (left, cut), (right, cut));
    let points: Vec<(f64, f64)> = bars
        .iter()
        .enumerate()
        .map(|(at, bar)| (middle(at), height(bar.cumulated_per_mille, 1_000)))
        .collect();
    canvas.path("line total", &points);
    for point in points {
        canvas.dot("dot total", point);
    }
    // Numbers last, so that no line crosses them.
    for (at, bar) in bars.iter().enumerate() {
        let y = height(bar.count, step * 5);
        let inside = bottom - y > 22.0;
        let (class, y) = if inside {
            ("count middle inside", y + 16.0)
        } else {
            ("count middle", y - 5.0)
        };
        canvas.text(class, (middle(at), y), bar.count);
    }
    canvas.end()
}

/// How high a part of the whole stands in the field.
fn height(part: usize, whole: usize) -> f64 {
    let (_, top, _, bottom) = FIELD;
    bottom - (bottom - top) * units(part) / units(whole.max(1))
}
