//! Texts of grids, follow-up rules and SQL: key, English, Chinese.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("sql.table", "table {name} cannot be given to the SQL engine", "表 {name} 无法交给 SQL 引擎"),
    ("sql.query", "the query cannot be run", "查询无法执行"),
    (
        "sql.no_question",
        "the query begins with {word}, which asks for nothing; tables are read here and not changed",
        "查询以 {word} 开头，不是查询语句；此处只读取表，不修改表",
    ),
    (
        "followup.flood",
        "rule {rule}: {new} new items beside {open} open before, in a night without the whole of {sources}: whom it asks for because \
         nothing is known of them may be here for that alone. next: set required = true for that source, or run again when it is there",
        "规则 {rule}：新增 {new} 项，此前待办 {open} 项，而本次 {sources} 未完整到达：因“未登记、未走访”列入的人员可能只是缺少该数据。下一步：将该来源设为 required = true，或补齐后重新运行",
    ),
    (
        "followup.lapsed",
        "rule {rule}: {count} overdue item(s) of persons whom nobody visited are withdrawn, for the days of the rule are over; they \
         stand in followups as withdrawn",
        "规则 {rule}：{count} 项逾期任务从未走访，因规则期限已过而撤销；见 followups 中的 withdrawn",
    ),
    (
        "followup.no_schedule",
        "rule {rule} asks for schedule {name}, which the pipeline file does not have (it has: {known}): the rule finds nobody",
        "规则 {rule} 使用日程 {name}，流程文件中没有该日程（现有：{known}）：该规则查不到任何人",
    ),
    (
        "followup.schedule_to_come",
        "rule {rule} asks for schedule {name}, which holds from {from} on, after the run's date: the rule finds nobody",
        "规则 {rule} 使用日程 {name}，该日程自 {from} 起施行，晚于运行日期：该规则查不到任何人",
    ),
    ("grids.without_code", "grid directory: {count} row(s) have no grid code", "网格目录：{count} 行没有网格编码"),
    (
        "grids.code_cut",
        "{count} row(s) of the grid directory have a code that a spreadsheet cut off (such as 4.3E+14) and are left out; make the column text and export it again",
        "网格目录有 {count} 行编码被电子表格改成了科学计数（如 4.3E+14），已略去；请将该列设为文本后重新导出",
    ),
    (
        "grids.totals",
        "{count} row(s) of the grid directory are totals and no grids",
        "网格目录有 {count} 行为合计，不是网格",
    ),
    (
        "grids.duplicate",
        "grid directory: {count} row(s) repeat a grid code and add nothing",
        "网格目录：{count} 行重复网格编码且未增加覆盖范围",
    ),
    (
        "grids.names_differ",
        "grid directory: {count} row(s) name a grid differently from its first row, which counts",
        "网格目录：{count} 行与同一编码首行的名称不一致，以首行为准",
    ),
    (
        "grids.kind_unknown",
        "grid directory: {count} row(s) have an unknown kind; allowed: base, dedicated, or their Chinese names",
        "网格目录：{count} 行的网格类型无法识别；可用：base（基础网格）、dedicated（专属网格）",
    ),
    (
        "grids.coverage_unread",
        "grid directory: {count} cell(s) name buildings, door numbers or groups that cannot be read and cover nobody (1-5、8 and 1-99单 can): {examples}",
        "网格目录：{count} 个单元格中的楼栋、门牌或组无法识别，未覆盖任何人（可写作 1-5、8 或 1-99单）：{examples}",
    ),
    (
        "grids.code_unknown",
        "{records} record(s) state {codes} grid(s) that are neither a code nor the name of one grid in the grid directory; they are not used (records by source: {sources})",
        "{records} 条记录填写的 {codes} 个网格既非网格目录中的编码，也非其中唯一的网格名称，未予采用（各来源记录数：{sources}）",
    ),
    (
        "grids.code_contradicted",
        "{records} record(s) state a grid code that their own address contradicts and no other record of that place shares; it is not used",
        "{records} 条记录填写的网格编码与其住址不符，且同处无其他记录印证，未予采用",
    ),
    (
        "grids.namesakes",
        "{records} record(s) lie in an estate whose name several communities have, or on a road that several counties have, and nothing says in which; they count as without a flat",
        "{records} 条记录所在小区（村）在多个社区重名，或所在道路在多个县（市、区）重名，且无从区分，按无户址处理",
    ),
    ("followup.rules", "follow-up rules cannot be run", "随访规则无法执行"),
    (
        "followup.rules_help",
        "correct `sql` of the rule; it asks persons, events, members and grids, in Polars SQL, and gives person_id, since, reason",
        "请修改该规则的 sql：可查询 persons、events、members、grids（Polars SQL），须给出 person_id、since、reason",
    ),
    (
        "followup.never_settled",
        "rule {rule} is settled by events of type {type}, and no source tells of such; types that sources tell of: {types}",
        "规则 {rule} 以 {type} 类事件为完成依据，但没有数据源提供此类事件；数据源提供的类型：{types}",
    ),
    (
        "followup.rule_gone",
        "rule {rule} is in the pipeline file no more: its {count} open item(s) are withdrawn (if it was renamed, all begin anew)",
        "管道文件中已没有规则 {rule}：其 {count} 项未完成任务予以撤销（如系改名，则全部重新开始）",
    ),
    (
        "followup.held",
        "{count} open item(s) that no rule asks for tonight rest on a source whose dump is missing or incomplete; they stay open",
        "{count} 项未完成任务今晚没有规则提出，但其依据的数据源缺失或不完整，予以保留",
    ),
    (
        "followup.lost",
        "{count} open item(s) are withdrawn because their persons are only in a source whose dump is missing, incomplete or replaced; they are asked for again when it is back",
        "{count} 项未完成任务因其人员只出现在缺失、不完整或已被替换的数据源中而撤销；数据源恢复后重新提出",
    ),
    (
        "followup.unlisted",
        "{count} open item(s) from above are in no list of tonight; they stay open until somebody answers them (answers are written for the rows of a list: keep it beside the next one)",
        "{count} 项上级交办任务不在今晚的名单中，仍须核查反馈，予以保留（反馈文件按名单各行生成，请将旧名单与新名单一并保留）",
    ),
    ("followup.rule_failed", "rule {rule}: {cause}", "规则 {rule}：{cause}"),
    (
        "followup.columns_missing",
        "rule {rule}: its answer lacks the column(s) {missing}; found: {found}",
        "规则 {rule}：结果缺少列 {missing}；现有：{found}",
    ),
    (
        "followup.column_type",
        "rule {rule}: column {column} has a type that cannot be used here; person_id and reason are text, since is a date or time",
        "规则 {rule}：列 {column} 的类型不可用；person_id、reason 须为文本，since 须为日期或时间",
    ),
    (
        "followup.without_person",
        "rule {rule}: {count} row(s) of its answer name no person and are ignored",
        "规则 {rule}：结果中 {count} 行没有人员编号，已忽略",
    ),
    (
        "followup.unknown_person",
        "{count} row(s) of the rules' answers name a person that does not exist and are ignored",
        "规则结果中 {count} 行的人员编号不存在，已忽略",
    ),
    ("followup.table", "table {name} cannot be built", "表 {name} 无法生成"),
    (
        "followup.items_unreadable",
        "the follow-up items of the set before cannot be read: a column is missing, or a key or state is not one",
        "上一批次的随访任务无法读取：缺少列，或编号、状态不合规",
    ),
];
