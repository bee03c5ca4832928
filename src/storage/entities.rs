//! The tables an import fills, as one readable slice; comparing and applying are written from it.

/// A table of the truth with a staging table of the same columns.
#[derive(Debug)]
pub struct Entity {
    /// Table name, in `public` and in `staging`.
    pub name: &'static str,
    /// Columns that tell one row from another.
    pub key: &'static [&'static str],
    /// The other columns that come from the file, `flags` included.
    pub content: &'static [&'static str],
    /// When a staged row `s` differs from the row `t` of the same key.
    pub differs: &'static str,
    /// Content columns whose former value still says which documents show the row.
    pub former: &'static [&'static str],
    /// What else a row must meet to be under the rule of the files being imported.
    pub scope: Scope,
}

/// Which rows of a table a file speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    Whole,
    /// Those whose `origin` is among the origins of the files being imported.
    ByOrigin,
}

// Flags say what this version of the program thinks of a row, so they can change while the row does not.
const BY_DIGEST: &str = "(s.digest <> t.digest or s.flags <> t.flags)";
const BY_COPIES: &str = "(s.copies <> t.copies or s.flags <> t.flags)";

/// Every entity, in the order of reports.
pub const ENTITIES: &[Entity] = &[
    Entity {
        name: "practitioner",
        key: &["national_id"],
        content: &["civility", "family", "given", "flags", "digest"],
        differs: BY_DIGEST,
        former: &[],
        scope: Scope::Whole,
    },
    Entity {
        name: "practice",
        key: &["national_id", "profession", "category"],
        content: &["title", "flags", "digest"],
        differs: BY_DIGEST,
        former: &[],
        scope: Scope::Whole,
    },
    Entity {
        name: "specialty",
        key: &["national_id", "profession", "kind", "code", "origin"],
        content: &["flags", "digest"],
        differs: BY_DIGEST,
        former: &[],
        scope: Scope::ByOrigin,
    },
    Entity {
        name: "diploma",
        key: &[
            "national_id",
            "kind",
            "code",
            "authorization_kind",
            "discipline",
        ],
        content: &["flags", "digest"],
        differs: BY_DIGEST,
        former: &[],
        scope: Scope::Whole,
    },
    Entity {
        name: "organization",
        key: &["id"],
        content: &[
            "national_id",
            "siret",
            "siren",
            "finess",
            "legal_entity_finess",
            "legal_name",
            "trade_name",
            "address_lines",
            "cedex",
            "postal_code",
            "commune_code",
            "commune",
            "country",
            "department",
            "phone",
            "phone2",
            "fax",
            "email",
            "sector",
            "flags",
            "digest",
        ],
        differs: BY_DIGEST,
        former: &["national_id"],
        scope: Scope::Whole,
    },
    Entity {
        name: "role",
        key: &["national_id", "digest"],
        content: &[
            "profession",
            "category",
            "practice_mode",
            "function",
            "activity_kind",
            "pharmacist_section",
            "registration_authority",
            "organization_id",
            "copies",
            "flags",
        ],
        differs: BY_COPIES,
        former: &[],
        scope: Scope::Whole,
    },
    Entity {
        name: "mailbox",
        key: &["address"],
        content: &["kind", "accepts_paperless", "unlisted", "flags", "digest"],
        differs: BY_DIGEST,
        former: &[],
        scope: Scope::Whole,
    },
    Entity {
        name: "attachment",
        key: &["address", "digest"],
        content: &[
            "person_id",
            "title",
            "family",
            "given",
            "category",
            "profession",
            "specialty",
            "structure_id",
            "legal_name",
            "trade_name",
            "address_lines",
            "cedex",
            "postal_code",
            "department",
            "country",
            "service",
            "copies",
            "flags",
        ],
        differs: BY_COPIES,
        former: &[],
        scope: Scope::Whole,
    },
];

impl Entity {
    /// The entity of this table name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ENTITIES.iter().find(|entity| entity.name == name)
    }

    /// All columns that come from the file, in the order of the staging rows: key, then content.
    pub fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.key.iter().chain(self.content).copied()
    }

    /// The order in which staged rows are written: what the digest covers, the digest, the rest.
    pub fn staged_columns(&self) -> Vec<&'static str> {
        const AFTER: [&str; 3] = ["digest", "copies", "flags"];
        let mut columns: Vec<&str> = self.columns().filter(|c| !AFTER.contains(c)).collect();
        columns.extend(
            AFTER
                .iter()
                .filter(|after| self.columns().any(|c| c == **after)),
        );
        columns
    }

    /// Whether a row is known by its content alone, so that a change is one row gone and one new.
    pub fn is_known_by_content(&self) -> bool {
        self.key.contains(&"digest")
    }
}
