//! The real binary, end to end: exit codes, both streams, and everything that people and programs see.

mod documentation;
mod exit_codes;
mod formats;
mod input;
mod keys;
mod redaction;
mod run;
mod terminal;
