//! Texts of this area: key, English, Chinese.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    (
        "run.carried",
        "the store's list of rows without a key of their own cannot be read",
        "无法读取存储中无自有编号记录的清单",
    ),
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
    (
        "run.step.ingest",
        "{dumps} dumps, {records} records, {quarantined} rows in quarantine",
        "{dumps} 个导出文件，{records} 条记录，{quarantined} 行进入隔离区",
    ),
    ("run.step.order", "records in canonical order", "记录已按固定顺序排列"),
    ("run.step.profile", "{profiles} distinct profiles", "{profiles} 个不同的画像"),
    ("run.step.features", "{profiles} profiles ready to compare", "{profiles} 个画像可供比对"),
    (
        "run.step.fit",
        "weights fitted; of {pairs} pairs sure by ID, {share} % would be found without it",
        "权重已估计；凭证件号确定的 {pairs} 对中，不看证件号也能找到 {share} %",
    ),
    (
        "run.custom_no_pairs",
        "blocking brings no two records together, so nobody is matched; give [linkage] blocking rules that records of one person share",
        "分块规则没有产生任何候选对，无法匹配；请在 [linkage] 中写明同一人的记录所共有的分块规则",
    ),
    (
        "run.custom_left_out",
        "blocks are too large: {left_out} pairs were left out, {compared} compared; make blocking rules narrower",
        "分块过大：{left_out} 对未比对，仅比对 {compared} 对；请收窄分块规则",
    ),
    (
        "run.custom_one_source",
        "one_per_source is set and there is one source, so no two of its records can be one person",
        "已设 one_per_source，但只有一个数据来源，其中任何两条记录都不会归为一人",
    ),
    (
        "run.custom_too_many",
        "the fit takes {matches} pairs for matches and there can be {possible} at most: comparisons tell the same thing twice (a town and its postcode) or what a household shares; leave one out or declare it shared = true",
        "拟合认为有 {matches} 对匹配，而最多只可能有 {possible} 对：有的比对重复说明同一件事（如城镇与邮编），或为同户共有；请去掉其一或设 shared = true",
    ),
    (
        "run.custom_born_apart",
        "of the records that the fit takes for one person only {share} % agree in `{field}`: they may be of one household; \
         declare what a household has in common with shared = true",
        "拟合认为属同一人的记录中，仅 {share} % 的 `{field}` 相同，可能其实是同户人员；请对同户共有的比对项设 shared = true",
    ),
    (
        "run.custom_rule_empty",
        "blocking rule `{rule}` adds no pair: no two records agree in it but those that an earlier rule brings together; look \
         whether all sources write these fields alike",
        "分块规则 `{rule}` 未带来任何记录对：除前面规则已带来的以外，没有两条记录在这些字段上一致；请检查各来源的写法是否相同",
    ),
    (
        "run.nameless",
        "source `{source}` maps neither name nor id_number: its rows can be matched by a phone alone",
        "来源 `{source}` 既未映射 name 也未映射 id_number：其各行只能凭电话匹配",
    ),
    ("run.grids_missing", "{file}: the grid directory cannot be opened", "{file}：无法打开网格目录"),
    (
        "run.grids_empty",
        "{file}: no row of the grid directory has a code, so everybody would be without a grid",
        "{file}：网格目录没有任何网格编码，所有人都将没有网格",
    ),
    (
        "run.grids_help",
        "next: correct [grids] path and [grids.map] code, or leave out [grids] if the city has no directory",
        "下一步：请更正 [grids] 的 path 和 [grids.map] 的 code；确无网格目录时可去掉 [grids]",
    ),
    (
        "run.no_state",
        "the store holds nothing, or only a part, of the nights before, though {output} has published sets: keys of persons and items begin anew, and lists that come back know none of them",
        "store 目录缺少以往批次的状态（或仅存部分），而 {output} 中已有发布的批次：人员和任务编号将重新生成，回填的名单无法对应",
    ),
    (
        "run.backdated",
        "the night is of {as_of} and the set before of {before}: items are carried on from a later night, and this set becomes the current one",
        "本次日期 {as_of} 早于上一批次的 {before}：任务由较晚的批次延续，且本批次将成为当前批次",
    ),
    (
        "run.step.link",
        "{pairs} pairs compared, {kept} worth a look, {left_out} left out in oversized blocks",
        "比对 {pairs} 对，保留 {kept} 对，过大分块中略去 {left_out} 对",
    ),
    ("run.step.cluster", "{clusters} clusters, {review} uncertain pairs", "{clusters} 个聚类，{review} 对待审核"),
    (
        "run.step.person",
        "{persons} persons, {changes} changes of identity since the set before",
        "{persons} 人，与上一批次相比身份变更 {changes} 处",
    ),
    (
        "run.step.grids",
        "{assigned} persons in grids, {unassigned} unassigned",
        "{assigned} 人已归入网格，{unassigned} 人未分配",
    ),
    (
        "run.step.followup",
        "{open} items open ({new} new), {done} done, {withdrawn} withdrawn",
        "未完成任务 {open} 项（新增 {new}），已完成 {done}，已撤销 {withdrawn}",
    ),
    ("run.step.rollup", "{rows} visits in {lists} lists", "{lists} 份清单，共 {rows} 人次"),
    ("run.step.publish", "{tables} Parquet files, {lists} workbooks", "{tables} 个 Parquet 文件，{lists} 个工作簿"),
    (
        "run.memory_above",
        "the night needed {peak} MiB, more than the limit of {limit} MiB; nothing is lost. Set a higher limit, or give it fewer threads",
        "本次运行占用内存 {peak} MiB，超过上限 {limit} MiB；数据无缺失。请提高上限，或减少线程数",
    ),
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
        "run.several_persons",
        "{count} row(s) name several persons in one cell; only one of them is read, so give each a row of its own",
        "{count} 行的姓名栏写有多人，只读取了其中一人；请每人单独一行",
    ),
    (
        "run.keys_reused",
        "{count} record(s) bear a key that was somebody else's in the set before; they are taken for whom they name",
        "{count} 条记录的主键在上一批次属于另一人；按其所写人员处理",
    ),
    (
        "run.fewer_files",
        "source {source}: {now} file(s) came, {before} in the set before; not there: {files}. What only they told stays open, and rules \
         that ask who is registered or visited nowhere may find their people: run again when they are there",
        "来源 {source}：本次 {now} 个文件，上一成果集为 {before} 个；缺少：{files}。仅由这些文件说明的任务保持待办，查找未登记、未走访人员的规则可能误列其中人员；文件补齐后请重新运行",
    ),
    (
        "run.fewer_records",
        "source {source}: {now} records, {before} in the set before; look whether its export is whole, and run the night again if not",
        "来源 {source}：本次 {now} 条记录，上一批次 {before} 条；请检查导出是否完整，不完整则补齐后重新运行",
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
    ("run.summary.warnings", "warnings: {count}, see manifest.json", "警告：{count} 条，详见 manifest.json"),
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
    ("run.step.accuracy", "accuracy of the night estimated", "已估计本晚的准确率"),
    ("run.step.fit_custom", "weights fitted", "权重已拟合"),
    ("run.step.link_custom", "{kept} pairs worth keeping", "保留 {kept} 对"),
    ("run.step.removal", "{sets} older sets removed, as run.keep_sets says", "按 run.keep_sets 清除较早批次 {sets} 个"),
    ("run.step.returns", "{pairs} returned rows name their person", "{pairs} 行回填已对应到人"),
];
