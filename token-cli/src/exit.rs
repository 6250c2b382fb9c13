//! The exit codes: one table, which the help, the manual and the documentation print.
//!
//! Follows docs/cli.md (exit codes): a script must be able to tell "invalid" from "could not look".

use std::process::ExitCode;

/// How a run ended. Ordered: of several results the greater one is the run's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    Clean,
    Nothing,
    Indeterminate,
    Invalid,
    Failed,
    Usage,
    Closed,
}

impl Exit {
    pub(crate) const ALL: [Self; 7] = [
        Self::Clean,
        Self::Failed,
        Self::Usage,
        Self::Nothing,
        Self::Indeterminate,
        Self::Invalid,
        Self::Closed,
    ];

    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Nothing => 3,
            Self::Indeterminate => 10,
            Self::Invalid => 20,
            // As the shell reports a program that SIGPIPE ended; 0 would say that every token is valid.
            Self::Closed => 141,
        }
    }

    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Clean => "every token is valid; for the other commands: nothing to complain about",
            Self::Failed => "a file could not be read, a server not be asked, or the output not be written",
            Self::Usage => "the arguments or the policy are wrong",
            Self::Nothing => "an input holds nothing that the command looks for",
            Self::Indeterminate => "at least one token could not be verified: keys are missing",
            Self::Invalid => {
                "at least one token is invalid or unsigned, or cannot be decoded; a challenge or a server has findings"
            }
            Self::Closed => "whoever read the output closed it early",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Prints the table for people.
pub(crate) fn table() -> String {
    let mut text = "Exit codes:\n".to_owned();
    for exit in Exit::ALL {
        text.push_str(&format!("{:>5}  {}\n", exit.code(), exit.meaning()));
    }
    text.push_str("Of several results the exit code is the first of 2, 1, 20, 10, 3, 0 that applies.");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_worst_result_wins() {
        let worst = |results: &[Exit]| results.iter().copied().max().map(Exit::code);
        assert_eq!(worst(&[Exit::Clean, Exit::Indeterminate, Exit::Invalid]), Some(20));
        assert_eq!(worst(&[Exit::Invalid, Exit::Failed]), Some(1));
        assert_eq!(worst(&[Exit::Clean, Exit::Nothing]), Some(3));
        assert_eq!(worst(&[Exit::Nothing, Exit::Indeterminate]), Some(10));
    }

    #[test]
    fn table_same_as_in_the_documentation() {
        let documentation = include_str!("../../docs/cli.md");
        for exit in Exit::ALL {
            let row = format!("| {} | {} |", exit.code(), exit.meaning());
            assert!(documentation.contains(&row), "docs/cli.md lacks the row {row}");
        }
    }
}
