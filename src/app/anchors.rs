//! The authorities of the settings, read once when a node begins.

use super::AppError;
use crate::config::Trust;
use crate::trust::chain::Anchors;

/// Every anchor of the settings' files.
pub(super) fn read(settings: &Trust) -> Result<Anchors, AppError> {
    let mut anchors = Anchors::default();
    for file in &settings.anchor_files {
        let unusable = |problem: &dyn std::fmt::Display| AppError::Anchors {
            file: file.clone(),
            problem: problem.to_string(),
        };
        let bytes = std::fs::read(file).map_err(|error| unusable(&error))?;
        anchors = anchors.and(Anchors::from_pem(&bytes).map_err(|error| unusable(&error))?);
    }
    Ok(anchors)
}
