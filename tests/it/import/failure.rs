//! Imports that break off: the state before is whole, and the import can be run again.
