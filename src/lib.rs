//! sanmiao
