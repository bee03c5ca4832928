//! The forms in which a signed list is given out. It must not know over what it is sent.

mod json;

use super::xml::VerifiedList;

/// Why a list was not written in some form.
#[derive(Debug, thiserror::Error)]
#[error("the list cannot be written as {format}: {problem}")]
pub struct RenderError {
    /// Name of the format.
    pub format: &'static str,
    /// What is wrong.
    pub problem: String,
}

/// A form of the list.
pub struct Format {
    /// Short name.
    pub name: &'static str,
    /// Media type (RFC 6838).
    pub media_type: &'static str,
    /// Name of the file that holds it.
    pub file_name: &'static str,
    /// Writes the signed bytes, which were verified as this list, in this form.
    pub render: fn(&[u8], &VerifiedList) -> Result<Vec<u8>, RenderError>,
}

/// Every format; the first is the signed original, which the others are made from.
pub const FORMATS: &[Format] = &[
    Format {
        name: "xml",
        media_type: "application/xml",
        file_name: "listeblanchemssante.xml",
        render: |signed, _| Ok(signed.to_vec()),
    },
    Format {
        name: "json",
        media_type: "application/json",
        file_name: "listeblanchemssante.json",
        render: json::render,
    },
];

/// The format of a name.
pub fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_differ_by_name_and_file() {
        for (place, format) in FORMATS.iter().enumerate() {
            assert_eq!(find(format.name).unwrap().file_name, format.file_name);
            for other in &FORMATS[place + 1..] {
                assert_ne!(format.file_name, other.file_name);
            }
        }
        assert!(find("pdf").is_none());
    }
}
