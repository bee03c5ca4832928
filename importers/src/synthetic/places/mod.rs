//! Where things are: communes, postal addresses, telephone numbers. It must not know who or what lives there.

pub(crate) mod address;
pub(crate) mod communes;
pub(crate) mod phones;
mod streets;
