//! The trust space on a real PostgreSQL: who may do what, what is kept of it, what stands in a list.

mod administrators;
mod alerts;
mod approvals;
mod bindings;
mod certificate_acts;
mod certificates;
mod council;
mod pki;
mod registered;
mod scheduled;
