//! Decisions on uncertain pairs, in the order of the night: a set's pairs become a reviewer's sheet ([`export`]), the
//! sheet's decisions go into the store ([`import_decisions`]), and every night follows those that the store holds.

use super::resolve::Resolved;
use super::watch::Watch;
use crate::config::{Pipeline, Preset, ReadSettings};
use crate::error::{Error, Exit, Result};
use crate::ingest;
use crate::kernels::id_number::IdKind;
use crate::message::{Lang, Message};
use crate::publish::{lists, tabular};
use crate::review::{self, Decision, Form, Key, Once, Pair, Pairs, Shown, Verdict, journal};
use crate::store::{Set, files, table_file};
use crate::tables::{JoinedBy, Records, published};
use arrow::array::{Array, AsArray, RecordBatch, StringViewArray};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use hashbrown::{HashMap, HashSet};
use jiff::civil::Date;
use std::path::Path;

/// What came of importing one sheet of decisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionImport {
    /// The sheet's file name.
    pub sheet: String,
    /// Decisions taken.
    pub decisions: u64,
    /// Rows that cannot be used: line and a word for why.
    pub rejected: Vec<(u64, &'static str)>,
    /// Rows on which nobody decided.
    pub undecided: u64,
    /// Whether the sheet was imported before, so that nothing changed.
    pub known: bool,
}

/// Reads a reviewer's sheet (xlsx, csv, jsonl, parquet) into the store, where the next run finds it.
///
/// # Errors
/// [`Exit::Data`] if the file is no such sheet.
pub fn import_decisions(store: &Path, path: &Path) -> Result<DecisionImport> {
    std::fs::metadata(path).map_err(|error| files::read_error(path, error))?;
    let words = [Lang::Zh, Lang::En].into_iter().flat_map(review::verdicts);
    let verdicts: Vec<(String, Verdict)> = words.collect();
    let mut lacks = Vec::new();
    for lang in [Lang::Zh, Lang::En] {
        let form = Form {
            columns: review::headings(lang).into(),
            verdicts: verdicts.clone(),
            unescape: lists::text::unescape,
        };
        let (chunks, report) = match ingest::read_table(path, &form.columns, &ReadSettings::default()) {
            Ok(read) => read,
            // The columns that it needs are told in the language that other tools write.
            Err(_) if lang == Lang::Zh => continue,
            Err(error) => return Err(error.help(Message::new("review.no_sheet_help"))),
        };
        // Who decided and why may be left out.
        let missing = |name: &&String| report.header.is_empty() || report.missing_columns.contains(name);
        lacks = form.columns[..5].iter().filter(missing).cloned().collect();
        if lacks.is_empty() {
            let read = review::read(&form, &chunks, &report.label);
            let decisions = read.decisions.len() as u64;
            let known = !journal::add(store, &report.sha256, read.decisions)?;
            let (rejected, undecided) = (read.rejected, read.undecided);
            return Ok(DecisionImport { sheet: report.label, decisions, rejected, undecided, known });
        }
    }
    let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let what = Message::new("review.no_sheet").with("file", file).with("columns", lacks.join(", "));
    Err(Error::new(Exit::Data, what).help(Message::new("review.no_sheet_help")))
}

/// So many uncertain pairs are read for each that is written.
const PAIRS_OF_TWO: usize = 20;

/// Writes the first `pairs_max` uncertain pairs of a set, one for each two persons, most informative first, as a workbook, or, where `to` ends in
/// `.csv`, as delimited text. Gives how many were written and how many there are.
///
/// # Errors
/// [`Exit::NoInput`] or [`Exit::Data`] if the set cannot be read, [`Exit::Output`] if the file cannot be written.
pub fn export(set: &Path, to: &Path, pairs_max: usize, lang: Lang) -> Result<(usize, usize)> {
    let set = Set::open(set)?;
    let (mut pairs, mut all) = (Vec::new(), 0);
    // Several records of two persons may be uncertain pairs; a reviewer is asked once.
    let read_max = pairs_max.saturating_mul(PAIRS_OF_TWO);
    for file in set.files("review")? {
        for batch in table_file::read(&file)? {
            let [left, left_id, right, right_id, why] =
                ["left_source", "left_record_id", "right_source", "right_record_id", "why"]
                    .map(|name| text(&batch, "review", name));
            let key = |source: &StringViewArray, id: &StringViewArray, row: usize| Key {
                source: source.value(row).to_owned(),
                record_id: id.value(row).to_owned(),
            };
            let (left, left_id, right, right_id, why) = (left?, left_id?, right?, right_id?, why?);
            all += batch.num_rows();
            pairs.extend((0..batch.num_rows().min(read_max - pairs.len())).map(|row| Pair {
                left: key(left, left_id, row),
                right: key(right, right_id, row),
                why: if why.is_null(row) { String::new() } else { why.value(row).to_owned() },
                values: Vec::new(),
            }));
        }
    }
    let person_of = persons(&set, &pairs)?;
    let mut asked = HashSet::new();
    pairs.retain(|pair| match [&pair.left, &pair.right].map(|key| person_of.get(key)) {
        [Some(a), Some(b)] => asked.insert((a.min(b), a.max(b))),
        _ => true,
    });
    pairs.truncate(pairs_max);
    let mut fields = own_fields(&set)?;
    if fields.is_empty() {
        fields = review::of_persons(lang);
        show(&set, &person_of, &fields, &mut pairs)?;
    } else {
        show_records(&set, &fields, &mut pairs)?;
    }
    let table = review::sheet(&pairs, &fields, lang);
    if to.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv")) {
        files::write(to, tabular::delimited(&table).as_bytes())?;
    } else {
        let as_of: Date = set.manifest()?.as_of.parse().unwrap_or_default();
        tabular::write_workbook(to, &[table], as_of)?;
    }
    Ok((pairs.len(), all))
}

/// The person of each record of some pairs.
fn persons(set: &Set, pairs: &[Pair]) -> Result<HashMap<Key, String>> {
    let wanted: HashSet<&Key> = pairs.iter().flat_map(|pair| [&pair.left, &pair.right]).collect();
    let mut person_of: HashMap<Key, String> = HashMap::new();
    for file in set.files("members")? {
        for batch in table_file::read_columns(&file, &["source", "record_id", "person_id"])? {
            let [source, id, person] = ["source", "record_id", "person_id"].map(|name| text(&batch, "members", name));
            let (source, id, person) = (source?, id?, person?);
            for row in 0..batch.num_rows() {
                let key = Key { source: source.value(row).to_owned(), record_id: id.value(row).to_owned() };
                if wanted.contains(&key) {
                    person_of.insert(key, person.value(row).to_owned());
                }
            }
        }
    }
    Ok(person_of)
}

/// Characters that a column of a field of the pipeline's own is wide.
const OWN_WIDTH: u8 = 18;

/// The pipeline's own fields, which the records of a set have behind the columns of every set; none with the preset.
fn own_fields(set: &Set) -> Result<Vec<Shown>> {
    let Some(file) = set.files("members")?.into_iter().next() else { return Ok(Vec::new()) };
    let schema = table_file::schema(&file)?;
    let is_own = |name: &&String| !published::MEMBERS.iter().any(|column| column.name == **name);
    let names = schema.fields().iter().map(|field| field.name()).filter(is_own);
    Ok(names.map(|name| Shown { name: name.clone(), heading: name.clone(), width: OWN_WIDTH }).collect())
}

/// Fills in what the records of each pair say.
fn show_records(set: &Set, fields: &[Shown], pairs: &mut [Pair]) -> Result<()> {
    let wanted: HashSet<Key> = pairs.iter().flat_map(|pair| [pair.left.clone(), pair.right.clone()]).collect();
    let mut values: HashMap<Key, Vec<String>> = HashMap::new();
    for file in set.files("members")? {
        for batch in table_file::read(&file)? {
            let (source, id) = (text(&batch, "members", "source")?, text(&batch, "members", "record_id")?);
            let key = |row: usize| Key { source: source.value(row).to_owned(), record_id: id.value(row).to_owned() };
            let rows: Vec<usize> = (0..batch.num_rows()).filter(|&row| wanted.contains(&key(row))).collect();
            values.extend(rows.iter().map(|&row| key(row)).zip(shown(&batch, "members", fields, &rows)?));
        }
    }
    for pair in pairs {
        let [left, right] = [&pair.left, &pair.right].map(|key| values.get(key).cloned().unwrap_or_default());
        pair.values = beside(fields, &left, &right);
    }
    Ok(())
}

/// The values of two, field by field.
fn beside(fields: &[Shown], left: &[String], right: &[String]) -> Vec<[String; 2]> {
    let value = |of: &[String], field: usize| of.get(field).cloned().unwrap_or_default();
    (0..fields.len()).map(|field| [value(left, field), value(right, field)]).collect()
}

/// Fills in what the set says of the persons of each pair.
fn show(set: &Set, person_of: &HashMap<Key, String>, fields: &[Shown], pairs: &mut [Pair]) -> Result<()> {
    let shown_pairs = pairs.iter().flat_map(|pair| [&pair.left, &pair.right]);
    let persons: HashSet<&str> = shown_pairs.filter_map(|key| person_of.get(key)).map(String::as_str).collect();
    let mut values: HashMap<String, Vec<String>> = HashMap::new();
    let columns: Vec<&str> = std::iter::once("person_id").chain(fields.iter().map(|field| &*field.name)).collect();
    for file in set.files("persons")? {
        for batch in table_file::read_columns(&file, &columns)? {
            let ids = text(&batch, "persons", "person_id")?;
            let rows: Vec<usize> = (0..ids.len()).filter(|&row| persons.contains(ids.value(row))).collect();
            for (row, shown) in rows.iter().zip(shown(&batch, "persons", fields, &rows)?) {
                values.insert(ids.value(*row).to_owned(), shown);
            }
        }
    }
    for pair in pairs {
        let [left, right] = [&pair.left, &pair.right]
            .map(|key| person_of.get(key).and_then(|person| values.get(person)).cloned().unwrap_or_default());
        pair.values = beside(fields, &left, &right);
    }
    Ok(())
}

/// The fields of some rows of a table as text.
fn shown(batch: &RecordBatch, table: &'static str, fields: &[Shown], rows: &[usize]) -> Result<Vec<Vec<String>>> {
    let options = FormatOptions::default().with_null("");
    let mut formatters = Vec::new();
    for field in fields {
        let column = batch.column_by_name(&field.name).ok_or_else(|| lacking(table))?;
        let formatter = ArrayFormatter::try_new(column.as_ref(), &options).map_err(|_| lacking(table))?;
        formatters.push(formatter);
    }
    // Lists are written in brackets, which a reader does not need.
    let plain = |text: String| text.trim_matches(['[', ']']).to_owned();
    Ok(rows.iter().map(|&row| formatters.iter().map(|of| plain(of.value(row).to_string())).collect()).collect())
}

fn text<'a>(batch: &'a RecordBatch, table: &'static str, name: &str) -> Result<&'a StringViewArray> {
    batch.column_by_name(name).and_then(|column| column.as_string_view_opt()).ok_or_else(|| lacking(table))
}

fn lacking(table: &str) -> Error {
    Error::new(Exit::Data, Message::new("review.table").with("table", table))
}

/// Follows the decisions of the store. `sheets` are pairs of a returned row and a record of its person.
pub(super) fn follow(
    pipeline: &Pipeline,
    records: &Records,
    sheets: &[(u32, u32)],
    resolved: &mut Resolved,
    watch: &mut Watch<'_>,
) -> Result<()> {
    let decisions = review::in_force(journal::all(&pipeline.run.store)?);
    if decisions.is_empty() {
        return Ok(());
    }
    let follow = |watch: &mut Watch<'_>| {
        let (pairs, absent) = located(pipeline, records, &decisions);
        let contradicting = decided(pipeline, records, &pairs, sheets, resolved);
        if contradicting > 0 {
            watch.warn(Message::new("review.contradicting").with("count", contradicting));
        }
        let (same, different) = (pairs.same.len() as u64, pairs.different.len() as u64);
        resolved.decisions = vec![
            ("decisions_same", same),
            ("decisions_different", different),
            ("decisions_absent", absent),
            ("decisions_contradicting", contradicting),
        ];
        Ok((same, different, absent))
    };
    let said = |(same, different, absent): &(u64, u64, u64)| {
        Message::new("run.step.decisions").with("same", same).with("different", different).with("absent", absent)
    };
    watch.step("decisions", follow, said).map(drop)
}

/// The decisions as rows, and how many are about a record that is not there tonight.
fn located(pipeline: &Pipeline, records: &Records, decisions: &[Decision]) -> (Pairs, u64) {
    let number = |name: &str| pipeline.sources.iter().position(|source| source.name == name);
    let mut place_of: HashMap<(u16, &str), usize> = HashMap::new();
    for key in decisions.iter().flat_map(|decision| [&decision.left, &decision.right]) {
        if let Some(source) = number(&key.source) {
            let next = place_of.len();
            place_of.entry((source as u16, &key.record_id)).or_insert(next);
        }
    }
    let (mut rows, mut row) = (vec![None; place_of.len()], 0);
    records.keys.for_each(&records.record_id, |id| {
        if let Some(&place) = place_of.get(&(records.source[row as usize], id)) {
            rows[place] = rows[place].or(Some(row));
        }
        row += 1;
    });
    let row = |key: &Key| rows[*place_of.get(&(number(&key.source)? as u16, key.record_id.as_str()))?];
    let (mut pairs, mut absent) = (Pairs::default(), 0);
    for decision in decisions {
        match (row(&decision.left), row(&decision.right), decision.verdict) {
            (Some(left), Some(right), Verdict::Same) => pairs.same.push((left, right)),
            (Some(left), Some(right), Verdict::Different) => pairs.different.push((left, right)),
            _ => absent += 1,
        }
    }
    (pairs, absent)
}

/// Lets decisions win over what was resolved. Gives how many contradict others and were not followed.
fn decided(
    pipeline: &Pipeline,
    records: &Records,
    pairs: &Pairs,
    sheets: &[(u32, u32)],
    resolved: &mut Resolved,
) -> u64 {
    let clusters = resolved.clusters;
    let number = |row: u32| {
        let id = records.id[row as usize];
        if matches!(id.kind, IdKind::Valid | IdKind::Valid15) { id.digits } else { 0 }
    };
    let source = |row: u32| u64::from(records.source[row as usize]) + 1;
    let once = match pipeline.linkage.preset {
        Preset::PersonCn => Some(Once { value: &number, is_shared: true }),
        Preset::Custom if pipeline.linkage.one_per_source => Some(Once { value: &source, is_shared: false }),
        Preset::Custom => None,
    };
    let of_night = (sheets, &resolved.links);
    let outcome = review::apply(pairs, of_night, once, &mut resolved.cluster_of_record, clusters);
    resolved.clusters = outcome.clusters;
    let of = &resolved.cluster_of_record;
    for &(a, b) in &outcome.joined {
        for row in [a, b] {
            resolved.joined_by[row as usize] = JoinedBy::Review;
        }
    }
    let mut records_of: HashMap<u32, u32> = HashMap::new();
    for &row in &outcome.taken_apart {
        *records_of.entry(of[row as usize]).or_default() += 1;
    }
    for &row in outcome.taken_apart.iter().filter(|&&row| records_of[&of[row as usize]] == 1) {
        (resolved.joined_by[row as usize], resolved.match_weight[row as usize]) = (JoinedBy::Single, f32::NAN);
    }
    let person = |row: u32| of[row as usize];
    if !outcome.taken_apart.is_empty() {
        resolved.links.retain(|links, pair| person(links.left[pair]) == person(links.right[pair]));
    }
    // What is decided is not asked again, whichever records of the two persons the pair names.
    let persons = |(a, b): (u32, u32)| (person(a).min(person(b)), person(a).max(person(b)));
    let settled: HashSet<(u32, u32)> = pairs.same.iter().chain(&pairs.different).map(|&pair| persons(pair)).collect();
    resolved.review.retain(|review, pair| !settled.contains(&persons((review.left[pair], review.right[pair]))));
    outcome.contradicting
}
