//! Texts of this area: key, English, Chinese.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("config.unreadable", "{file}: cannot read the pipeline file", "{file}：无法读取流程文件"),
    (
        "config.unreadable_help",
        "next: check the path, or write a pipeline with `gridlink init DUMP_DIR -o pipeline.toml`",
        "下一步：检查路径，或用 `gridlink init 导出文件夹 -o pipeline.toml` 生成流程文件",
    ),
    (
        "config.not_utf8",
        "{file}: is not UTF-8; save the pipeline file as UTF-8",
        "{file}：不是 UTF-8 编码，请将流程文件另存为 UTF-8",
    ),
    ("config.faults", "{file}: {count} fault(s) in the pipeline file", "{file}：流程文件有 {count} 处错误"),
    (
        "config.faults_help",
        "next: correct them all and run `gridlink check` on the file",
        "下一步：逐条改正后用 `gridlink check` 检查该文件",
    ),
    ("config.syntax", "{place}: not valid TOML: {detail}", "{place}：不符合 TOML 语法：{detail}"),
    (
        "config.set_target",
        "{place}: {key}: names no key; write KEY=VALUE as in run.output=DIR or source.NAME.required=true",
        "{place}：{key}：找不到此项，请写作 键=值，例如 run.output=DIR 或 source.名称.required=true",
    ),
    (
        "config.unknown_key",
        "{place}: {key}: unknown key; allowed: {allowed}",
        "{place}：{key}：没有此项；可用：{allowed}",
    ),
    (
        "config.unknown_key_near",
        "{place}: {key}: unknown key, did you mean `{near}`? Allowed: {allowed}",
        "{place}：{key}：没有此项，是否应为 `{near}`？可用：{allowed}",
    ),
    ("config.missing", "{place}: {key}: missing; expected: {allowed}", "{place}：{key}：缺少此项；应为：{allowed}"),
    (
        "config.wrong_type",
        "{place}: {key}: found {found}, expected: {allowed}",
        "{place}：{key}：类型为 {found}，应为：{allowed}",
    ),
    (
        "config.bad_value",
        "{place}: {key}: found `{found}`, allowed: {allowed}",
        "{place}：{key}：值为 `{found}`，可用：{allowed}",
    ),
    (
        "config.bad_value_near",
        "{place}: {key}: found `{found}`, did you mean `{near}`? Allowed: {allowed}",
        "{place}：{key}：值为 `{found}`，是否应为 `{near}`？可用：{allowed}",
    ),
    (
        "config.duplicate",
        "{place}: {key}: `{found}` is already used by {other}; every one needs its own",
        "{place}：{key}：`{found}` 已被 {other} 使用，不得重复",
    ),
    (
        "config.exclusive",
        "{place}: {key}: cannot stand beside {other}; keep one of them",
        "{place}：{key}：不能与 {other} 同时出现，请保留其一",
    ),
    (
        "config.unmapped_field",
        "{place}: {key}: field `{found}` is mapped by no source; mapped: {allowed}",
        "{place}：{key}：没有数据来源映射字段 `{found}`；已映射：{allowed}",
    ),
    (
        "config.unmapped_field_near",
        "{place}: {key}: field `{found}` is mapped by no source, did you mean `{near}`? Mapped: {allowed}",
        "{place}：{key}：没有数据来源映射字段 `{found}`，是否应为 `{near}`？已映射：{allowed}",
    ),
    (
        "config.sql_file",
        "{place}: {key}: cannot read {file}, or it is empty",
        "{place}：{key}：无法读取 {file}，或文件为空",
    ),
    (
        "config.rule_word",
        "{place}: {key}: the rule asks for `{word}`, which [run] does not say; write run.{word} \
         (city_code = \"370500\", key_regions = [\"31\", \"4201\"])",
        "{place}：{key}：规则用到 `{word}`，而 [run] 中没有；请写明 run.{word}\
         （city_code = \"370500\"，key_regions = [\"31\", \"4201\"]）",
    ),
];
