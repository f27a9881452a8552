//! Texts of `gridlink synth`: key, English, Chinese.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    (
        "synth.done",
        "{persons} persons, {records} records, {files} files",
        "{persons} 人，{records} 条记录，{files} 个文件",
    ),
    ("synth.cannot_write", "cannot write {path}", "无法写入 {path}"),
    (
        "synth.cannot_write_help",
        "Check that the folder may be written and that the disk has room.",
        "请检查目录是否可写、磁盘空间是否充足。",
    ),
    ("synth.not_empty", "{path} holds files already", "{path} 中已有文件"),
    (
        "synth.not_empty_help",
        "Name a new folder, so that two cities are not mixed.",
        "请指定新的目录，以免两座城市的数据混在一起。",
    ),
    (
        "synth.unknown_source",
        "no source is called {name}; the sources are {allowed}",
        "没有名为 {name} 的数据来源；可选：{allowed}",
    ),
    ("synth.bad_damage", "damage is {value}; it may be 0 (clean) to 20", "损坏程度为 {value}；允许 0（无损坏）至 20"),
    ("synth.bad_persons", "persons is {value}; it may be 1 to 100000000", "人数为 {value}；允许 1 至 100000000"),
];
