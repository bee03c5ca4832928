//! The trust space on a real PostgreSQL: who may do what, what is kept of it, what stands in a list.

mod keys;
mod publish;
mod publishing;
