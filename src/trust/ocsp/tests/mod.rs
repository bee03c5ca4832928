//! Requests and answers as a whole: ours read back, hostile ones refused, and `openssl` as the other side.
