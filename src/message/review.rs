//! Texts of this area: key, English, Chinese.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("review.sheet", "pairs", "待审配对"),
    ("review.title", "{pairs} uncertain pairs: one person or two?", "不确定配对 {pairs} 对：同一人还是两人？"),
    ("review.decision", "decision", "判定"),
    ("review.by", "decided by", "判定人"),
    ("review.same", "same", "同一人"),
    ("review.different", "different", "不是同一人"),
    ("review.open", "open", "待定"),
    ("review.one", "{field} A", "{field}（甲）"),
    ("review.other", "{field} B", "{field}（乙）"),
    ("review.sources", "sources", "来源"),
    ("review.why.returned", "a grid worker reported a wrong identity", "网格员反馈身份错误"),
    ("review.exported", "{path}: {pairs} of {all} uncertain pairs", "{path}：不确定配对 {all} 对中的 {pairs} 对"),
    ("review.no_sheet", "{file}: is no sheet of decisions: it lacks {columns}", "{file}：不是判定表，缺少列 {columns}"),
    (
        "review.no_sheet_help",
        "return the workbook of `gridlink review export`, or a CSV of all its columns",
        "请交回 `gridlink review export` 导出的工作簿，或含其全部列的 CSV",
    ),
    (
        "review.imported",
        "{sheet}: {decisions} decisions, {rejected} rejected, {undecided} rows not decided",
        "{sheet}：判定 {decisions} 对，不予采用 {rejected} 行，未判定 {undecided} 行",
    ),
    ("review.known", "{sheet}: was imported before; nothing changed", "{sheet}：此前已导入，无变化"),
    ("review.row", "row {line}: {reason}", "第 {line} 行：{reason}"),
    (
        "review.contradicting",
        "{count} decisions that two records are one person were not followed: later ones keep those persons apart",
        "有 {count} 条“同一人”判定未被采用：与判为不同人的判定相矛盾",
    ),
    (
        "review.table",
        "{table}: the set's table lacks a column that the sheet needs",
        "{table}：批次的表缺少判定表所需的列",
    ),
    (
        "run.step.decisions",
        "{same} pairs are one person and {different} two by decision; {absent} decisions are about records not in tonight's dumps",
        "按人工判定：{same} 对为同一人，{different} 对为两人；另有 {absent} 条判定涉及今晚未提供的记录",
    ),
];
