//! Charts as SVG, made by the server: values in, markup out. No script, no colour of its own: shapes have classes, and the sheet says how
//! they look in light, in dark and on paper. Next to each chart stands a table with the same numbers.
//!
//! | file | what it draws |
//! |---|---|
//! | `columns` | upright bars over months |
//! | `pareto` | bars by count, and the line of their cumulated share |
//! | `trend` | lines over months |
//! | `stacked` | one horizontal bar a line, in parts |

mod columns;
mod pareto;
mod stacked;
mod trend;

use std::fmt::{Display, Write as _};

pub use columns::{Column, columns};
pub use pareto::{Bar, pareto};
pub use stacked::{Part, Row, stacked};
pub use trend::{Line, trend};

use super::pages::shell::escaped;

/// Width of every chart, in its own units.
const WIDTH: f64 = 640.0;

/// What a chart says to whoever does not see it.
pub struct Told<'a> {
    /// Names its elements; one of a kind on its page.
    pub id: &'a str,
    /// Its title.
    pub title: String,
    /// What can be seen in it.
    pub summary: String,
}

/// Markup that grows.
struct Canvas {
    markup: String,
}

impl Canvas {
    /// An image that is read out by its title and summary.
    fn begin(told: &Told<'_>, height: f64) -> Self {
        let Told { id, title, summary } = told;
        let (title, summary) = (escaped(title), escaped(summary));
        Self {
            markup: format!(
                "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"{id}-t\" aria-describedby=\"{id}-d\">\n\
                 <title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{summary}</desc>\n"
            ),
        }
    }

    fn end(mut self) -> String {
        self.markup.push_str("</svg>");
        self.markup
    }

    fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.add(format_args!(
            "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>\n",
            from.0, from.1, to.0, to.1
        ));
    }

    fn text(&mut self, class: &str, at: (f64, f64), text: impl Display) {
        let text = escaped(&text.to_string());
        self.add(format_args!(
            "<text class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\">{text}</text>\n",
            at.0, at.1
        ));
    }

    /// A rectangle that says what it is when it is pointed at.
    fn bar(&mut self, class: &str, at: (f64, f64), size: (f64, f64), says: &str) {
        let says = escaped(says);
        self.add(format_args!(
            "<rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"><title>{says}</title></rect>\n",
            at.0, at.1, size.0, size.1
        ));
    }

    fn path(&mut self, class: &str, points: &[(f64, f64)]) {
        let points: Vec<String> = points
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        self.add(format_args!(
            "<polyline class=\"{class}\" points=\"{}\"/>\n",
            points.join(" ")
        ));
    }

    fn dot(&mut self, class: &str, (x, y): (f64, f64)) {
        self.add(format_args!(
            "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>\n"
        ));
    }

    fn add(&mut self, markup: std::fmt::Arguments<'_>) {
        // Writing to a text never fails.
        let _ = self.markup.write_fmt(markup);
    }
}

/// A number that a scale is divided by: at most five steps of 1, 2 or 5 times a power of ten reach the largest value.
fn step(largest: usize) -> usize {
    let mut ten = 1;
    loop {
        for step in [ten, 2 * ten, 5 * ten] {
            if step * 5 >= largest {
                return step;
            }
        }
        ten *= 10;
    }
}

/// As a number of the page's own units: counts on a chart are small enough for it to be exact.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts on a chart are far below 2^52, and a pixel is no money"
)]
const fn units(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told() -> Told<'static> {
        Told {
            id: "c",
            title: "a < b".to_owned(),
            summary: "\"quoted\"".to_owned(),
        }
    }

    #[test]
    fn a_scale_has_at_most_five_steps_that_people_count_in() {
        for (largest, expected) in [
            (0, 1),
            (5, 1),
            (6, 2),
            (10, 2),
            (11, 5),
            (25, 5),
            (26, 10),
            (300, 100),
        ] {
            assert_eq!(step(largest), expected, "{largest}");
        }
    }

    #[test]
    fn what_a_chart_says_cannot_become_markup_and_nothing_needs_a_style() {
        let bars = [Bar {
            says: "<script>".to_owned(),
            count: 3,
            cumulated_per_mille: 1_000,
        }];
        let lines = [Line {
            name: "</svg>".to_owned(),
            values: vec![0, 3],
        }];
        let rows = [Row {
            name: "<b>".to_owned(),
            parts: vec![Part {
                class: "s1",
                says: "'".to_owned(),
                value: 1.5,
            }],
            total: "1.5".to_owned(),
        }];
        let upright = [Column {
            label: "<u>".to_owned(),
            under: Some("<s>".to_owned()),
            says: "<em>".to_owned(),
            value: 2.5,
        }];
        let legend = [("s1", "<i>".to_owned())];
        let months = ["2026-01".to_owned(), "2026-02".to_owned()];
        for svg in [
            pareto(&told(), &bars),
            trend(&told(), &months, &lines),
            stacked(&told(), &legend, &rows),
            columns(&told(), &upright, 3),
        ] {
            for wrong in [
                "<u>", "<s>", "<em>", "<script", "<b>", "<i>", "style=", "NaN", "inf", "a < b",
            ] {
                assert!(!svg.contains(wrong), "{wrong} in {svg}");
            }
            assert_eq!(svg.matches("</svg>").count(), 1, "{svg}");
            assert!(svg.contains("role=\"img\"") && svg.contains("<desc id=\"c-d\">&quot;quoted"));
        }
    }

    #[test]
    fn nothing_at_all_is_drawn_too() {
        for svg in [
            pareto(&told(), &[]),
            trend(&told(), &[], &[]),
            stacked(&told(), &[], &[]),
            columns(&told(), &[], 0),
        ] {
            assert!(!svg.contains("NaN") && svg.ends_with("</svg>"), "{svg}");
        }
    }
}
