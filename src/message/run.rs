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
    ("run.step_done", "{step} done", "{step} 完成"),
    (
        "run.no_directory",
        "no [grids] in the pipeline: grids are the codes that records state",
        "配置中没有 [grids]：网格仅取自记录中填写的网格编码",
    ),
    (
        "run.keys_not_unique",
        "{count} records have a record_id that another record of their source has too; they are kept as record_id#2, #3, …",
        "{count} 条记录的 record_id 与同一来源的其他记录重复，已保留为 record_id#2、#3……",
    ),
    (
        "run.rows_twice",
        "{count} rows are there twice, value for value; the second is in quarantine as duplicate_row",
        "{count} 行与其他行逐项相同，重复者已放入隔离区（duplicate_row）",
    ),
    ("run.set_before", "{path}: the persons of the set before cannot be read", "{path}：无法读取上一批次的人员表"),
    ("run.table", "a table of the set could not be put together", "批次中的一张表无法拼合"),
    (
        "run.summary.read",
        "read {dumps} dumps: {records} records, {quarantined} rows in quarantine",
        "读取 {dumps} 个导出文件：{records} 条记录，{quarantined} 行进入隔离区",
    ),
    (
        "run.summary.persons",
        "{persons} persons; {review} uncertain pairs to review",
        "共 {persons} 人；{review} 对待人工审核",
    ),
    (
        "run.summary.items",
        "{open} follow-up items open in {grids} grids, {unassigned} items without a grid",
        "{grids} 个网格共有 {open} 项待办任务，其中 {unassigned} 项未分配网格",
    ),
    ("run.summary.warnings", "{count} warnings, see manifest.json", "{count} 条警告，详见 manifest.json"),
    (
        "run.summary.took",
        "took {seconds} s, peak memory {memory_mib} MiB",
        "用时 {seconds} 秒，内存峰值 {memory_mib} MiB",
    ),
    (
        "run.summary.look",
        "published {path}: bulletin.md for the leader, lists/ for the grids, *.parquet for analysts",
        "已发布 {path}：bulletin.md 为领导简报，lists/ 为各网格清单，*.parquet 供分析使用",
    ),
    ("run.summary.dry_run", "dry run: nothing was published", "试运行：未发布任何内容"),
];
