//! Lays text out: indentation, aligned columns, lines broken between words and never inside one.
//!
//! Widths are counted before colour is added, so that colour never moves anything.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

pub(super) const PLAIN: Style = Style::new();
pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();
pub(super) const NAME: Style = AnsiColor::Cyan.on_default();
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();

/// Text under construction.
pub(super) struct Page {
    out: String,
    width: usize,
}

/// A row: a label in a column of its own, and a text that stays to the right of it.
pub(super) struct Row<'r> {
    pub(super) indent: usize,
    pub(super) label: &'r str,
    pub(super) label_style: Style,
    /// Columns of the label, without the two that separate it from the text.
    pub(super) column: usize,
    pub(super) text: &'r str,
    pub(super) style: Style,
}

impl Page {
    pub(super) const fn new(width: usize) -> Self {
        Self { out: String::new(), width }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    pub(super) const fn width(&self) -> usize {
        self.width
    }

    pub(super) fn blank(&mut self) {
        self.out.push('\n');
    }

    /// A text on lines of its own.
    pub(super) fn text(&mut self, indent: usize, text: &str, style: Style) {
        for line in wrap(text, self.width.saturating_sub(indent)) {
            let _ = writeln!(self.out, "{:indent$}{style}{line}{style:#}", "");
        }
    }

    /// A label and a text beside it.
    pub(super) fn row(&mut self, row: &Row<'_>) {
        let Row { indent, label, label_style, column, text, style } = row;
        let start = indent + column + 2;
        let mut pad = column.saturating_sub(label.chars().count()) + 2;
        let _ = write!(self.out, "{:indent$}{label_style}{label}{label_style:#}", "", indent = *indent);
        if label.chars().count() > *column {
            // A label that is too long has its line for itself.
            self.out.push('\n');
            pad = start;
        }
        let lines = wrap(text, self.width.saturating_sub(start));
        if lines.is_empty() {
            self.out.push('\n');
        }
        for line in lines {
            let _ = writeln!(self.out, "{:pad$}{style}{line}{style:#}", "");
            pad = start;
        }
    }

    /// A line that is built by the caller, of pieces each with its style. It is not broken.
    pub(super) fn line(&mut self, indent: usize, pieces: &[(&str, Style)]) {
        let _ = write!(self.out, "{:indent$}", "");
        for (text, style) in pieces {
            let _ = write!(self.out, "{style}{text}{style:#}");
        }
        // A column that is filled up with blanks may be the last one.
        let kept = self.out.trim_end_matches(' ').len();
        self.out.truncate(kept);
        self.out.push('\n');
    }
}

/// Breaks a text between words; a word that is too long for a line is broken behind what separates its parts.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let len = |text: &str| text.chars().count();
        let needed = len(word) + usize::from(!line.is_empty());
        if len(&line) + needed <= width {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for part in parts(word, width) {
            if len(&line) + len(part) > width && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line.push_str(part);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The pieces of a word between which it may be broken: as few as will do.
fn parts(word: &str, width: usize) -> Vec<&str> {
    if word.chars().count() <= width {
        return vec![word];
    }
    let coarse: Vec<_> = word.split_inclusive(['/', '@', ',', ';', '?', '&']).collect();
    let fine = |part| -> Vec<&str> {
        let part: &str = part;
        if part.chars().count() <= width {
            vec![part]
        } else {
            part.split_inclusive(['-', '.', ':', '_']).collect()
        }
    };
    coarse.into_iter().flat_map(fine).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrap_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("one  two", 80), ["one two"]);
        assert_eq!(wrap("", 10), Vec::<String>::new());
    }

    #[test]
    fn wrap_principal_behind_its_separators() {
        let aud =
            "00000002-0000-0ff1-ce00-000000000000/mail.contoso.com@b84c5afe-7ced-4ce8-aa0b-df0e2869d3c8";
        assert_eq!(
            wrap(aud, 60),
            [
                "00000002-0000-0ff1-ce00-000000000000/mail.contoso.com@",
                "b84c5afe-7ced-4ce8-aa0b-df0e2869d3c8"
            ]
        );
        assert_eq!(wrap(aud, 60).concat(), aud);
    }

    #[test]
    fn row_aligned_and_hanging() {
        let mut page = Page::new(24);
        for label in ["aud", "a-long-label"] {
            let (label_style, style) = (PLAIN, PLAIN);
            page.row(&Row { indent: 2, label, label_style, column: 4, text: "first second third", style });
        }
        assert_eq!(
            page.finish(),
            "  aud   first second\n        third\n  a-long-label\n        first second\n        third\n"
        );
    }
}
