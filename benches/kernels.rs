//! What reading one cell costs, field by field, and what the innermost questions of matching cost.

use gridlink::kernels::finder::Finder;
use gridlink::kernels::shared::{LANES, shared, shared_scalar};
use gridlink::kernels::union_find::{self, UnionFind};
use gridlink::kernels::{address::Address, date, id_number, numbering, phone, pinyin, radix, text};

fn main() {
    divan::main();
}

#[divan::bench(args = ["王伟", "王　偉", "阿不都.买买提", "张三（租户）"])]
fn normalize_name(raw: &str) -> u8 {
    let mut out = String::new();
    text::normalize_name(divan::black_box(raw), &mut out).0
}

#[divan::bench(args = ["王伟", "欧阳娜娜", "王wei"])]
fn name_syllables(bencher: divan::Bencher<'_, '_>, name: &str) {
    let mut out = Vec::new();
    bencher.bench_local(|| {
        pinyin::name_syllables(divan::black_box(name), &mut out);
        out.len()
    });
}

#[divan::bench(args = ["11010519491231002X", "110105491231002", "370502********1234", "'11010519491231002x"])]
fn parse_id(raw: &str) -> id_number::IdNumber {
    id_number::parse(divan::black_box(raw)).id
}

#[divan::bench(args = ["13854612377", "+86 138-5461-2377", "0546-8331234、13854612377"])]
fn parse_phone(bencher: divan::Bencher<'_, '_>, raw: &str) {
    let mut out = Vec::new();
    bencher.bench_local(|| {
        out.clear();
        phone::parse_all(divan::black_box(raw), &mut out);
        out.len()
    });
}

#[divan::bench(args = ["1990-01-05", "1990年1月5日", "32878", "农历1990年正月初五"])]
fn parse_date(raw: &str) -> Option<(i32, date::BirthPrecision)> {
    date::parse_date(divan::black_box(raw))
}

#[divan::bench(args = ["锦绣花园3-2-501", "山东省东营市东营区胜园街道府前大街45号锦绣花园3号楼2单元501室"])]
fn parse_address(bencher: divan::Bencher<'_, '_>, raw: &str) {
    let mut address = Address::default();
    bencher.bench_local(|| {
        address.parse(divan::black_box(raw));
        address.flat_key()
    });
}

/// Two characters that look alike, and two that do not: the second is what nearly every pair of names asks.
#[divan::bench(args = [("晴", "睛"), ("国", "军")])]
fn look_alike(bencher: divan::Bencher<'_, '_>, (a, b): (&str, &str)) {
    let unit = |text: &str| text.encode_utf16().next().unwrap_or(0);
    let (a, b) = (unit(a), unit(b));
    bencher.bench(|| gridlink::kernels::shape::look_alike(divan::black_box(a), divan::black_box(b)));
}

/// A thousand pairs of rows: what blocking asks of each before it compares them; `scalar` is the slow twin.
#[divan::bench(args = ["simd", "scalar"])]
fn shared_keys(bencher: divan::Bencher<'_, '_>, which: &str) {
    let ask = if which == "simd" { shared } else { shared_scalar };
    let side = |seed: u32| -> [u32; LANES] { std::array::from_fn(|lane| seed.wrapping_mul(lane as u32 + 1) % 7) };
    let sides: Vec<[u32; LANES]> = (0..1_000).map(side).collect();
    bencher.bench(|| {
        let sides = divan::black_box(&sides);
        sides.windows(2).map(|pair| ask(&pair[0], &pair[1], &pair[1]).count_ones()).sum::<u32>()
    });
}

/// A million keys of blocks, as each rule sorts them.
/// The names of 20,000 areas that stand in an address, against asking for each of ten that may be meant.
#[divan::bench(args = ["finder", "one by one"])]
fn names_in_an_address(bencher: divan::Bencher<'_, '_>, which: &str) {
    const SYLLABLES: [char; 30] = [
        '和', '平', '幸', '福', '光', '明', '东', '西', '南', '北', '安', '居', '新', '华', '永', '乐', '文', '昌',
        '胜', '利', '河', '口', '花', '园', '锦', '绣', '山', '水', '龙', '泉',
    ];
    let name = |i: usize| -> String {
        [i % 30, i / 30 % 30, i / 900 % 30].map(|at| SYLLABLES[at]).iter().chain(&['社', '区']).collect()
    };
    let words: Vec<String> = (0..20_000).map(name).collect();
    let meant: Vec<String> = words.iter().step_by(2_000).cloned().collect();
    let finder = Finder::new(words);
    let address = divan::black_box("山东省东营市东营区胜利街道和平新社区锦绣花园3号楼2单元501室");
    bencher.bench(|| {
        let mut found = 0;
        match which {
            "finder" => finder.find(address, |_| found += 1),
            _ => found += meant.iter().filter(|word| address.contains(word.as_str())).count(),
        }
        found
    });
}

#[divan::bench]
fn sort_keys(bencher: divan::Bencher<'_, '_>) {
    let keys: Vec<u64> = (0..1_000_000_u64).map(|i| gridlink::kernels::hash::key(1, &[i])).collect();
    bencher.with_inputs(|| keys.clone()).bench_local_values(|mut keys| {
        radix::sort_packed(&mut keys);
        keys
    });
}

/// A million phones of 300,000 persons as numbers; `map` is the slow twin.
#[divan::bench(args = ["ahead", "map"])]
fn number_values(bencher: divan::Bencher<'_, '_>, which: &str) {
    let values: Vec<u64> = (0..1_000_000_u64).map(|i| gridlink::kernels::hash::key(2, &[i * i % 300_007])).collect();
    let by_map = |values: &[u64]| {
        let mut known = std::collections::HashMap::new();
        let mut number = |value: u64| {
            let next = known.len() as u32 + 1;
            *known.entry(value).or_insert(next)
        };
        values.iter().map(|&value| number(value)).collect::<Vec<u32>>()
    };
    let ahead = which == "ahead";
    bencher.bench(|| {
        let values = divan::black_box(&values);
        if ahead { numbering::number(values).of } else { by_map(values) }
    });
}

/// The sets that a million pairs make of 600,000 rows; `one_by_one` is the slow twin.
#[divan::bench(args = ["all_threads", "one_by_one"])]
fn sets_of_pairs(bencher: divan::Bencher<'_, '_>, which: &str) {
    const ROWS: usize = 600_000;
    let row = |i: u64| (gridlink::kernels::hash::key(3, &[i]) % ROWS as u64) as u32;
    let pairs: Vec<(u32, u32)> = (0..1_000_000).map(|i| (row(2 * i), row(2 * i + 1))).collect();
    let one_by_one = |pairs: &[(u32, u32)]| {
        let mut sets = UnionFind::new(ROWS);
        pairs.iter().for_each(|&(a, b)| {
            sets.join(a, b);
        });
        sets.numbered().0
    };
    let all = which == "all_threads";
    bencher.bench(|| {
        let pairs = divan::black_box(&pairs);
        if all { union_find::smallest_of_sets(ROWS, &[pairs], |pair| *pair) } else { one_by_one(pairs) }
    });
}
