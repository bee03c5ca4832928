//! The list's XML as a whole: against `xmlsec1`, against mutations, and against the real list.

mod differential;
pub(in crate::trust) mod fixture;
mod mutations;
mod outside;
mod properties;
mod real_list;
