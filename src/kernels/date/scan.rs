//! Takes the text of a date apart into its numbers, what stands behind each, and the words that change their meaning.

use crate::kernels::text::{fold, is_invisible, is_quote, is_space};

/// More numbers than a date with a time and a zone has.
const NUMBERS_MAX: usize = 10;

/// What stands behind a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Nothing, or a word without meaning.
    End,
    /// 年
    Year,
    /// 月
    Month,
    /// 日 or 号
    Day,
    /// 时 or 点
    Hour,
    /// A colon or 分.
    Time,
    /// A dot.
    Dot,
    /// A slash.
    Slash,
    /// Space, or T between date and time.
    Gap,
    /// Any other separator.
    Other,
}

/// A number of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number {
    pub(super) value: i64,
    pub(super) digits: u8,
    pub(super) mark: Mark,
    /// It was written as the name of a month.
    pub(super) name: bool,
}

/// A date's text taken apart.
#[derive(Debug)]
pub(super) struct Scan {
    numbers: [Number; NUMBERS_MAX],
    len: usize,
    pub(super) lunar: bool,
    pub(super) leap: bool,
    pub(super) morning: bool,
    pub(super) afternoon: bool,
    /// 年, 月 or a month's name was written out.
    pub(super) words: bool,
    pub(super) utc_offset_minutes: Option<i32>,
}

impl Scan {
    pub(super) fn numbers(&self) -> &[Number] {
        &self.numbers[..self.len]
    }

    /// The parts of `text`; `None` if it holds no number, too many, or words that no date has.
    pub(super) fn of(text: &str) -> Option<Scan> {
        let empty = Number { value: 0, digits: 0, mark: Mark::End, name: false };
        let mut scan = Scan {
            numbers: [empty; NUMBERS_MAX],
            len: 0,
            lunar: false,
            leap: false,
            morning: false,
            afternoon: false,
            words: false,
            utc_offset_minutes: None,
        };
        let mut chars = text.chars().map(fold).filter(|&c| !is_invisible(c) && !is_quote(c)).peekable();
        let mut fraction = false;
        while let Some(c) = chars.next() {
            let mut digits = 0u8;
            let mut value = 0i64;
            if let Some(digit) = c.to_digit(10) {
                value = i64::from(digit);
                digits = 1;
                while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                    chars.next();
                    if fraction && digits >= 9 {
                        continue;
                    }
                    digits = digits.checked_add(1).filter(|&n| n <= 17)?;
                    value = value * 10 + i64::from(digit);
                }
            } else if numeral(c).is_some() {
                let mut run = [c; 8];
                let mut len = 1;
                while let Some(&next) = chars.peek().filter(|c| numeral(**c).is_some()) {
                    chars.next();
                    *run.get_mut(len)? = next;
                    len += 1;
                }
                (value, digits) = chinese(&run[..len])?;
                if matches!(c, '正' | '腊' | '冬') {
                    scan.lunar |= chars.peek() == Some(&'月');
                }
                scan.lunar |= matches!(c, '初' | '廿' | '卅');
            }
            if digits > 0 {
                *scan.numbers.get_mut(scan.len)? = Number { value, digits, mark: Mark::End, name: false };
                scan.len += 1;
                fraction = false;
                continue;
            }
            let mark = match c {
                '年' => {
                    scan.words = true;
                    Mark::Year
                }
                '月' => {
                    scan.words = true;
                    Mark::Month
                }
                '日' | '号' => {
                    scan.words = true;
                    Mark::Day
                }
                '时' | '点' => Mark::Hour,
                ':' | '分' | '秒' => Mark::Time,
                '.' | '。' => {
                    fraction = true;
                    Mark::Dot
                }
                '/' | '\\' => Mark::Slash,
                '-' | '—' | '–' | '−' | '_' | ',' | '、' | '~' | '‐' => Mark::Other,
                // 3月5日至今: who came on that day is still there.
                '至' if chars.peek() == Some(&'今') => {
                    chars.next();
                    continue;
                }
                '至' | '到' => Mark::Other,
                '+' | 'Z' | 'z' if scan.len >= 4 => {
                    scan.utc_offset_minutes = Some(zone(c, &mut chars));
                    break;
                }
                c if is_space(c) => Mark::Gap,
                'a'..='z' | 'A'..='Z' => {
                    scan.word(c, &mut chars)?;
                    continue;
                }
                '农' | '阴' | '旧' => {
                    scan.lunar = true;
                    continue;
                }
                '闰' => {
                    scan.leap = true;
                    scan.lunar = true;
                    continue;
                }
                '半' if scan.last_mark() == Some(Mark::Hour) => {
                    *scan.numbers.get_mut(scan.len)? = Number { value: 30, digits: 2, mark: Mark::Time, name: false };
                    scan.len += 1;
                    continue;
                }
                // 三刻: three quarters of an hour.
                '刻' => {
                    let quarters = scan.len.checked_sub(1).map(|last| &mut scan.numbers[last])?;
                    (quarters.value, quarters.mark) = (quarters.value * 15, Mark::Time);
                    continue;
                }
                '下' | '晚' | '夜' | '傍' => {
                    scan.afternoon = true;
                    continue;
                }
                '上' | '凌' | '早' => {
                    scan.morning = true;
                    continue;
                }
                '星' | '周' => {
                    // 星期三: the numeral is no part of the date.
                    while chars
                        .peek()
                        .is_some_and(|c| matches!(c, '期' | '一' | '二' | '三' | '四' | '五' | '六' | '日'))
                    {
                        chars.next();
                    }
                    Mark::Gap
                }
                '午' | '晨' | '历' | '公' | '阳' | '中' | '出' | '生' | '于' | '(' | ')' | '[' | ']' | '约' | '间'
                | '期' | '整' | '许' | '晓' | '左' | '右' | '起' | '止' | '抵' | '达' | '返' | '回' => {
                    continue;
                }
                _ => return None,
            };
            if let Some(last) = scan.len.checked_sub(1) {
                let last = &mut scan.numbers[last];
                // 年 tells more than the space behind it.
                if last.mark == Mark::End {
                    last.mark = mark;
                }
            }
        }
        (scan.len > 0).then_some(scan)
    }

    /// Of two whole dates (2022.3.20-2022.3.21) the last one; anything else as it is.
    pub(super) fn last_of_two(mut self) -> Self {
        let begins = |number: &Number| {
            number.digits == 4
                && (1900..2200).contains(&number.value)
                && matches!(number.mark, Mark::Year | Mark::Slash | Mark::Dot | Mark::Other)
        };
        let last = (3..self.len.saturating_sub(2)).rev().find(|&at| begins(&self.numbers[at]));
        if let Some(last) = last.filter(|_| begins(&self.numbers[0])) {
            self.numbers.copy_within(last..self.len, 0);
            self.len -= last;
        }
        self
    }

    /// What stands behind the last number so far.
    fn last_mark(&self) -> Option<Mark> {
        self.numbers().last().map(|number| number.mark)
    }

    /// A word of Latin letters: a month, am, pm, T, or a day of the week.
    fn word(&mut self, first: char, rest: &mut std::iter::Peekable<impl Iterator<Item = char>>) -> Option<()> {
        let mut word = [b' '; 9];
        word[0] = first.to_ascii_lowercase() as u8;
        let mut len = 1;
        while let Some(c) = rest.peek().copied().filter(char::is_ascii_alphabetic) {
            rest.next();
            *word.get_mut(len)? = c.to_ascii_lowercase() as u8;
            len += 1;
        }
        const MONTHS: [&[u8]; 12] =
            [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
        const WEEK: [&[u8]; 7] = [b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun"];
        match &word[..len] {
            b"t" => {
                if let Some(last) = self.len.checked_sub(1) {
                    self.numbers[last].mark = Mark::Gap;
                }
            }
            b"am" => self.morning = true,
            b"pm" => self.afternoon = true,
            b"st" | b"nd" | b"rd" | b"th" | b"z" | b"cst" => {}
            word if len >= 3 => {
                if let Some(month) = MONTHS.iter().position(|m| *m == &word[..3]) {
                    let value = month as i64 + 1;
                    *self.numbers.get_mut(self.len)? = Number { value, digits: 2, mark: Mark::Other, name: true };
                    self.len += 1;
                    self.words = true;
                } else if !WEEK.iter().any(|d| *d == &word[..3]) {
                    return None;
                }
            }
            _ => return None,
        }
        Some(())
    }
}

/// Minutes east of UTC behind a time: `Z`, `+08:00`, `+0800`, `+8`.
fn zone(sign: char, rest: &mut impl Iterator<Item = char>) -> i32 {
    if sign != '+' {
        return 0;
    }
    let (mut value, mut digits) = (0, 0);
    for digit in rest.filter_map(|c| c.to_digit(10)).take(4) {
        value = value * 10 + digit as i32;
        digits += 1;
    }
    if digits <= 2 { value * 60 } else { value / 100 * 60 + value % 100 }
}

/// The value of a Chinese numeral; 100 for a sign that only combines.
fn numeral(c: char) -> Option<i64> {
    Some(match c {
        '〇' | '零' | '○' | '◯' => 0,
        '一' | '元' | '正' | '壹' => 1,
        '二' | '两' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        '十' | '拾' => 10,
        '冬' => 11,
        '腊' => 12,
        '廿' => 20,
        '卅' => 30,
        '初' => 100,
        _ => return None,
    })
}

/// Value and number of digits of a run of Chinese numerals.
fn chinese(run: &[char]) -> Option<(i64, u8)> {
    let values = run.iter().map(|&c| numeral(c));
    if run.len() >= 2 && run.iter().all(|&c| numeral(c).is_some_and(|v| v < 10)) {
        // 一九九〇: digit by digit.
        return Some((values.flatten().fold(0, |sum, v| sum * 10 + v), run.len() as u8));
    }
    let mut value = 0;
    for v in values.flatten() {
        match v {
            100 => {}
            10 => value = value.max(1) * 10,
            20 | 30 => value = v,
            _ => value += v,
        }
    }
    Some((value, 2))
}
