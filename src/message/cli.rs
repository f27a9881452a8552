//! Texts of this area: key, English, Chinese.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("cli.error", "error:", "错误:"),
    ("cli.warning", "warning: {text}", "警告：{text}"),
    ("cli.step", "{step}: started", "{step}：开始"),
    ("cli.step_of", "{step}: started, {total} {unit}", "{step}：开始，共 {total} {unit}"),
    ("cli.step_done", "{step}: done in {elapsed} s, {summary}", "{step}：完成，用时 {elapsed} 秒，{summary}"),
    (
        "cli.bug",
        "this is a bug in gridlink {version} (at {place}); nothing was published",
        "gridlink {version} 程序内部错误（位置 {place}），未发布任何内容",
    ),
    (
        "cli.bug_help",
        "next: report the place and the command, but no data; the set published before is untouched",
        "下一步：请反馈该位置和所用命令，不要附带数据；此前发布的批次未受影响",
    ),
    ("cli.stdout", "cannot write to stdout", "无法写入标准输出"),
    ("cli.output", "{file}: cannot be written", "{file}：无法写入"),
    ("cli.rows_written", "{rows} rows written to {file}", "已将 {rows} 行写入 {file}"),
    ("cli.table_rows", "{rows} rows", "共 {rows} 行"),
    ("cli.table_rows_shown", "{rows} rows, the first {shown} shown", "共 {rows} 行，显示前 {shown} 行"),
    ("cli.check_ok", "{sources} sources can be read as shown", "{sources} 个数据来源均可按上述方式读取"),
    ("cli.check_faults", "{count} fault(s) in the dumps", "导出文件有 {count} 处问题"),
    ("cli.init_no_dumps", "{folder}: holds no dump that can be read", "{folder}：没有可读取的导出文件"),
    (
        "cli.init_done",
        "{file}: written from {dumps} dumps; read it and correct what is marked CHECK",
        "{file}：已根据 {dumps} 个导出文件生成，请核对标有 CHECK 的各处",
    ),
    (
        "cli.init_force",
        "next: choose another name, or add --force to replace the file",
        "下一步：换一个文件名，或加 --force 覆盖该文件",
    ),
    (
        "cli.init_head",
        "written by `gridlink init`: a guess from the heads of the dumps. Correct what is marked CHECK, then run `gridlink check`",
        "由 `gridlink init` 根据表头推测生成。请核对标有 CHECK 的各处，再运行 `gridlink check`",
    ),
    ("cli.init_idle", "columns not used: {columns}", "未使用的列：{columns}"),
    (
        "cli.init_followup",
        "what the night must list: any SQL over persons, events, members, grids giving person_id, since, reason",
        "每晚要列出的人员：对 persons、events、members、grids 的任意 SQL，给出 person_id、since、reason",
    ),
    ("cli.synth_done", "{folder}: city written", "{folder}：已生成城市数据"),
    (
        "cli.eval_precision",
        "precision {rate} % = {part} correct of {whole} pairs found",
        "精确率 {rate} % = 找到的 {whole} 对中正确 {part} 对",
    ),
    (
        "cli.eval_recall",
        "recall    {rate} % = {part} found of {whole} true pairs",
        "召回率 {rate} % = 真实的 {whole} 对中找到 {part} 对",
    ),
    ("cli.eval_f1", "F1        {rate}", "F1     {rate}"),
    (
        "cli.eval_split",
        "split     {rate} % = {part} of {whole} true persons lie in more than one person of the set",
        "拆分率 {rate} % = 真实的 {whole} 人中有 {part} 人被拆成多人",
    ),
    (
        "cli.eval_mixed",
        "mixed     {rate} % = {part} of {whole} persons of the set hold more than one true person",
        "混合率 {rate} % = 批次的 {whole} 人中有 {part} 人混入他人",
    ),
    (
        "cli.eval_records",
        "records   {records} compared; {missing_from_set} of the truth are not in the set (their pairs count as missed), {missing_from_truth} of the set are not in the truth (left out)",
        "记录   比较 {records} 条；真值中有 {missing_from_set} 条不在批次内（其配对按漏掉计），批次中有 {missing_from_truth} 条不在真值内（不计）",
    ),
    (
        "cli.eval_pair",
        "  {left} × {right}: precision {precision} %, recall {recall} %, {pairs} true pairs",
        "  {left} × {right}：精确率 {precision} %，召回率 {recall} %，真实 {pairs} 对",
    ),
    (
        "cli.lost",
        "{count} true pairs lie in two persons; `gridlink explain SET A B` tells of one of them",
        "真实的同人配对中有 {count} 对落在两人中；用 `gridlink explain 批次 A B` 查看其中一对",
    ),
    ("cli.lost.refused", "refused", "被拒绝"),
    ("cli.lost.review", "left to review", "待审"),
    ("cli.lost.below_review", "compared, below review", "已比较，低于待审"),
    ("cli.lost.not_compared", "never compared", "从未比较"),
    (
        "cli.lost.neither",
        "never compared or below review (--pipeline tells which)",
        "从未比较或低于待审（--pipeline 可区分）",
    ),
    (
        "cli.check_column",
        "{file}: has no column `{column}`, which the map of source {source} names",
        "{file}：没有来源 {source} 的映射所指的列“{column}”",
    ),
    ("cli.folder_unreadable", "{folder}: the folder cannot be read", "{folder}：无法读取该文件夹"),
];
