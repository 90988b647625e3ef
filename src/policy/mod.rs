//! Stub.
/// Book.
#[derive(Debug, Default)]
pub struct PolicyBook;
/// Explanation of a finding.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "stub")]
pub struct Explanation { pub criterion: String, pub verdict: String, pub title_zh: String, pub title_en: String, pub text_zh: String, pub text_en: String, pub basis: String }
