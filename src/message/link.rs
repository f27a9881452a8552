//! Texts of this area: key, English, Chinese.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    (
        "link.model_other",
        "{path}: the pinned model was fitted with other comparisons or levels than this version has",
        "{path}：固定的模型与本版本的比较项或等级不一致",
    ),
    ("link.model_broken", "{path}: is not a stored model", "{path}：不是已保存的模型文件"),
    (
        "link.model_help",
        "next: take `linkage.model` out of the pipeline file for one night; the store's state/model.json is then a model of this version",
        "下一步：从配置中去掉 `linkage.model` 运行一晚，存储目录的 state/model.json 即为本版本的模型",
    ),
    (
        "link.drift",
        "the model moved since the night before: {levels}; look whether a source changed",
        "模型与上一晚相比有变化：{levels}；请检查数据来源是否有变动",
    ),
    (
        "link.accuracy",
        "accuracy of the night, estimated on {persons} persons of whom numbers were hidden: precision {precision} % ({precision_low} to {precision_high}), recall {recall} % ({recall_low} to {recall_high}), F1 {f1}",
        "本晚匹配质量（隐藏 {persons} 人的部分证件号估计）：精确率 {precision} %（{precision_low} 至 {precision_high}），召回率 {recall} %（{recall_low} 至 {recall_high}），F1 {f1}",
    ),
    (
        "link.accuracy_low",
        "matching is poor tonight: F1 {f1} (95 % at most {high}), below {limit}; look at the columns of names, phones and addresses",
        "今晚匹配质量偏低：F1 {f1}（95 % 上限 {high}），低于 {limit}；请检查姓名、电话、地址各列",
    ),
    (
        "link.blocking",
        "blocking reached {share} % of {pairs} pairs known to be one person whose ID numbers were hidden; about {lost} pairs of the night were never compared",
        "隐藏证件号后，分块覆盖了 {pairs} 对已知同人记录的 {share} %；本晚约有 {lost} 对从未比较",
    ),
];
