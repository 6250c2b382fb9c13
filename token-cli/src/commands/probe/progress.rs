//! A progress bar on stderr, where somebody sits before it.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

const WIDTH: usize = 30;

/// How much is done of how much.
pub(super) struct Progress {
    total: usize,
    shown: bool,
    last: Mutex<usize>,
}

impl Progress {
    /// Shows a bar if stderr is a terminal.
    pub(super) fn new(total: usize) -> Self {
        Self { total, shown: std::io::stderr().is_terminal() && total > 0, last: Mutex::new(0) }
    }

    /// Says how many jobs are done. Workers may come in another order than they finished.
    pub(super) fn done(&self, count: usize) {
        if !self.shown {
            return;
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if count > *last {
            *last = count;
            crate::console::to_stderr(&format!("\r{}", bar(count, self.total)));
        }
    }
}

/// Removes the bar again, so that nothing of it stays before the report.
impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            crate::console::to_stderr("\r\u{1b}[K");
        }
    }
}

fn bar(done: usize, total: usize) -> String {
    let filled = done * WIDTH / total.max(1);
    format!("probing [{}{}] {done}/{total}", "#".repeat(filled), "-".repeat(WIDTH - filled.min(WIDTH)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bar_fills_up() {
        assert_eq!(bar(0, 4), format!("probing [{}] 0/4", "-".repeat(30)));
        assert_eq!(bar(2, 4), format!("probing [{}{}] 2/4", "#".repeat(15), "-".repeat(15)));
        assert_eq!(bar(4, 4), format!("probing [{}] 4/4", "#".repeat(30)));
    }
}
