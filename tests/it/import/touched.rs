//! A reader that reads again what the feed names holds what a reader that reads everything holds.
