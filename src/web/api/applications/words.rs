//! What an applicant says to their officer.

use utoipa::ToSchema;

use crate::web::extract::{Fields, Read, TextRule, text};

/// Words to the officer.
#[derive(Debug, ToSchema)]
pub struct WordsRequest {
    /// In one's own words.
    #[schema(example = "劳动合同已上传。", max_length = 2000)]
    pub(super) words: String,
}

impl Read for WordsRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self {
            words: fields.required("words", text(TextRule::lines(2000)))?,
        })
    }
}
