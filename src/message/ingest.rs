//! Texts of this area: key, English, Chinese.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    (
        "ingest.required",
        "{count} fault(s) in dumps of required sources; nothing was published",
        "必需数据来源的导出文件有 {count} 处错误；未发布任何结果",
    ),
    (
        "ingest.required_damaged",
        "{file}: cannot be read to its end, and source `{source}` is required",
        "{file}：无法读到末尾，而数据来源 `{source}` 为必需",
    ),
    (
        "ingest.required_empty",
        "source `{source}` is required, and its dumps have no row that can be used",
        "数据来源 `{source}` 为必需，而其导出文件没有可用的行",
    ),
    (
        "ingest.required_columns",
        "source `{source}` is required, and none of its dumps has column(s) {columns}",
        "数据来源 `{source}` 为必需，而其导出文件都没有列 {columns}",
    ),
    (
        "ingest.required_help",
        "next: ask for the export again or correct its mapping; to go on without, add --set source.NAME.required=false",
        "下一步：请重新导出或更正映射；如不等待，可加 --set source.名称.required=false",
    ),
    (
        "ingest.dumps_missing",
        "{count} required dumps are missing or stale",
        "缺少必需的导出文件或文件过旧，共 {count} 处",
    ),
    (
        "ingest.dumps_missing_help",
        "Put the files there, or set `required = false` or a larger `max_age_hours` for the source.",
        "请补齐文件；确可缺少时，在该来源下设 `required = false` 或放宽 `max_age_hours`。",
    ),
    (
        "ingest.no_match",
        "source `{source}`: no file matches {glob}, though others of the source are there",
        "来源 `{source}`：没有与 {glob} 相符的文件（该来源的其他文件存在）",
    ),
    (
        "ingest.no_dump_required",
        "source `{source}`: no file matches {globs}",
        "来源 `{source}`：没有与 {globs} 相符的文件",
    ),
    (
        "ingest.no_dump",
        "source `{source}`: no file matches {globs}; the run goes on without it",
        "来源 `{source}`：没有与 {globs} 相符的文件，本次运行不含该来源",
    ),
    (
        "ingest.stale",
        "source `{source}`: {file} is {hours} hours old; at most {hours_max} are allowed",
        "来源 `{source}`：{file} 已有 {hours} 小时未更新，最多允许 {hours_max} 小时",
    ),
    (
        "ingest.file_twice",
        "{file} is already read for an earlier source and is left out of `{source}`",
        "{file} 已在前面的来源中读取，不再计入 `{source}`",
    ),
    (
        "ingest.bad_glob",
        "source `{source}`: `{glob}` is no glob ({cause})",
        "来源 `{source}`：`{glob}` 不是有效的通配路径（{cause}）",
    ),
    ("ingest.cannot_open", "{file} cannot be opened: {cause}", "无法打开 {file}：{cause}"),
    (
        "ingest.cut",
        "{file} ends early; what was readable before is kept ({cause})",
        "{file} 不完整，只保留其前面可读的部分（{cause}）",
    ),
    (
        "ingest.no_column",
        "{file}: the header has none of the needed columns. Found: {found}. Needed: {needed}",
        "{file}：表头中没有任何所需的列。现有：{found}。所需：{needed}",
    ),
    (
        "ingest.missing_columns",
        "{file}: columns are missing: {columns}. Found: {found}",
        "{file}：缺少列：{columns}。现有：{found}",
    ),
    (
        "ingest.sheet_missing_columns",
        "{file}: sheet {sheet} lacks columns that the first one has: {columns}",
        "{file}：工作表 {sheet} 缺少首个工作表所有的列：{columns}",
    ),
    (
        "ingest.sheet_left_out",
        "{file}: sheet {sheet} holds rows but none of the needed columns; it was left out. Give it the header of the others, \
         or name the sheet to read with `sheet`",
        "{file}：工作表 {sheet} 有数据行，但没有所需的列，未读取。请补上与其他工作表相同的表头，或用 `sheet` 指定要读的工作表",
    ),
    (
        "ingest.column_twice",
        "{file}: column {column} stands there {count} times; the first one is read",
        "{file}：列 {column} 出现 {count} 次，只读取第一列",
    ),
    (
        "ingest.no_row",
        "{file}: none of {count} rows can be used; quarantine tells why",
        "{file}：{count} 行全部无法使用，原因见隔离区",
    ),
    (
        "ingest.codec",
        "{file}: its compression is not known here; write it with zstd, snappy, gzip or none ({cause})",
        "{file}：压缩方式无法识别，请改用 zstd、snappy、gzip 或不压缩（{cause}）",
    ),
    ("ingest.changed", "{file} changed while it was read", "{file} 在读取期间发生了变化"),
    (
        "ingest.mixed_encoding",
        "{file}: {count} lines were in another encoding than the rest",
        "{file}：有 {count} 行与其余各行编码不同",
    ),
    ("ingest.nul_bytes", "{file}: {count} NUL bytes were removed", "{file}：已去除 {count} 个空字节"),
    ("ingest.unknown_format", "{file} is no table in a known format", "{file} 不是可识别的表格文件"),
    ("ingest.empty", "{file} is empty", "{file} 是空文件"),
    (
        "ingest.too_many_columns",
        "{file}: a row at the top has {count} columns; at most {max} are allowed. Check the delimiter",
        "{file}：开头有一行多达 {count} 列，最多允许 {max} 列，请检查分隔符",
    ),
    ("ingest.no_header", "{file}: no header was found", "{file}：没有找到表头"),
    (
        "ingest.rows_above_header",
        "{file}: {count} rows above the header were passed over",
        "{file}：略过表头以上 {count} 行",
    ),
    (
        "ingest.not_read_to_end",
        "{file} was not read to its end; size and SHA-256 are of what was read",
        "{file} 未读到末尾，大小和 SHA-256 只含已读部分",
    ),
    (
        "ingest.no_sheet",
        "{file} has no sheet `{sheet}`. Found: {found}",
        "{file} 中没有工作表 `{sheet}`。现有：{found}",
    ),
    (
        "ingest.broken_workbook",
        "{file} is cut or broken and cannot be opened; export it again",
        "{file} 不完整或已损坏，无法打开，请重新导出",
    ),
    (
        "ingest.broken_parquet",
        "{file} is a cut or broken Parquet file: its footer cannot be read",
        "{file} 是不完整或已损坏的 Parquet 文件：无法读取文件尾",
    ),
    (
        "ingest.no_workbook",
        "{file} is an archive without a workbook: unpack it, or save it as .xlsx (an .ods is none)",
        "{file} 是不含工作簿的压缩包，请先解压；.ods 文件请另存为 .xlsx",
    ),
    (
        "ingest.bomb",
        "{file} unpacks to far more than a workbook may hold and was not opened",
        "{file} 解压后远超工作簿允许的大小，未予打开",
    ),
    ("ingest.password", "{file} is protected by a password; save it without one", "{file} 设有密码，请取消密码后另存"),
    (
        "ingest.merged_cells",
        "{file}: its merged cells are too many or cannot be told; each counts for its first row alone",
        "{file}：合并单元格过多或无法识别，其值只计入首行",
    ),
    ("ingest.reader_failed", "{file} is broken: its reader gave up", "{file} 已损坏，读取中止"),
    ("ingest.markup", "{file} is a web page or XML and was read as such", "{file} 实为网页或 XML 格式，已按该格式读取"),
    ("ingest.unreadable", "{file} cannot be read", "无法读取 {file}"),
    ("ingest.rows_left_out", "{file}: {count} rows cannot be read", "{file}：有 {count} 行无法读取"),
    ("ingest.row_left_out", "line {line}: {reason}", "第 {line} 行：{reason}"),
];
