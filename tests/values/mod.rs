//! Values against other people's reckoning: Python packages that share no line with this program.
//!
//! They need the Python of `.tools/venv` (`make tools`). A test that cannot ask its oracle fails; it never passes by being skipped.

mod calendar;
mod deadlines;
mod money;
mod names;
mod numbers;
pub(crate) mod oracle;
mod workbook;
