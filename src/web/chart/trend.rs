//! Lines over months, each named at its end.

use super::{Canvas, Told, WIDTH, step, units};

const HEIGHT: f64 = 290.0;
/// The field in which lines run: left, top, right, bottom.
const FIELD: (f64, f64, f64, f64) = (40.0, 16.0, WIDTH - 132.0, HEIGHT - 42.0);
/// Names at the ends of lines keep at least this apart.
const NAME_APART: f64 = 17.0;
/// How lines look, in the order in which they are given.
const LOOKS: [&str; 4] = ["total", "first", "second", "third"];

/// One line.
pub struct Line {
    /// What it stands for, in few words.
    pub name: String,
    /// A value a month.
    pub values: Vec<usize>,
}

/// The chart of at most four lines over months.
#[must_use]
pub fn trend(told: &Told<'_>, months: &[String], lines: &[Line]) -> String {
    let mut canvas = Canvas::begin(told, HEIGHT);
    let (left, _, right, bottom) = FIELD;
    let largest = lines.iter().flat_map(|line| &line.values).max();
    let step = step(largest.copied().unwrap_or(0));
    for at in 0..=5 {
        let y = height(at, 5);
        canvas.line("grid", (left, y), (right, y));
        canvas.text("tick end", (left - 6.0, y + 4.0), at * step);
    }
    let apart = (right - left) / units(months.len().saturating_sub(1).max(1));
    let x = |at: usize| left + apart * units(at);
    for (at, month) in months.iter().enumerate() {
        let (year, short) = month.split_once('-').unwrap_or(("", month));
        canvas.text("tick middle", (x(at), bottom + 18.0), short);
        // The year once, and where it turns.
        if at == 0 || short == "01" {
            canvas.text("tick middle", (x(at), bottom + 34.0), year);
        }
    }
    let mut ends = Vec::new();
    for (line, look) in lines.iter().zip(LOOKS) {
        let points: Vec<(f64, f64)> = line
            .values
            .iter()
            .enumerate()
            .map(|(at, value)| (x(at), height(*value, step * 5)))
            .collect();
        canvas.path(&format!("line {look}"), &points);
        for point in &points {
            canvas.dot(&format!("dot {look}"), *point);
        }
        if let Some((_, y)) = points.last() {
            ends.push((*y, look, &line.name));
        }
    }
    name(&mut canvas, ends);
    canvas.end()
}

/// Writes the names at the ends, none over another.
fn name(canvas: &mut Canvas, mut ends: Vec<(f64, &str, &String)>) {
    let (_, top, right, bottom) = FIELD;
    ends.sort_by(|one, other| one.0.total_cmp(&other.0));
    let most = bottom - NAME_APART * units(ends.len().saturating_sub(1));
    let mut least = top;
    for (at, (y, look, text)) in ends.into_iter().enumerate() {
        let y = y.clamp(least, (most + NAME_APART * units(at)).max(least));
        canvas.text(&format!("name {look}"), (right + 10.0, y + 4.0), text);
        least = y + NAME_APART;
    }
}

/// How high a part of the whole stands in the field.
fn height(part: usize, whole: usize) -> f64 {
    let (_, top, _, bottom) = FIELD;
    bottom - (bottom - top) * units(part) / units(whole.max(1))
}
