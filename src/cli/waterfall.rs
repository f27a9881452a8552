//! A match weight as a waterfall: each term a bar that begins where the one before it ended. Widths are those of the
//! terminal, where a Chinese character takes two columns.

use crate::explain::{Pair, Term};
use crate::message::{Lang, Message};
use std::io::{self, Write};
use unicode_width::UnicodeWidthStr;

/// Columns of the bars.
const BARS_MIN: usize = 20;
const BARS_MAX: usize = 60;

/// How to draw.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) lang: Lang,
    pub(super) color: bool,
    /// Columns of the terminal.
    pub(super) width: usize,
}

impl Style {
    /// `text` in an ANSI colour, where colours are wanted.
    pub(super) fn paint(self, code: &str, text: &str) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// `text` with blanks to `width` columns.
pub(super) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

fn label(name: &str, lang: Lang) -> String {
    let key = match name {
        "prior" => "explain.term.prior",
        "identity" => "explain.term.identity",
        "name" => "explain.term.name",
        "phone" => "explain.term.phone",
        "address" => "explain.term.address",
        "rest" => "explain.term.rest",
        // A comparison of a pipeline's own.
        other => return other.to_owned(),
    };
    Message::new(key).render(lang)
}

/// Hundredths of bits of each term and of the whole, so rounded that they add up: the last term takes what rounding leaves.
fn hundredths(pair: &Pair) -> (Vec<i64>, i64) {
    let round = |bits: f64| (bits * 100.0).round() as i64;
    let whole = round(pair.match_weight);
    let mut parts: Vec<i64> = pair.terms.iter().map(|term| round(term.bits)).collect();
    let others: i64 = parts.iter().rev().skip(1).sum();
    if let Some(last) = parts.last_mut() {
        *last = whole - others;
    }
    (parts, whole)
}

/// Two decimals with a sign.
fn signed(hundredths: i64) -> String {
    let sign = if hundredths < 0 { '−' } else { '+' };
    format!("{sign}{}.{:02}", hundredths.abs() / 100, hundredths.abs() % 100)
}

/// Draws the weight of `pair`, with a mark where a match begins.
pub(super) fn draw(out: &mut dyn Write, pair: &Pair, match_weight_min: Option<f64>, style: Style) -> io::Result<()> {
    let (parts, whole) = hundredths(pair);
    let sum = Message::new("explain.term.sum").render(style.lang);
    let names: Vec<String> = pair.terms.iter().map(|term| label(&term.name, style.lang)).collect();
    let level = |term: &Term| term.level.clone().unwrap_or_default();
    let name_width = names.iter().map(|name| name.width()).chain([sum.width()]).max().unwrap_or(0);
    let level_width = pair.terms.iter().map(|term| level(term).width()).max().unwrap_or(0);
    let bars = style.width.saturating_sub(name_width + level_width + 16).clamp(BARS_MIN, BARS_MAX);

    let limit = match_weight_min.map(|bits| (bits * 100.0).round() as i64);
    let mut ends = vec![0];
    parts.iter().for_each(|part| ends.push(ends[ends.len() - 1] + part));
    let low = ends.iter().chain(&limit).copied().min().unwrap_or(0);
    let high = ends.iter().chain(&limit).copied().max().unwrap_or(0).max(low + 1);
    let column = |value: i64| ((value - low) as i128 * (bars as i128 - 1) / i128::from(high - low)) as usize;
    let mark = limit.map(column);
    for (i, term) in pair.terms.iter().enumerate() {
        let (from, to) = (column(ends[i].min(ends[i + 1])), column(ends[i].max(ends[i + 1])));
        let (full, color) = if parts[i] < 0 { ('▒', "31") } else { ('█', "32") };
        let bar: String = (0..bars)
            .map(|at| match at {
                _ if parts[i] != 0 && (from..=to).contains(&at) => full,
                _ if Some(at) == mark => '┊',
                _ => ' ',
            })
            .collect();
        writeln!(
            out,
            "  {}  {}  {:>8}  {}",
            pad(&names[i], name_width),
            pad(&level(term), level_width),
            signed(parts[i]),
            style.paint(color, bar.trim_end())
        )?;
    }
    let blank = " ".repeat(level_width);
    let line = format!("  {}  {blank}  {:>8}", pad(&sum, name_width), signed(whole));
    writeln!(out, "{}", style.paint("1", &line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> Pair {
        let term = |name: &str, level: Option<&str>, bits| Term {
            name: name.to_owned(),
            level: level.map(str::to_owned),
            bits,
        };
        let terms = vec![
            term("prior", None, -21.404),
            term("identity", Some("birth_day_sex_same"), 15.604),
            term("name", Some("exact"), 13.004),
            term("phone", Some("different"), -1.5),
            term("address", Some("missing"), 0.0),
            term("rest", None, 0.296),
        ];
        let weight = terms.iter().map(|term| term.bits).sum();
        Pair { left: "a:1".to_owned(), right: "b:2".to_owned(), table: "links", why: None, match_weight: weight, terms }
    }

    fn drawn(lang: Lang, color: bool) -> String {
        let mut out = Vec::new();
        draw(&mut out, &pair(), Some(3.0), Style { lang, color, width: 80 }).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_shown_adds_up() {
        let (parts, whole) = hundredths(&pair());
        assert_eq!(parts.iter().sum::<i64>(), whole);
        assert_eq!((whole, signed(-150), signed(0)), (600, "−1.50".to_owned(), "+0.00".to_owned()));
    }

    #[test]
    fn a_waterfall() {
        insta::assert_snapshot!(drawn(Lang::En, false), @r"
          before comparing                        −21.40  ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒  ┊
          identity          birth_day_sex_same    +15.60  ████████████████        ┊
          name              exact                 +13.00                 ███████████████
          phone             different              −1.50                          ┊  ▒▒▒
          address           missing                +0.00                          ┊
          together                                 +0.30                          ┊  █
          match weight                             +6.00
        ");
    }

    #[test]
    fn columns_stand_below_each_other_in_chinese() {
        let text = drawn(Lang::Zh, false);
        assert!(!text.contains('\x1b') && drawn(Lang::Zh, true).contains("\x1b[31m"));
        let ends: Vec<usize> = text
            .lines()
            .map(|line| {
                let number = line.find(['+', '−']).unwrap();
                let end = line[number..].find(' ').map_or(line.len(), |n| number + n);
                line[..end].width()
            })
            .collect();
        assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{text}");
    }
}
