//! Texts of this area: key, English, Chinese.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    (
        "explain.name",
        "a record is named SOURCE:RECORD_ID, e.g. community_grid:C00042; a person by its person_id",
        "记录写作“来源:记录号”，例如 community_grid:C00042；人员写作 person_id",
    ),
    (
        "explain.no_record",
        "the set has no record of that name in source `{source}`",
        "批次中来源 `{source}` 没有该记录",
    ),
    (
        "explain.no_record.help",
        "next: look it up with gridlink query SET \"SELECT source, record_id FROM members WHERE …\"",
        "下一步：用 gridlink query 批次 \"SELECT source, record_id FROM members WHERE …\" 查找",
    ),
    ("explain.no_person", "the set has no person of that person_id", "批次中没有该 person_id"),
    ("explain.table", "table {table} of the set lacks a column or is damaged", "批次的 {table} 表缺少列或已损坏"),
    ("explain.person", "person {person}: {count} records", "人员 {person}：{count} 条记录"),
    ("explain.person_named", "person {person} ({name}): {count} records", "人员 {person}（{name}）：{count} 条记录"),
    ("explain.alone", "alone", "独立成人"),
    ("explain.joined", "joined by {by}", "归并方式 {by}"),
    ("explain.first", "begin of the tree, joined by {by}", "起点，归并方式 {by}"),
    (
        "explain.one_direct",
        "{a} and {b} are one person ({person}), by a link of their own",
        "{a} 与 {b} 是同一人（{person}），直接关联",
    ),
    (
        "explain.one_way",
        "{a} and {b} are one person ({person}), by way of other records",
        "{a} 与 {b} 是同一人（{person}），经由其他记录关联",
    ),
    (
        "explain.two_refused",
        "{a} ({person_a}) and {b} ({person_b}) are two persons: the join was refused, {why}",
        "{a}（{person_a}）与 {b}（{person_b}）是两人：归并被拒绝，原因 {why}",
    ),
    (
        "explain.two_review",
        "{a} ({person_a}) and {b} ({person_b}) are two persons: uncertain, a person decides",
        "{a}（{person_a}）与 {b}（{person_b}）是两人：不确定，待人工审核",
    ),
    (
        "explain.two_nothing",
        "{a} ({person_a}) and {b} ({person_b}) are two persons: no link or review pair; either no blocking rule brought them together, or their weight is below {review} bits",
        "{a}（{person_a}）与 {b}（{person_b}）是两人：没有关联或待审配对；可能分块规则未使其相遇，或权重低于 {review} 比特",
    ),
    ("explain.limits", "bits: match from {match}, review from {review}", "比特：{match} 起匹配，{review} 起待审"),
    ("explain.path", "the strongest way between them:", "两者之间最强的路径："),
    ("explain.between", "between the two persons:", "两人之间："),
    ("explain.open", "refused and uncertain pairs with others:", "与他人的被拒绝或不确定配对："),
    ("explain.more", "… and {count} more", "……另有 {count} 对"),
    ("explain.refused", "refused ({why})", "被拒绝（{why}）"),
    ("explain.review", "uncertain", "不确定"),
    ("cluster.why.two_ids", "the two sides hold two different valid ID numbers", "双方有两个不同的有效身份证号"),
    ("cluster.why.two_births", "births far apart", "出生日期相差很远"),
    ("cluster.why.birth_and_sex", "both birth and sex differ", "出生日期和性别均不同"),
    ("cluster.why.two_names", "two names, each stated by several sources", "两个姓名各有多个来源佐证"),
    ("cluster.why.rivals", "another person fits nearly as well", "另有一人同样相符"),
    ("cluster.why.one_source", "two rows of a source that lists everybody once", "同一来源（每人一行）中的两行"),
    ("cluster.why.rest_differs", "the pair agrees, the rest does not", "此对相符，其余信息不符"),
    ("explain.term.prior", "before comparing", "比较之前"),
    ("explain.term.identity", "identity", "身份"),
    ("explain.term.name", "name", "姓名"),
    ("explain.term.phone", "phone", "电话"),
    ("explain.term.address", "address", "地址"),
    ("explain.term.rest", "together", "合并修正"),
    ("explain.term.sum", "match weight", "匹配权重"),
];
