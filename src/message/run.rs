//! Texts of this area: key, English, Chinese.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("run.truth_unreadable", "{file}: cannot read the truth", "{file}：无法读取真值文件"),
    ("run.truth_broken", "{file}: is not a UTF-8 CSV file", "{file}：不是 UTF-8 编码的 CSV 文件"),
    (
        "run.truth_column",
        "{file}: has no column `{column}`; the truth has columns source, record_id, person_id",
        "{file}：缺少列 `{column}`；真值文件应有 source、record_id、person_id 三列",
    ),
    (
        "run.eval_members",
        "the set's members have no text column `{column}` without nulls",
        "批次的 members 表缺少无空值的文本列 `{column}`",
    ),
];
