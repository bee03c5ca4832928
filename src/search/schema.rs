//! The fields of the index. People, structures and mailboxes share one index; their terms never meet.

use tantivy::schema::{
    BytesOptions, Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions,
};

/// Version of the index on disk: fields, terms and the stored form of documents. Whoever changes
/// one of them raises it, and nodes rebuild.
pub(super) const VERSION: u32 = 1;

/// The fields, in the order of their creation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    /// One term a document: its kind and key ([`super::terms::id`]).
    pub(super) id: Field,
    /// Conditions that hold or not, as tagged terms ([`super::terms`]).
    pub(super) tag: Field,
    /// Words and joined forms of family and given names together, their beginnings, and each alone.
    pub(super) name: NameField,
    pub(super) family: NameField,
    pub(super) given: NameField,
    /// The same of a structure's legal and trade names.
    pub(super) title: NameField,
    /// Whole names, joined: family names tagged `f`, given names `g`, structures' names `t`.
    pub(super) whole: Field,
    /// Alphabetical rank ([`super::rank::alphabetical`]).
    pub(super) order: Field,
    /// What tells equal ranks apart ([`super::rank::key`]).
    pub(super) key: Field,
    /// Of mailboxes: what the exact table holds of them ([`super::mailboxes::Recipient`]).
    pub(super) recipient: Field,
    /// The domain value, as postcard bytes.
    pub(super) body: Field,
}

/// Where names of one sort are indexed.
#[derive(Clone, Copy, Debug)]
pub(super) struct NameField {
    /// Words and joined forms.
    pub(super) words: Field,
    /// Their beginnings, 1 to [`super::analyzer::LONGEST_EDGE`] letters.
    pub(super) edges: Field,
}

pub(super) const ORDER: &str = "order";
pub(super) const KEY: &str = "key";
pub(super) const RECIPIENT: &str = "recipient";

/// The schema with its fields.
pub(super) fn build() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    // Terms come ready-made, separated by spaces; scores are ours, so neither frequencies nor lengths.
    let text = |tokenizer: &str| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(tokenizer)
                .set_index_option(IndexRecordOption::Basic)
                .set_fieldnorms(false),
        )
    };
    let id = schema.add_text_field("id", text("raw"));
    let tag = schema.add_text_field("tag", text("whitespace"));
    let mut name = |words: &str, edges: &str| NameField {
        words: schema.add_text_field(words, text("whitespace")),
        edges: schema.add_text_field(edges, text("whitespace")),
    };
    let (name, family, given, title) = (
        name("name", "name_edge"),
        name("family", "family_edge"),
        name("given", "given_edge"),
        name("title", "title_edge"),
    );
    let whole = schema.add_text_field("whole", text("whitespace"));
    let fast = NumericOptions::default().set_fast();
    let fields = Fields {
        id,
        tag,
        name,
        family,
        given,
        title,
        whole,
        order: schema.add_u64_field(ORDER, fast.clone()),
        key: schema.add_u64_field(KEY, fast.clone()),
        recipient: schema.add_u64_field(RECIPIENT, fast),
        body: schema.add_bytes_field("body", BytesOptions::default().set_stored()),
    };
    (schema.build(), fields)
}
