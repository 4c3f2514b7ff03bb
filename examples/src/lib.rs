//! Annotated tests against real networking crates; they are in `tests/`, one file each.
