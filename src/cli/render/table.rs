//! Record batches as a table of boxes. Widths are those of the terminal, where a Chinese character takes two columns;
//! what does not fit is cut and says so.

use super::formatter;
use crate::message::{Lang, Message};
use arrow::array::RecordBatch;
use std::io::{self, Write};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A column is never cut below this width.
const WIDTH_MIN: usize = 6;
const NULL: &str = "NULL";

/// How much room there is.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct TableStyle {
    /// Columns of the terminal; `None`: any width.
    pub(in crate::cli) width: Option<usize>,
    /// Rows to show; `None`: all.
    pub(in crate::cli) rows_max: Option<usize>,
    /// Language of the note below the table.
    pub(in crate::cli) lang: Lang,
}

/// Writes `batches`, which share one schema, as one table.
pub(in crate::cli) fn table(out: &mut dyn Write, batches: &[RecordBatch], style: &TableStyle) -> io::Result<()> {
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let shown = rows.min(style.rows_max.unwrap_or(rows));
    let count = |key: &'static str| Message::new(key).with("rows", rows).with("shown", shown).render(style.lang);
    let Some(schema) = batches.first().map(RecordBatch::schema).filter(|schema| !schema.fields().is_empty()) else {
        return writeln!(out, "{}", count("cli.table_rows"));
    };
    let names: Vec<String> = schema.fields().iter().map(|field| clean(field.name())).collect();
    let right: Vec<bool> = schema.fields().iter().map(|field| field.data_type().is_numeric()).collect();
    let mut widths: Vec<usize> = names.iter().map(|name| name.width()).collect();
    each_row(batches, shown, |cells| {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.width());
        }
        Ok(())
    })?;
    if let Some(width) = style.width {
        fit(&mut widths, width);
    }
    rule(out, &widths, ['┌', '┬', '┐'])?;
    line(out, &names, &widths, &vec![false; widths.len()])?;
    rule(out, &widths, ['├', '┼', '┤'])?;
    each_row(batches, shown, |cells| line(out, cells, &widths, &right))?;
    rule(out, &widths, ['└', '┴', '┘'])?;
    writeln!(out, "{}", count(if shown < rows { "cli.table_rows_shown" } else { "cli.table_rows" }))
}

/// Calls `see` with the cells of each of the first `rows_max` rows.
fn each_row(
    batches: &[RecordBatch],
    rows_max: usize,
    mut see: impl FnMut(&[String]) -> io::Result<()>,
) -> io::Result<()> {
    let mut left = rows_max;
    for batch in batches {
        let columns: Vec<_> =
            batch.columns().iter().map(|column| formatter(column.as_ref(), NULL)).collect::<io::Result<_>>()?;
        let mut cells = vec![String::new(); columns.len()];
        for row in 0..batch.num_rows().min(left) {
            for (cell, column) in cells.iter_mut().zip(&columns) {
                *cell = clean(&column.value(row).try_to_string().map_err(io::Error::other)?);
            }
            see(&cells)?;
        }
        left = left.saturating_sub(batch.num_rows());
    }
    Ok(())
}

/// Without line breaks and control characters, which would break the table or command the terminal.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Narrows the widest columns until the table fits, or every column is at its least width.
fn fit(widths: &mut [usize], terminal: usize) {
    let room = terminal.saturating_sub(3 * widths.len() + 1);
    while widths.iter().sum::<usize>() > room {
        let over = widths.iter().sum::<usize>() - room;
        let Some(widest) = widths.iter().copied().max().filter(|&widest| widest > WIDTH_MIN) else { return };
        let second = widths.iter().copied().filter(|&width| width < widest).max().unwrap_or(WIDTH_MIN);
        let count = widths.iter().filter(|&&width| width == widest).count();
        // All widest columns together go down to the next narrower one, or by as much as is needed.
        let step = over.div_ceil(count).min(widest - second.max(WIDTH_MIN)).max(1);
        widths.iter_mut().filter(|width| **width == widest).for_each(|width| *width -= step);
    }
}

fn rule(out: &mut dyn Write, widths: &[usize], [left, middle, right]: [char; 3]) -> io::Result<()> {
    for (i, width) in widths.iter().enumerate() {
        write!(out, "{}{}", if i == 0 { left } else { middle }, "─".repeat(width + 2))?;
    }
    writeln!(out, "{right}")
}

fn line(out: &mut dyn Write, cells: &[String], widths: &[usize], right: &[bool]) -> io::Result<()> {
    for ((cell, &width), &right) in cells.iter().zip(widths).zip(right) {
        let (cell, used) = cut(cell, width);
        let space = " ".repeat(width - used);
        match right {
            true => write!(out, "│ {space}{cell} ")?,
            false => write!(out, "│ {cell}{space} ")?,
        }
    }
    writeln!(out, "│")
}

/// `text` cut to `width` columns, and the columns it takes.
fn cut(text: &str, width: usize) -> (String, usize) {
    let whole = text.width();
    if whole <= width {
        return (text.to_owned(), whole);
    }
    let (mut short, mut used) = (String::new(), 0);
    for c in text.chars() {
        let next = c.width().unwrap_or(0);
        if used + next + 1 > width {
            break;
        }
        short.push(c);
        used += next;
    }
    short.push('…');
    (short, used + 1)
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn text(batches: &[RecordBatch], width: Option<usize>, rows_max: Option<usize>) -> String {
        let mut out = Vec::new();
        table(&mut out, batches, &TableStyle { width, rows_max, lang: Lang::En }).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn chinese_text_takes_two_columns() {
        insta::assert_snapshot!("table_whole", text(&[samples::batch()], None, None));
        insta::assert_snapshot!("table_narrow", text(&[samples::batch()], Some(80), None));
    }

    #[test]
    fn every_line_fits_the_terminal() {
        for width in 77..140 {
            for line in text(&[samples::batch()], Some(width), None).lines() {
                assert!(line.width() <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn rows_beyond_the_limit_are_counted() {
        let shown = text(&[samples::numbers(2), samples::numbers(5)], None, Some(3));
        assert_eq!(shown.lines().filter(|line| line.starts_with('│')).count(), 4);
        assert!(shown.ends_with("7 rows, the first 3 shown\n"), "{shown}");
        assert_eq!(text(&[], None, None), "0 rows\n");
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(clean("a\x1b[31m\nb"), "a [31m b");
    }
}
