//! `s2s completions` and `s2s man`: made from the same description of the arguments as the help.

use clap::CommandFactory;

use crate::args::Args;
use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::redacted;

pub(crate) fn completions(shell: clap_complete::Shell, console: &mut Console) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "s2s", &mut script);
    console.write(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Clean)
}

/// Prints the page of `s2s`, or of one of its commands.
pub(crate) fn man(command: Option<&str>, console: &mut Console) -> Result<Exit, CliError> {
    let mut whole = Args::command();
    whole.build();
    let page = match command {
        None => whole,
        Some(name) => match whole.find_subcommand(name) {
            Some(found) => found.clone(),
            None => {
                let known: Vec<_> = whole.get_subcommands().map(clap::Command::get_name).collect();
                let (known, name) = (known.join(", "), redacted::text(name));
                return Err(CliError::Usage(format!("expected a command ({known}), found {name}")));
            }
        },
    };
    let mut roff = Vec::new();
    clap_mangen::Man::new(page).render(&mut roff)?;
    console.write(&String::from_utf8_lossy(&roff))?;
    Ok(Exit::Clean)
}
