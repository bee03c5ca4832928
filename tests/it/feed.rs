//! The change feed: no gap, whoever writes; and a read model that is always whole.
