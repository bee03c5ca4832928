//! `annuaire openapi`: the description of the REST interface, as committed in `openapi/`.

use super::{Failed, output};

pub(super) fn run() -> Result<(), Failed> {
    output::text(&crate::api::openapi::to_json()?);
    Ok(())
}
