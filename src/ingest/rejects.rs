//! Rejected rows as a CSV that people open in a spreadsheet.

use crate::storage::{Connection, StorageError, imports};

/// The rejected rows of an import as CSV with a header; `None` where there is no such import.
pub async fn rejects_csv(
    connection: &mut Connection,
    import_id: i64,
) -> Result<Option<String>, StorageError> {
    Ok(imports::rejects(connection, import_id)
        .await?
        .map(|rows| to_csv(&rows)))
}

fn to_csv(rows: &[imports::StoredReject]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = ["file", "line", "code", "detail"].map(str::to_owned);
    let lines = rows.iter().map(|row| {
        [
            harmless(&row.file),
            row.line.to_string(),
            row.code.clone(),
            harmless(&row.detail),
        ]
    });
    for line in std::iter::once(header).chain(lines) {
        // Writing four cells to memory cannot fail.
        let _ = writer.write_record(line);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// A cell that no spreadsheet takes for a formula: those that begin like one get an apostrophe.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_no_formula_survives() {
        let row = |file: &str, detail: &str| imports::StoredReject {
            file: file.to_owned(),
            line: 7,
            code: "field_count".to_owned(),
            detail: detail.to_owned(),
        };
        assert_eq!(
            to_csv(&[row("a.txt", "3, \"4\""), row("=cmd()", "-1")]),
            "file,line,code,detail\na.txt,7,field_count,\"3, \"\"4\"\"\"\n'=cmd(),7,field_count,'-1\n"
        );
    }
}
