//! SQL over tables in memory: the engine behind follow-up rules and `gridlink query`. The dialect is Polars SQL, with one
//! word more: `as_of` stands for the run's date. It is not a store: tables are registered, asked and dropped.

mod alone;
mod as_of;
mod bridge;
mod parts;

use crate::error::{Error, Exit, Result};
use crate::kernels::sql_words::tokens;
use crate::message::Message;
use arrow::array::RecordBatch;
use jiff::civil::Date;
use parts::Parts;
use polars::prelude::{DataFrame, IntoLazy, LazyFrame, PolarsResult};
use polars::sql::SQLContext;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A cause longer than this many characters is cut: polars repeats whole plans and queries in its errors.
const CAUSE_CHARACTERS_MAX: usize = 400;

/// Tables by name, ready to be asked.
#[derive(Debug)]
pub struct Engine {
    as_of: Date,
    tables: Vec<(String, Table)>,
}

#[derive(Debug)]
enum Table {
    Whole(DataFrame),
    Parts(Arc<Parts>),
}

impl Table {
    /// Rows that a query will read of the table that it knows by `name`, roughly: all, as often as it names it; of a table
    /// in parts those whose values it names.
    fn rows_read(&self, name: &str, sql: &str) -> usize {
        match self {
            Self::Whole(frame) => frame.height() * sql.matches(name).count(),
            Self::Parts(parts) => parts.rows_named(sql),
        }
    }
}

impl Engine {
    /// An engine without tables. `as_of` is what the word means in queries.
    pub fn new(as_of: Date) -> Self {
        Self { as_of, tables: Vec::new() }
    }

    /// Makes `batches`, which have one schema and are at least one (it may have no rows), the table `name`. Nothing is
    /// copied. A table of that name is replaced.
    ///
    /// # Errors
    /// If the batches differ in schema or have a type that SQL does not know: a bug of the caller.
    pub fn register(&mut self, name: &str, batches: &[RecordBatch]) -> Result<()> {
        self.put(name, batches, |frame| Ok(Table::Whole(frame)))
    }

    /// As [`Engine::register`], of a table whose rows stand together by the text in `column`: a query that asks for one
    /// value of it reads those rows alone. The answer is the same, however rows stand.
    ///
    /// # Errors
    /// As [`Engine::register`], and if there is no such column of text.
    pub fn register_by(&mut self, name: &str, batches: &[RecordBatch], column: &str) -> Result<()> {
        self.put(name, batches, |frame| Ok(Table::Parts(Arc::new(Parts::new(frame, column)?))))
    }

    fn put(
        &mut self,
        name: &str,
        batches: &[RecordBatch],
        table: impl FnOnce(DataFrame) -> PolarsResult<Table>,
    ) -> Result<()> {
        let table = guarded(|| bridge::to_frame(batches).and_then(table).map_err(|e| e.to_string()))
            .map_err(|cause| Error::new(Exit::Bug, Message::new("sql.table").with("name", name)).caused_by(cause))?;
        self.tables.retain(|(known, _)| known != name);
        self.tables.push((name.to_owned(), table));
        Ok(())
    }

    /// Names of the tables, in the order in which they were registered.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(|(name, _)| name.as_str())
    }

    /// Hands the answer to each of `queries`, as [`Engine::query`] gives it, to `take` with the number of its query, and
    /// returns what that makes of them, in order. Queries run beside each other on `threads` threads, each query on one of
    /// them: the engine's own threads would add to those, and whatever it does in parallel could depend on their number.
    /// Those that read most rows begin first, so that no long one is left for the end.
    pub fn query_each<T: Send>(
        &self,
        queries: &[&str],
        threads: usize,
        take: impl Fn(usize, Result<Vec<RecordBatch>>) -> T + Sync,
    ) -> Vec<T> {
        let rows = |sql: &str| self.tables.iter().map(|(name, table)| table.rows_read(name, sql)).sum::<usize>();
        let mut order: Vec<usize> = (0..queries.len()).collect();
        order.sort_by_key(|&number| std::cmp::Reverse(rows(queries[number])));
        alone::each(&order, threads, |number| take(number, self.query(queries[number])))
    }

    /// The answer to `sql`, at least one batch, with text as `Utf8View`.
    ///
    /// # Errors
    /// Exit 78 if it is no question, and with the engine's reason: a rule with a wrong query is a fault of the pipeline file,
    /// whose name the caller adds. A panic inside the engine is such an error too. The reason may quote the query and names of columns, and
    /// is cut; values of rows are taken out of it.
    pub fn query(&self, sql: &str) -> Result<Vec<RecordBatch>> {
        if let Some(word) = no_question(sql) {
            return Err(Error::new(Exit::Config, Message::new("sql.no_question").with("word", word)));
        }
        let sql = as_of::with_as_of(sql, self.as_of);
        guarded(|| {
            let mut context = SQLContext::new();
            for (name, table) in &self.tables {
                let frame = match table {
                    Table::Whole(frame) => frame.clone().lazy(),
                    Table::Parts(parts) => parts.lazy().map_err(|e| e.to_string())?,
                };
                context.register(name, frame);
            }
            let answer = context.execute(&sql).and_then(LazyFrame::collect).map_err(|e| e.to_string())?;
            bridge::to_batches(answer).map_err(|e| e.to_string())
        })
        .map_err(|cause| Error::new(Exit::Config, Message::new("sql.query")).caused_by(cause))
    }
}

/// The first word of `sql` if it asks for nothing. The engine would take `DROP`, `TRUNCATE` and others for its own tables, which
/// are gone after the query, and answer as if something had been done.
fn no_question(sql: &str) -> Option<String> {
    let tokens = tokens(sql);
    let blank = |text: &str| text.trim().is_empty() || text.starts_with("--") || text.starts_with("/*");
    let word = tokens.iter().map(|token| token.text).find(|text| !blank(text))?.to_uppercase();
    let asks = ["SELECT", "WITH", "FROM", "VALUES", "EXPLAIN", "("].contains(&word.as_str());
    (!asks).then_some(word)
}

/// Runs `work`; a failure or a panic becomes a text fit to be shown.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    // Nothing that `work` changes is seen after a panic: frames are immutable and the context is its own.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done.map_err(|cause| shown(&cause)),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("");
            Err(shown(text))
        }
    }
}

/// The cause without what may be a value of a row: errors of conversion list the values that failed in brackets or after
/// a colon, so their lines end there; then cut to a bearable length.
fn shown(cause: &str) -> String {
    let mut text = cause.split("\n\n").next().unwrap_or("").replace('\n', " ");
    for values in [" values: [", " value(s)", "for values", "could not parse", "failed in column"] {
        if let Some(at) = text.find(values) {
            text.truncate(at);
            text.push_str(" (values not shown)");
        }
    }
    if text.is_empty() {
        text.push_str("the engine gave no reason");
    }
    match text.char_indices().nth(CAUSE_CHARACTERS_MAX) {
        Some((at, _)) => text[..at].to_owned() + "…",
        None => text,
    }
}

#[cfg(test)]
mod tests;
