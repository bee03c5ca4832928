//! The trust space on a real PostgreSQL: who may do what, what is kept of it, what stands in a list.

mod administrators;
mod alerts;
mod approvals;
mod bindings;
mod campaigns;
mod certificate_acts;
mod certificates;
mod council;
mod keys;
mod list_import;
mod losses;
mod mail_domains;
mod onboarding;
mod pki;
mod previews;
mod publish;
mod published_list;
mod publishing;
mod registered;
mod resigned;
mod schedule;
mod scheduled;
mod signers;
mod versions;
