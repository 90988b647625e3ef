//! Stub.
/// Calendar.
#[derive(Debug, Clone, Default)]
pub struct WorkingCalendar;
