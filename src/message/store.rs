//! Texts of this area: key, English, Chinese.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("store.cannot_create", "cannot create {path}", "无法创建 {path}"),
    (
        "store.cannot_create.help",
        "Check that the folder exists, that this user may write there and that the file system is not read-only.",
        "请检查上级目录是否存在、当前用户是否有写权限、文件系统是否为只读。",
    ),
    ("store.cannot_read", "cannot read {path}", "无法读取 {path}"),
    ("store.cannot_write", "cannot write {path}", "无法写入 {path}"),
    ("store.disk_full", "no space left while writing {path}", "写入 {path} 时磁盘空间不足"),
    (
        "store.disk_full.help",
        "Nothing was published; the set before is untouched. Free some space and run again.",
        "本批次未发布，上一批次保持不变。请清理磁盘空间后重新运行。",
    ),
    (
        "store.little_space",
        "{path} has {free} MiB free, but this run needs about {needed} MiB",
        "{path} 剩余空间 {free} MiB，本次运行约需 {needed} MiB",
    ),
    (
        "store.published.help",
        "The set is published all the same and is the current one; the store's state takes its place at the next start.",
        "批次已经发布并成为当前批次；store 的状态将在下次启动时就位。",
    ),
    (
        "store.little_space.help",
        "Free some space, delete old runs, or choose another folder with --set run.output=DIR or run.store=DIR, whichever is full.",
        "请清理磁盘空间、删除旧批次，或用 --set run.output=DIR 或 run.store=DIR 指定其他目录。",
    ),
    (
        "store.locked",
        "another run (process {pid}, since {since}) holds {path}",
        "另一个任务（进程 {pid}，开始于 {since}）正在使用 {path}",
    ),
    ("store.locked.help", "Wait until it ends, or stop that process.", "请等待其结束，或停止该进程。"),
    ("store.current_taken", "{path} is not a symbolic link", "{path} 不是符号链接"),
    (
        "store.current_taken.help",
        "`current` is set by the program alone. Move away what stands there.",
        "`current` 只由本程序维护，请移走现有文件或目录。",
    ),
    ("store.run_exists", "a run {run_id} is there already in {path}", "{path} 中已存在批次 {run_id}"),
    (
        "store.no_set",
        "{path} is neither a published set nor an output folder with one",
        "{path} 既不是已发布的批次，也不是含有批次的输出目录",
    ),
    (
        "store.no_set.help",
        "Give a folder with manifest.json in it, or one whose `current` leads to such a folder.",
        "请指定含有 manifest.json 的目录，或其 `current` 指向此类目录的输出目录。",
    ),
    (
        "store.no_table",
        "the set {path} has no table {table}; it has: {tables}",
        "批次 {path} 中没有表 {table}；现有表：{tables}",
    ),
    ("store.broken_file", "{path} is damaged or not of the expected form", "{path} 已损坏或格式不符"),
    (
        "store.broken_state.help",
        "The store belongs to the last published set. Restore it from a backup; without it person ids start anew.",
        "store 目录与最近发布的批次相对应，请从备份恢复；缺少它将重新生成人员编号。",
    ),
    (
        "store.unbalanced",
        "{count} balance(s) do not hold; nothing was published",
        "{count} 项平衡校验不成立，本批次未发布",
    ),
    ("store.balance", "{name}: {left} against {right}", "{name}：{left} 对 {right}"),
    (
        "store.unbalanced.help",
        "The set before is untouched. This is a fault of the program or of the store: keep the dumps and the log, and report it.",
        "上一批次保持不变。这是程序或 store 的问题：请保留导出文件和日志并反馈。",
    ),
    ("store.journal_unwritable", "an entry of a journal cannot be written down", "日志条目无法写出"),
    ("store.journal_broken", "{path}: is not a file of this journal", "{path}：不是该日志的文件"),
];
