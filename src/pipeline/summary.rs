//! Publication and what is told of it: the set's tables, the manifest, the last lines of a run.

use super::accuracy::Accuracy;
use super::carried::Marks;
use super::machine::memory_peak_bytes;
use super::memory::Memory;
use super::read::Read;
use super::reasons;
use super::resolve::{Model, PersonCn, Resolved};
use super::settle::{Settled, in_words};
use super::told;
use super::watch::Watch;
use super::{answers, figures, report, statistics};
use crate::config::{Mask, Pipeline};
use crate::error::{Error, Exit, Result};
use crate::followup;
use crate::link::RULES;
use crate::message::{Lang, Message};
use crate::normalize::Repairs;
use crate::person::Built;
use crate::publish::{self, ListOptions, Partition, SetTables};
use crate::store::{Balances, Input, Manifest, Removed, Repair, Set, Store};
use crate::tables::batches::{self, Batches};
use crate::tables::{GridBy, GridList, Members, published};
use jiff::Zoned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What came out of a night.
#[derive(Clone, Debug)]
pub struct RunSummary {
    /// The published set; `None` after a dry run.
    pub set: Option<PathBuf>,
    /// What to tell, in order.
    pub lines: Vec<Message>,
    /// The same as figures.
    pub json: Value,
}

/// Everything that a night made, ready to be published.
pub(super) struct NightTables<'a> {
    pub(super) pipeline: &'a Pipeline,
    pub(super) read: &'a Read,
    pub(super) resolved: &'a Resolved,
    pub(super) members: &'a Members,
    pub(super) marks: &'a Marks,
    pub(super) built: &'a Built,
    pub(super) settled: &'a Settled,
    pub(super) balances: Balances,
    pub(super) started: Zoned,
}

impl NightTables<'_> {
    /// Writes the set and lets it appear.
    pub(super) fn publish(&self, (store, memory): (&Store, &Memory), watch: &mut Watch<'_>) -> Result<RunSummary> {
        let names: Vec<String> = self.pipeline.sources.iter().map(|source| source.name.clone()).collect();
        let (records, persons, settled) = (&self.read.records, &self.built.persons, self.settled);
        let run = store.begin_run(&store.new_run_id(self.started.datetime()), self.pipeline.run.as_of)?;

        let trend = figures::trend(store, self.pipeline.run.as_of);
        let (partitions, mut figures) = rayon::join(
            || followup::followup_partitions(&settled.items, &settled.directory),
            || figures::bulletin(self.pipeline, self.read, persons, settled, trend),
        );
        let partitions = partitions?;
        let item_batches: Vec<_> = partitions.iter().map(|partition| partition.batch.clone()).collect();
        figures.hours = watch.began.elapsed().as_secs() / 3_600 + 1;
        figures.warnings.extend(self.accuracy().and_then(Accuracy::warning));
        let mut options =
            ListOptions::new(self.pipeline.run.as_of, self.pipeline.run.locale, self.pipeline.publish.mask);
        options.fields = distinct_fields(self.pipeline);
        let results = self.pipeline.returns.iter().flat_map(|returns| &returns.results);
        options.results = results.map(|(text, _)| text.clone()).collect();
        let person_of = |row: u32| persons.id[self.members.person[row as usize] as usize];
        self.marks.write(&run.next_state(), records, &names, person_of)?;
        let members = || batches::members(records, self.members, persons, &names);
        if let Some(model) = self.resolved.model.person_cn() {
            run.next_state().write_model(&model.modelled.stored.to_json())?;
        }
        let people = || batches::persons(records, persons, &settled.residence, &names, &self.pipeline.agencies());
        let one = |batch| Batches::from_batches(&arrow::array::RecordBatch::schema(&batch), &[batch]).map_err(bug);
        let mut set = SetTables {
            tables: vec![
                ("members", members()),
                ("persons", people()),
                ("events", batches::events(records, self.members, persons, &names)),
                ("links", batches::links(records, &self.resolved.links, &names)),
                ("review", batches::review(records, &self.resolved.review, &names)),
                ("refused", batches::review(records, &self.resolved.refused, &names)),
                ("rollup", one(followup::rollup_batch(&settled.rollup)?)?),
                ("changes", one(followup::changes_batch(&settled.changes)?)?),
                ("quarantine", batches::quarantine(&self.read.quarantined, &names, &self.read.sheets())),
            ],
            followups: None,
            lists: None,
            bulletin: Some((&figures, self.pipeline.run.locale)),
            parquet: self.pipeline.publish.parquet,
        };
        if let Some(patterns) = self.patterns()? {
            set.tables.push(("patterns", one(patterns)?));
        }
        let of_items = partitions.into_iter().map(|part| Partition {
            county: part.county,
            street: part.street,
            items: part.batch,
        });
        let items = SetTables {
            followups: Some(of_items.collect()),
            parquet: self.pipeline.publish.parquet,
            ..SetTables::default()
        };
        let (path, state) = (run.path(), run.next_state());
        let write = move |watch: &mut Watch<'_>| {
            // Tables that stand in memory are written first and dropped before the large ones are made, and lists come after
            // those: they and what the tables are made of never stand in memory together.
            let carried = || state.write_items(&published::schema(published::FOLLOWUPS), &item_batches);
            let (items_written, carried) = rayon::join(|| publish::write(path, &items, watch.sink), carried);
            carried?;
            let items_written = items_written?.table_files;
            drop((items, item_batches));
            let mut written = publish::write(path, &set, watch.sink)?;
            written.table_files += items_written;
            drop(set);
            if self.pipeline.publish.xlsx {
                let mut lists = publish::ListWriter::new(&path.join(publish::LISTS), &options, watch.sink);
                let write = |some: &[GridList]| lists.write(some);
                settled.each_lists(self.pipeline, records, persons, memory.spill(), write)?;
                written.list_files = lists.written();
            }
            if self.pipeline.publish.parquet {
                state.keep_persons_index(&Set::files_of(path, "members")?)?;
                state.keep_persons(&Set::files_of(path, "persons")?)?;
            } else {
                state.write_persons_index(&members())?;
                state.write_persons(&people())?;
            }
            Ok(written)
        };
        watch.step("publish", write, told::written)?;
        answers::write(run.path(), self)?;
        if self.pipeline.publish.xlsx {
            statistics::write(run.path(), self.pipeline, settled)?;
        }
        watch.warn_all(memory.warning().into_iter().collect());
        let manifest = self.manifest(run.run_id(), watch);
        report::write(run.path(), self, &manifest)?;
        manifest.write(run.path())?;
        let folder = run.commit()?;
        if let Some(keep) = self.pipeline.run.keep_sets {
            // The set is out: old ones that cannot be removed are no reason to call the night a failure.
            let at = self.started.strftime("%F %T").to_string();
            let remove = |_: &mut Watch<'_>| store.remove_sets(keep as usize, &at);
            let said = |removed: &Vec<Removed>| Message::new("run.step.removal").with("sets", removed.len());
            if let Err(error) = watch.step("removal", remove, said) {
                watch.warn(error.what);
            }
        }
        Ok(self.summary(Some(folder), watch))
    }

    fn counts(&self) -> BTreeMap<String, u64> {
        let items = &self.settled.items.counts;
        [
            ("records", self.read.records.len() as u64),
            ("quarantined", self.read.quarantined.len() as u64),
            ("profiles", self.resolved.profiles as u64),
            ("persons", self.built.persons.len() as u64),
            ("events", self.read.records.events.len() as u64),
            ("links", self.resolved.links.len() as u64),
            ("review", self.resolved.review.len() as u64),
            ("refused", self.resolved.refused.len() as u64),
            ("candidate_pairs", self.candidate_pairs()),
            ("persons_unassigned", self.settled.residence.by.iter().filter(|by| **by == GridBy::None).count() as u64),
            ("items_open", items.open),
            ("items_overdue", items.overdue),
            ("items_new", items.new),
            ("items_reopened", items.reopened),
            ("items_done", items.done),
            ("items_withdrawn", items.withdrawn),
            ("items_unassigned", items.unassigned),
            ("items_moved", items.moved),
            ("items_handed_over", items.handed_over),
            ("grids", self.settled.directory.grids().len() as u64),
        ]
        .into_iter()
        .chain(self.resolved.decisions.iter().copied())
        .map(|(name, count)| (name.to_owned(), count))
        .collect()
    }

    fn patterns(&self) -> Result<Option<arrow::array::RecordBatch>> {
        let of = self.resolved;
        let Some(model) = of.model.person_cn() else { return Ok(None) };
        reasons::patterns(&model.modelled.fit, [&of.links, &of.review, &of.refused]).map(Some).map_err(bug)
    }

    fn candidate_pairs(&self) -> u64 {
        match &self.resolved.model {
            Model::PersonCn(model) => model.blocking.pairs.iter().sum(),
            Model::Custom { candidate_pairs, .. } => *candidate_pairs,
        }
    }

    pub(super) fn accuracy(&self) -> Option<&Accuracy> {
        self.resolved.model.person_cn().and_then(|model| model.accuracy.as_ref())
    }

    fn model(&self) -> Value {
        let PersonCn { modelled, blocking: blocked, accuracy } = match &self.resolved.model {
            Model::PersonCn(model) => &**model,
            Model::Custom { figures, .. } => return figures.clone(),
        };
        let names: Vec<String> = self.pipeline.sources.iter().map(|source| source.name.clone()).collect();
        let fit = &modelled.fit;
        let fields: serde_json::Map<String, Value> =
            fit.fields.iter().map(|(name, m, u)| ((*name).to_owned(), json!({ "m": m, "u": u }))).collect();
        let blocking: serde_json::Map<String, Value> = RULES
            .iter()
            .enumerate()
            .map(|(i, rule)| {
                let of = blocked;
                let figures = json!({
                    "pairs": of.pairs[i],
                    "blocks_split": of.blocks_split[i],
                    "pairs_left_out": of.pairs_left_out[i],
                    "block_rows_max": of.block_rows_max[i],
                });
                (rule.name.to_owned(), figures)
            })
            .collect();
        json!({
            "prior_bits": fit.prior_bits,
            "silver_matches": fit.silver_matches,
            "silver_reached_without_id": fit.silver_reached,
            "match_weight_min": self.resolved.match_weight_min,
            "review_weight_min": self.resolved.review_weight_min,
            "fields": fields,
            "blocking": blocking,
            "blocking_reach": accuracy.as_ref().map(|accuracy| accuracy.reach_json(&names)),
            "accuracy": accuracy.as_ref().map(|accuracy| accuracy.json(&names)),
            "fitting": modelled.json(),
        })
    }

    fn manifest(&self, run_id: &str, watch: &Watch<'_>) -> Manifest {
        let lang = self.pipeline.run.locale;
        let inputs = self.read.dumps.iter().zip(&self.read.reports).enumerate().map(|(i, (dump, report))| {
            let (rows, records) = (report.rows + report.quarantined, self.read.records_of_dump[i]);
            Input {
                source: self.pipeline.sources[dump.source as usize].name.clone(),
                path: dump.label.clone(),
                sha256: report.sha256.clone(),
                bytes: dump.bytes,
                rows,
                records,
                quarantined: rows - records.min(rows),
                notes: in_words(&report.notes, lang).into_iter().chain(in_words(&report.problems, lang)).collect(),
            }
        });
        Manifest {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            run_id: run_id.to_owned(),
            name: self.pipeline.run.name.clone(),
            pipeline_sha256: self.pipeline.sha256.clone(),
            as_of: self.pipeline.run.as_of.to_string(),
            started_at: self.started.strftime("%FT%T").to_string(),
            elapsed_ms: u64::try_from(watch.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            threads: rayon::current_num_threads() as u64,
            memory_peak_bytes: memory_peak_bytes(),
            inputs: inputs.collect(),
            repairs: self.repairs(),
            counts: self.counts(),
            balances: self.balances.clone(),
            linkage: json!({
                "block_rows_max": self.pipeline.linkage.block_rows_max,
                "match_weight_min": self.pipeline.linkage.match_weight_min,
                "review_weight_min": self.pipeline.linkage.review_weight_min,
            }),
            settings: self.settings(),
            model: self.model(),
            steps: watch.steps.clone(),
            warnings: in_words(&watch.warnings, lang),
        }
    }

    fn settings(&self) -> Value {
        let sha256 = |text: &str| -> String { Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect() };
        let publish = &self.pipeline.publish;
        let rules: serde_json::Map<String, Value> =
            self.pipeline.followups.iter().map(|rule| (rule.name.clone(), json!(sha256(&rule.sql)))).collect();
        json!({
            "mask": if publish.mask == Mask::None { "none" } else { "standard" },
            "parquet": publish.parquet,
            "xlsx": publish.xlsx,
            "suppress_under": publish.suppress_under,
            "locale": if self.pipeline.run.locale == Lang::Zh { "zh" } else { "en" },
            "rules_sha256": rules,
            "grids_sha256": self.read.grids_sha256,
        })
    }

    fn repairs(&self) -> Vec<Repair> {
        let of_source = |(source, repairs): (&crate::config::Source, &Repairs)| -> Vec<Repair> {
            repairs
                .counts
                .iter()
                .map(|((field, kind), &count)| Repair {
                    source: source.name.clone(),
                    kind: format!("{field}: {kind}"),
                    count,
                })
                .collect()
        };
        self.pipeline.sources.iter().zip(&self.read.repairs).flat_map(of_source).collect()
    }

    /// The last lines of a run.
    pub(super) fn summary(&self, set: Option<PathBuf>, watch: &Watch<'_>) -> RunSummary {
        let counts = self.counts();
        let count = |name: &str| counts.get(name).copied().unwrap_or(0);
        let mut lines = vec![
            Message::new("run.summary.read")
                .with("dumps", self.read.dumps.len())
                .with("records", count("records"))
                .with("quarantined", count("quarantined")),
            Message::new("run.summary.persons").with("persons", count("persons")).with("review", count("review")),
            Message::new("run.summary.items")
                .with("open", count("items_open"))
                .with("grids", count("grids"))
                .with("unassigned", count("items_unassigned")),
        ];
        lines.extend(self.accuracy().into_iter().flat_map(Accuracy::lines));
        if !watch.warnings.is_empty() {
            lines.push(Message::new("run.summary.warnings").with("count", watch.warnings.len()));
        }
        let seconds = format!("{:.1}", watch.began.elapsed().as_secs_f64());
        lines.push(
            Message::new("run.summary.took").with("seconds", seconds).with("memory_mib", memory_peak_bytes() >> 20),
        );
        lines.push(match &set {
            Some(folder) => Message::new("run.summary.look").with("path", folder.display()),
            None => Message::new("run.summary.dry_run"),
        });
        let steps: serde_json::Map<String, Value> =
            watch.steps.iter().map(|step| (step.step.clone(), step.elapsed_ms.into())).collect();
        let json = json!({
            "set": set,
            "counts": counts,
            "model": self.model(),
            "steps_ms": steps,
            "elapsed_ms": u64::try_from(watch.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            "memory_peak_bytes": memory_peak_bytes(),
            "warnings": in_words(&watch.warnings, self.pipeline.run.locale),
        });
        RunSummary { set, lines, json }
    }
}

fn distinct_fields(pipeline: &Pipeline) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    for field in pipeline.followups.iter().flat_map(|rule| &rule.fields) {
        if !fields.contains(field) {
            fields.push(field.clone());
        }
    }
    fields
}

fn bug(error: arrow::error::ArrowError) -> Error {
    Error::new(Exit::Bug, Message::new("run.table")).caused_by(error)
}
