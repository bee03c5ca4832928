//! History, read.

use super::TrustSpace;
use crate::domain::error::Failure;
use crate::domain::registry_event::{EventFilter, RecordedEvent};
use crate::storage::registry_events;

impl TrustSpace {
    /// All that happened, after an event of this number (0: from the beginning), in the order of history.
    pub async fn events(&self, after: i64, limit: i64) -> Result<Vec<RecordedEvent>, Failure> {
        self.history(EventFilter::default(), after, limit).await
    }

    /// What happened to an operator.
    pub async fn operator_events(
        &self,
        operator: i64,
        after: i64,
        limit: i64,
    ) -> Result<Vec<RecordedEvent>, Failure> {
        self.operator(operator).await?;
        let filter = EventFilter {
            operator: Some(operator),
            certificate: None,
        };
        self.history(filter, after, limit).await
    }

    async fn history(
        &self,
        filter: EventFilter,
        after: i64,
        limit: i64,
    ) -> Result<Vec<RecordedEvent>, Failure> {
        let mut connection = self.connection().await?;
        Ok(registry_events::list(&mut connection, filter, after, limit).await?)
    }
}
