//! Texts of this area: key, English, Chinese.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("returns.no_sheet", "{file}: is no filled-in list: it lacks {columns}", "{file}：不是回填清单，缺少列 {columns}"),
    ("returns.no_store", "{path}: no store of a run is there", "{path}：没有运行留下的存储目录"),
    (
        "returns.no_store_help",
        "next: give --pipeline P.toml, or --store with the folder that `run.store` names",
        "下一步：用 --pipeline 指定流程文件，或用 --store 指定 `run.store` 所写的目录",
    ),
    (
        "returns.no_sheet_help",
        "the hidden columns come back with the list: return the workbook itself, or a CSV of all its columns",
        "隐藏列须随清单一并交回：请直接交回原工作簿，或导出含全部列的 CSV",
    ),
    (
        "returns.rejected",
        "{count} of {all} returned rows cannot be applied; they are in quarantine with their reasons",
        "{all} 行回填中有 {count} 行无法采用，已列入隔离区并注明原因",
    ),
    (
        "returns.not_understood",
        "{count} returned rows correct something that is no name, ID number, phone or address; the visits count, and the texts \
         stand in their details",
        "有 {count} 行回填的更正内容无法识别为姓名、证件号、电话或地址；核查结果照常采用，原文保留在走访记录中",
    ),
    (
        "returns.imported",
        "{sheet}: {returned} rows returned, {rejected} rejected, {unanswered} not filled in",
        "{sheet}：回填 {returned} 行，其中 {rejected} 行不予采用；未填 {unanswered} 行",
    ),
    (
        "returns.stopped",
        "{done} of {all} file(s) are in the store; correct those that are named above, and import them again",
        "{all} 个文件中已有 {done} 个入库；请更正上面所列的文件后重新导入",
    ),
    ("returns.known", "{sheet}: was imported before; nothing changed", "{sheet}：此前已导入，无变化"),
    ("returns.row", "row {line}: {reason} ({code})", "第 {line} 行：{reason}（{code}）"),
];
