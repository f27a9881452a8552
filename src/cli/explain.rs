//! `gridlink explain`: why a record is in its person, or why two records are (not) one.

use super::terminal::Terminal;
use super::waterfall::{self, Style, pad};
use super::wiring;
use crate::cluster::Refusal;
use crate::error::Result;
use crate::explain::{Answer, Explanation, Member, Open, Pair, Person};
use crate::message::{Lang, Message};
use std::io::{self, Write};
use std::path::PathBuf;
use unicode_width::UnicodeWidthStr;

/// Columns where there is no terminal.
const WIDTH: usize = 100;

#[derive(Debug, clap::Args)]
pub(super) struct ExplainArgs {
    /// A published set, or an output folder
    set: PathBuf,
    /// A record, SOURCE:RECORD_ID, or a person_id
    a: String,
    /// Another record
    b: Option<String>,
    /// Show the masked name of the person
    #[arg(long)]
    values: bool,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Prints the explanation.
pub(super) fn run(args: &ExplainArgs, terminal: &Terminal) -> Result<()> {
    let explanation = wiring::explain(&args.set, &args.a, args.b.as_deref(), args.values)?;
    let style = Style { lang: terminal.lang, color: terminal.color_out(), width: terminal.width().unwrap_or(WIDTH) };
    terminal.data(|out| match args.json {
        true => {
            serde_json::to_writer_pretty(&mut *out, &explanation)?;
            writeln!(out)
        }
        false => text(out, &explanation, style),
    })
}

fn text(out: &mut dyn Write, explanation: &Explanation, style: Style) -> io::Result<()> {
    match &explanation.answer {
        Answer::Record { person, open, open_left_out, .. } => {
            members(out, person, style)?;
            others(out, open, *open_left_out, style)?;
        }
        Answer::Two { pair, path, between, .. } => {
            writeln!(out, "{}", style.paint("1", &verdict(explanation, style.lang)))?;
            if let Some(pair) = pair {
                waterfall::draw(out, pair, explanation.match_weight_min, style)?;
            } else if !path.is_empty() {
                writeln!(out, "{}", say("explain.path", style.lang))?;
                for step in path {
                    writeln!(out, "{} – {}", step.left, step.right)?;
                    waterfall::draw(out, step, explanation.match_weight_min, style)?;
                }
            }
            if !between.is_empty() {
                writeln!(out, "{}", say("explain.between", style.lang))?;
                between.iter().try_for_each(|pair| line(out, pair, None, style))?;
            }
        }
    }
    let bits = |value: Option<f64>| value.map_or_else(|| "?".to_owned(), |bits| format!("{bits:.1}"));
    let limits = Message::new("explain.limits")
        .with("match", bits(explanation.match_weight_min))
        .with("review", bits(explanation.review_weight_min));
    writeln!(out, "{}", limits.render(style.lang))
}

fn say(key: &'static str, lang: Lang) -> String {
    Message::new(key).render(lang)
}

/// One sentence on two records.
fn verdict(explanation: &Explanation, lang: Lang) -> String {
    let Answer::Two { a, b, person_a, person_b, pair, .. } = &explanation.answer else { return String::new() };
    let key = match pair {
        Some(_) if person_a == person_b => "explain.one_direct",
        None if person_a == person_b => "explain.one_way",
        Some(pair) if pair.why.is_some() => "explain.two_refused",
        Some(_) => "explain.two_review",
        None => "explain.two_nothing",
    };
    let why = pair.as_ref().and_then(|pair| pair.why.as_deref());
    let message = Message::new(key).with("a", a).with("b", b).with("person", person_a);
    let message = message.with("person_a", person_a).with("person_b", person_b).with("why", reason(why, lang));
    let review = explanation.review_weight_min.map_or_else(|| "?".to_owned(), |bits| format!("{bits:.1}"));
    message.with("review", review).render(lang)
}

/// A reason in words.
fn reason(why: Option<&str>, lang: Lang) -> String {
    let why = why.unwrap_or_default();
    Refusal::in_words(why).map_or_else(|| why.to_owned(), |words| words.render(lang))
}

/// The records of a person as a tree.
fn members(out: &mut dyn Write, person: &Person, style: Style) -> io::Result<()> {
    let message = match &person.name {
        Some(name) => Message::new("explain.person_named").with("name", name),
        None => Message::new("explain.person"),
    };
    let head = message.with("person", &person.person_id).with("count", person.members.len()).render(style.lang);
    writeln!(out, "{}", style.paint("1", &head))?;
    let branch = |member: &Member| match member.depth {
        0 => format!("  {}", member.record),
        depth => format!("  {}└─ {}", "   ".repeat(depth - 1), member.record),
    };
    let width = person.members.iter().map(|member| branch(member).width()).max().unwrap_or(0);
    for member in &person.members {
        let by = |key| Message::new(key).with("by", &member.joined_by).render(style.lang);
        let how = match &member.through {
            Some(pair) => format!("{:>6.1}  {}", pair.match_weight, levels(pair)),
            None if member.joined_by == "single" => say("explain.alone", style.lang),
            None if person.members.len() == 1 => by("explain.joined"),
            None => by("explain.first"),
        };
        writeln!(out, "{}  {how}", pad(&branch(member), width))?;
    }
    Ok(())
}

/// The levels that weigh, with their bits.
fn levels(pair: &Pair) -> String {
    let told = pair.terms.iter().filter_map(|term| {
        let level = term.level.as_deref().filter(|level| *level != "missing")?;
        Some(format!("{} {level} {:+.1}", term.name, term.bits))
    });
    told.collect::<Vec<_>>().join(", ")
}

fn others(out: &mut dyn Write, open: &[Open], left_out: usize, style: Style) -> io::Result<()> {
    if open.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", say("explain.open", style.lang))?;
    open.iter().try_for_each(|open| line(out, &open.pair, Some(&open.other_person), style))?;
    if left_out > 0 {
        writeln!(out, "  {}", Message::new("explain.more").with("count", left_out).render(style.lang))?;
    }
    Ok(())
}

fn line(out: &mut dyn Write, pair: &Pair, person: Option<&str>, style: Style) -> io::Result<()> {
    let what = match &pair.why {
        Some(why) => Message::new("explain.refused").with("why", reason(Some(why), style.lang)).render(style.lang),
        None => say("explain.review", style.lang),
    };
    let person = person.map_or_else(String::new, |person| format!(" ({person})"));
    let Pair { left, right, match_weight, .. } = pair;
    writeln!(out, "  {match_weight:>6.1}  {left} – {right}{person}: {what}; {}", levels(pair))
}
