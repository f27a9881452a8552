//! Texts of grids, follow-up rules and SQL: key, English, Chinese.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("sql.table", "table {name} cannot be given to the SQL engine", "表 {name} 无法交给 SQL 引擎"),
    ("sql.query", "the query cannot be run", "查询无法执行"),
];
