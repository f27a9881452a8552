//! What the lists of a whole city cost: 6,098 workbooks with 117 visits each, of 4,010 base grids and 2,088 dedicated ones,
//! as a city of 2,000,000 persons has them. A dedicated grid sees ten of its people beside its own visits.
//! `cargo bench --bench lists`. Prints wall seconds on all threads, until every file is written and until all are on the
//! disk for certain, and CPU seconds.

#![allow(clippy::print_stdout, reason = "a bench prints what it measured")]

use gridlink::config::Mask;
use gridlink::events::NullSink;
use gridlink::message::Lang;
use gridlink::publish::{self, ListOptions, SetTables};
use gridlink::store::files;
use gridlink::tables::{GridList, ListRow, PersonId};
use jiff::civil::date;
use std::time::Instant;

const LISTS: usize = 6_098;
const DEDICATED: usize = 2_088;
const ROWS: usize = 117;
const BESIDE: usize = 10;

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    // `cargo test --benches` only asks whether it runs.
    let count = if std::env::args().any(|arg| arg == "--test") { 3 } else { LISTS };
    let lists: Vec<GridList> = (0..count).map(list).collect();
    let folder = tempfile::tempdir()?;
    let options = ListOptions::new(date(2022, 3, 27), Lang::Zh, Mask::Standard);
    let set = SetTables { lists: Some((&lists, options)), ..SetTables::default() };
    let (began, cpu_began) = (Instant::now(), cpu_seconds());
    let written = publish::write(folder.path(), &set, &NullSink)?;
    let wall = began.elapsed().as_secs_f64();
    files::sync_all_under(folder.path())?;
    let (synced, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds() - cpu_began);
    let (visits, threads) = (count * ROWS, std::thread::available_parallelism()?);
    println!("{} workbooks, {visits} visits, {threads} threads", written.list_files);
    println!("wall {wall:.2} s, on the disk after {synced:.2} s, CPU {cpu:.2} s");
    Ok(())
}

/// Seconds of all processors that this process has used, those of the system for it included.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_ascii_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn list(number: usize) -> GridList {
    let dedicated = number * DEDICATED / LISTS != (number + 1) * DEDICATED / LISTS;
    let rows = |from: usize, count: usize, by: Option<&str>| -> Vec<ListRow> {
        let row = |row| {
            let mut visit = visit(number * (ROWS + BESIDE) + from + row);
            visit.fields.extend(by.map(|by| ("visited_by".into(), by.to_owned())));
            visit
        };
        (0..count).map(row).collect()
    };
    GridList {
        county: "东营区".to_owned(),
        street: format!("第{}街道", number / 60),
        grid_code: Some(format!("370502{number:09}")),
        grid_name: format!("橄榄新村第{number}网格"),
        kind: if dedicated { "dedicated" } else { "base" }.to_owned(),
        worker: "杨思萍".to_owned(),
        rows: rows(0, ROWS, dedicated.then_some("")),
        beside: if dedicated { rows(ROWS, BESIDE, Some("橄榄新村第1网格 李四")) } else { Vec::new() },
        ..GridList::default()
    }
}

fn visit(number: usize) -> ListRow {
    let fields = [
        ("name", "王小伟".to_owned()),
        ("phone", format!("138{number:08}、15{:09}", number * 7)),
        ("address", format!("山东省东营市东营区河泊街道淄博街173号橄榄新村{}号楼2单元{}室", number % 40, number % 900)),
        ("place", "上海市".to_owned()),
        ("at", "2022-03-20 16:15；2022-03-24".to_owned()),
        (
            "registered_address",
            if number.is_multiple_of(3) { "天津市武清区杨村街道127号".to_owned() } else { String::new() },
        ),
    ];
    ListRow {
        item_ids: (0..1 + number % 3).map(|item| format!("F{:013}", number * 3 + item)).collect(),
        person: number as u32,
        person_id: PersonId(number as u64),
        rules: "市外其他地区来返人员；来返未申报人员；仅社区登记人员".to_owned(),
        reasons: format!("济南市；入户不在家，已上门{}次", number % 4),
        priority: 1,
        due_at: Some(date(2022, 3, 28).at(9, 30, 0, 0)),
        since: None,
        fields: fields.map(|(name, value)| (name.into(), value)).to_vec(),
    }
}
