//! Places that somebody says they were not in: 没有去过上海, 无上海旅居史. Only where the denial stands at the place itself:
//! whoever is believed too easily is missed.

/// Words behind which the place stands directly.
const WAYS: [&str; 10] = ["去往", "前往", "途经", "途径", "经过", "到访", "去", "到", "在", "经"];
/// Words that deny.
const DENIALS: [&str; 6] = ["没有", "没", "未曾", "从未", "未", "不曾"];
/// What nobody had who was not there.
const STAYS: [&str; 4] = ["旅居", "居住史", "接触史", "行程"];

/// Whether the place `chars[from..to]` is one that is denied.
pub(super) fn is_denied(chars: &[char], from: usize, to: usize) -> bool {
    let before = without(&chars[..from], &["过"]).unwrap_or(&chars[..from]);
    let before = without(before, &["曾"]).unwrap_or(before);
    if let Some(way) = without(before, &WAYS) {
        let way = without(way, &["曾"]).unwrap_or(way);
        // 有没有去过上海 and 去没去过上海 ask, and whoever says yes behind it was there.
        return without(way, &DENIALS).is_some_and(|asked| without(asked, &["有", "去", "到"]).is_none());
    }
    // 无上海旅居史, 没有上海市的旅居史; the stay must not be that of another clause.
    let rest: String = chars[to..].iter().take_while(|c| !"，,。；; ".contains(**c)).take(8).collect();
    let denied = without(&chars[..from], &["没有", "无"]);
    denied.is_some_and(|asked| without(asked, &["有"]).is_none()) && STAYS.iter().any(|stay| rest.contains(stay))
}

/// Whether the place between those is one where somebody is registered or has family, and need not have been.
pub(super) fn is_of_others(before: &[char], behind: &[char]) -> bool {
    const REGISTERED: [&str; 6] = ["户口", "户籍", "籍", "人", "市户口", "市户籍"];
    const FAMILY: [&str; 7] = ["家人在", "父母在", "子女在", "儿子在", "女儿在", "丈夫在", "妻子在"];
    let behind: String = behind.iter().take(3).collect();
    REGISTERED.iter().any(|word| behind.starts_with(word)) || without(before, &FAMILY).is_some()
}

/// Whether nothing stands between two places but what joins them: 上海、吉林, 上海和吉林.
pub(super) fn are_joined(between: &[char]) -> bool {
    between.len() <= 1 && between.iter().all(|c| "、和及或/".contains(*c))
}

/// What stands before one of `words` at the end.
fn without<'a>(chars: &'a [char], words: &[&str]) -> Option<&'a [char]> {
    words.iter().find_map(|word| {
        let at = chars.len().checked_sub(word.chars().count())?;
        word.chars().eq(chars[at..].iter().copied()).then_some(&chars[..at])
    })
}
