//! A table whose rows stand together by one column of text: a query that asks for some values of it reads those rows alone.
//! Rules ask for one type of event or a few, and would otherwise look at every event of the night once a rule.

use polars::lazy::dsl::{BooleanFunction, Expr, FunctionExpr, Operator, col};
use polars::prelude::{
    AnonymousScan, AnonymousScanArgs, AnyValue, DataFrame, IntoLazy, LazyFrame, LiteralValue, PolarsResult,
    ScanArgsAnonymous, SchemaRef,
};
use std::any::Any;
use std::sync::Arc;

/// A table and where the rows of each value of its column stand.
#[derive(Debug)]
pub(super) struct Parts {
    whole: DataFrame,
    column: String,
    /// Value, first row and number of rows of each run; rows without a value belong to none.
    runs: Vec<(String, usize, usize)>,
}

impl Parts {
    /// Finds the runs of `column`, which is a column of text.
    ///
    /// # Errors
    /// If it is not.
    pub(super) fn new(whole: DataFrame, column: &str) -> PolarsResult<Self> {
        let mut runs: Vec<(String, usize, usize)> = Vec::new();
        let mut before: Option<&str> = None;
        for (row, value) in whole.column(column)?.as_materialized_series().str()?.iter().enumerate() {
            match (value, runs.last_mut()) {
                (Some(value), Some(run)) if before == Some(value) => {
                    debug_assert_eq!(run.0, value);
                    run.2 += 1;
                }
                (Some(value), _) => runs.push((value.to_owned(), row, 1)),
                (None, _) => {}
            }
            before = value;
        }
        Ok(Self { column: column.to_owned(), runs, whole })
    }

    /// The table for a query.
    ///
    /// # Errors
    /// As the engine sees fit.
    pub(super) fn lazy(self: &Arc<Self>) -> PolarsResult<LazyFrame> {
        let schema = Some(self.whole.schema().clone());
        let args = ScanArgsAnonymous { schema, name: "parts", ..ScanArgsAnonymous::default() };
        LazyFrame::anonymous_scan(Arc::clone(self) as Arc<dyn AnonymousScan>, args)
    }

    /// Rows of the values that a query names, each as often as it does.
    pub(super) fn rows_named(&self, sql: &str) -> usize {
        self.runs.iter().map(|(value, _, count)| count * sql.matches(&format!("'{value}'")).count()).sum()
    }

    /// The rows of some values, in their order.
    fn rows_of(&self, values: &[String]) -> PolarsResult<DataFrame> {
        let mut rows = self.whole.clear();
        for (_, first, count) in self.runs.iter().filter(|run| values.contains(&run.0)) {
            rows.vstack_mut(&self.whole.slice(*first as i64, *count))?;
        }
        Ok(rows)
    }

    /// The values that `condition` asks the column for, if that is all it asks.
    fn asked(&self, condition: &Expr) -> Option<Vec<String>> {
        let named = |side: &Expr| matches!(side, Expr::Column(name) if name.as_str() == self.column);
        match condition {
            Expr::BinaryExpr { left, op: Operator::Eq, right } => match (&**left, &**right) {
                (side, text) | (text, side) if named(side) => Some(vec![literal(text)?.get_str()?.to_owned()]),
                _ => None,
            },
            Expr::BinaryExpr { left, op: Operator::Or | Operator::LogicalOr, right } => {
                let (mut values, more) = (self.asked(left)?, self.asked(right)?);
                values.extend(more);
                Some(values)
            }
            Expr::Function { input, function: FunctionExpr::Boolean(BooleanFunction::IsIn { .. }) } => match &input[..]
            {
                [side, list] if named(side) => match literal(list)? {
                    AnyValue::List(list) => list.str().ok()?.iter().map(|text| text.map(str::to_owned)).collect(),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }
}

/// The value that stands in a query itself.
fn literal(expression: &Expr) -> Option<&AnyValue<'static>> {
    match expression {
        Expr::Alias(literal, _) => self::literal(literal),
        Expr::Literal(LiteralValue::Scalar(scalar)) => Some(scalar.value()),
        _ => None,
    }
}

impl AnonymousScan for Parts {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn schema(&self, _: Option<usize>) -> PolarsResult<SchemaRef> {
        Ok(self.whole.schema().clone())
    }

    fn allows_predicate_pushdown(&self) -> bool {
        true
    }

    fn allows_projection_pushdown(&self) -> bool {
        true
    }

    fn scan(&self, args: AnonymousScanArgs) -> PolarsResult<DataFrame> {
        let mut conditions = Vec::new();
        args.predicate.iter().for_each(|predicate| conjuncts(predicate, &mut conditions));
        let by_parts = (0..conditions.len()).find_map(|at| Some((at, self.asked(conditions[at])?)));
        let rows = match by_parts {
            Some((at, values)) => {
                conditions.remove(at);
                self.rows_of(&values)?
            }
            None => self.whole.clone(),
        };
        let (reading, quick): (Vec<&Expr>, Vec<&Expr>) =
            conditions.into_iter().partition(|condition| reads_texts(condition));
        let all = |of: &[&Expr]| of.iter().map(|&condition| condition.clone()).reduce(Expr::and);
        let mut rows = match all(&quick) {
            Some(condition) => rows.lazy().filter(condition),
            None => rows.lazy(),
        };
        if let Some(condition) = all(&reading) {
            // What reads texts comes last, on the few rows that dates mostly leave; asked for together, the engine would
            // read the texts of all of them.
            rows = rows.collect()?.lazy().filter(condition);
        }
        // A query that only counts asks for no column; it takes what there is.
        if let Some(names) = args.with_columns.filter(|names| !names.is_empty()) {
            rows = rows.select(names.iter().map(|name| col(name.clone())).collect::<Vec<_>>());
        }
        let rows = rows.collect()?;
        Ok(match args.n_rows {
            Some(rows_max) => rows.head(Some(rows_max)),
            None => rows,
        })
    }
}

/// Whether a condition looks into texts.
fn reads_texts(condition: &Expr) -> bool {
    match condition {
        Expr::Function { function: FunctionExpr::StringExpr(_), .. } => true,
        Expr::Function { input, .. } => input.iter().any(reads_texts),
        Expr::BinaryExpr { left, right, .. } => reads_texts(left) || reads_texts(right),
        _ => false,
    }
}

/// The conditions that must all hold for `predicate` to hold.
fn conjuncts<'a>(predicate: &'a Expr, into: &mut Vec<&'a Expr>) {
    match predicate {
        Expr::BinaryExpr { left, op: Operator::And | Operator::LogicalAnd, right } => {
            conjuncts(left, into);
            conjuncts(right, into);
        }
        // A hint of the engine to itself, such as the least value that `LIMIT` still wants: it has no other form, and who
        // gave it looks at the rows again.
        Expr::Display { .. } => {}
        condition => into.push(condition),
    }
}
