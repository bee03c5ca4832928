//! Lists that are read, lists that are not, and whose they are.

use super::*;
