//! One file per command: what is read, what is made of it, how the run ends.

pub(crate) mod challenge;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod fetch;
pub(crate) mod inspect;
pub(crate) mod keys;
pub(crate) mod manual;
pub(crate) mod probe;
pub(crate) mod trust;
pub(crate) mod validate;

use std::ffi::OsString;

use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::input::{self, Input, Source};

/// Reads every input in turn and hands it to `each`; what goes wrong with one does not keep the others from being read.
///
/// Returns the worst of all results.
fn for_each_input(
    arguments: &[OsString],
    console: &mut Console,
    mut each: impl FnMut(Input, &mut Console) -> Result<Exit, CliError>,
) -> Result<Exit, CliError> {
    let mut worst = Exit::Clean;
    for source in input::sources(arguments) {
        if matches!(source, Source::Argument(_)) {
            console.warning("a token on the command line can be seen by other users of this machine, and stays in the history");
        }
        if matches!(source, Source::Stdin) && std::io::IsTerminal::is_terminal(&std::io::stdin()) {
            console.note("reading tokens from the terminal, one per line; end with Ctrl-D");
        }
        let read = source.read().and_then(|bytes| {
            input::cut(&source, bytes)
                .map_err(|nothing| CliError::Nothing(format!("{}: {nothing}", source.name())))
        });
        let result = match read {
            Ok(input) => each(input, console)?,
            Err(error) => {
                console.error(&error.to_string());
                error.exit()
            }
        };
        worst = worst.max(result);
    }
    Ok(worst)
}
