//! The trust space on a real PostgreSQL: who may do what, what is kept of it, what stands in a list.

mod alerts;
mod api_list;
mod api_registry;
mod api_roles;
mod bindings;
mod certificate_acts;
mod certificates;
mod keys;
mod list_import;
mod losses;
mod pki;
mod publish;
mod published_list;
mod publishing;
mod registered;
mod resigned;
mod schedule;
mod signers;
mod versions;
mod web;
