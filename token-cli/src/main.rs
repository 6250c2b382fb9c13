//! `s2s`: inspects and validates Microsoft server-to-server tokens.
//!
//! Everything that touches a terminal, a file, the clock or an exit code is in this crate; `docs/cli.md` is its contract.

mod args;
mod clock;
mod commands;
mod console;
mod error;
mod exit;
mod input;
mod output;
mod own_keys;
mod redacted;
mod report;

use std::process::ExitCode;

use args::{Command, KeysCommand};
use clap::{CommandFactory, FromArgMatches};
use console::Console;
use error::CliError;
use exit::Exit;

fn main() -> ExitCode {
    let matches = match args::Args::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return usage(&error).into(),
    };
    let args = match args::Args::from_arg_matches(&matches) {
        Ok(args) => args,
        Err(error) => return usage(&error).into(),
    };
    let mut console = Console::new(args.color);
    let done = run(&args.command, &mut console).and_then(|exit| console.flush().map(|()| exit));
    match done {
        Ok(exit) => exit,
        Err(CliError::Closed) => Exit::Closed,
        Err(error) => {
            // What was found before the error is still worth having.
            if matches!(console.flush(), Err(CliError::Closed)) {
                return Exit::Closed.into();
            }
            console.error(&error.to_string());
            error.exit()
        }
    }
    .into()
}

fn run(command: &Command, console: &mut Console) -> Result<Exit, CliError> {
    match command {
        Command::Inspect(args) => commands::inspect::run(args, console),
        Command::Validate(args) => commands::validate::run(args, console),
        Command::Challenge(args) => commands::challenge::run(args, console),
        Command::Probe(args) => commands::probe::run(args, console),
        Command::Keys { command } => match command {
            KeysCommand::Show(args) => commands::keys::run(args, console),
            KeysCommand::Fetch(args) => commands::fetch::run(args, console),
            KeysCommand::Diff(args) => commands::diff::run(args, console),
        },
        Command::Explain(args) => commands::explain::run(args, console),
        Command::Completions { shell } => commands::manual::completions(*shell, console),
        Command::Man { command } => commands::manual::man(command.as_deref(), console),
    }
}

/// Prints help and version as they are, and what is wrong with the arguments without any token that stands in them.
fn usage(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        return match error.print() {
            Ok(()) => Exit::Clean,
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Closed,
            Err(_) => Exit::Failed,
        };
    }
    let text = error.render().to_string();
    let safe: Vec<_> = text.lines().map(redacted::text).collect();
    console::to_stderr(&format!("{}\n", safe.join("\n")));
    Exit::Usage
}
