use super::*;
use crate::config::Mask;
use crate::events::NullSink;
use crate::publish::lists::HEADING_ROW;
use crate::store::{Set, files};
use crate::tables::ListRow;
use crate::tables::published::{FOLLOWUPS, QUARANTINE, schema};
use crate::tables::{PersonId, QuarantinedRow, Reason, batches};
use arrow::array::{Array, AsArray, RecordBatch, StringViewArray, new_null_array};
use arrow::compute::concat_batches;
use calamine::{Data, Reader, SheetVisible, Xlsx, open_workbook};
use jiff::civil::date;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

fn quarantined(rows: usize) -> Vec<QuarantinedRow> {
    let row = |i: usize| QuarantinedRow {
        source: 0,
        file: (i % 2) as u32,
        line: i as u64 + 2,
        byte: 7 * i as u64,
        reason: Reason::FieldCount,
        raw: format!("row number {i} with the comma, that broke it"),
    };
    (0..rows).map(row).collect()
}

/// Items with `county` and `street`, one each of the given.
fn items(areas: &[(Option<&str>, Option<&str>)]) -> RecordBatch {
    let rows = areas.len();
    let texts: StringViewArray = (0..rows).map(|i| Some(format!("item {i}"))).collect();
    let schema = schema(FOLLOWUPS);
    let mut fields: Vec<_> = schema.fields().iter().cloned().collect();
    let mut columns: Vec<arrow::array::ArrayRef> = Vec::new();
    for field in schema.fields() {
        columns.push(match field.data_type() {
            arrow::datatypes::DataType::Utf8View => Arc::new(texts.clone()),
            arrow::datatypes::DataType::List(item) => Arc::new(arrow::array::ListArray::new(
                item.clone(),
                arrow::buffer::OffsetBuffer::from_lengths(vec![0; rows]),
                Arc::new(StringViewArray::new_null(0)),
                None,
            )),
            arrow::datatypes::DataType::Int64 => Arc::new(arrow::array::Int64Array::from(vec![0; rows])),
            other => new_null_array(other, rows),
        });
    }
    for (name, column) in [
        ("county", areas.iter().map(|area| area.0).collect::<StringViewArray>()),
        ("street", areas.iter().map(|area| area.1).collect()),
    ] {
        fields.push(Arc::new(arrow::datatypes::Field::new(name, arrow::datatypes::DataType::Utf8View, true)));
        columns.push(Arc::new(column));
    }
    RecordBatch::try_new(Arc::new(arrow::datatypes::Schema::new(fields)), columns).unwrap()
}

fn visit(name: &str, phone: &str) -> ListRow {
    let fields =
        [("name", name), ("phone", phone), ("id_number", "370502199001011234"), ("place", "=cmd|' /C calc'!A0")];
    ListRow {
        item_ids: vec!["rule:P1".to_owned(), "other:P1".to_owned()],
        person: 0,
        person_id: PersonId(u64::from(name.starts_with("张大"))),
        rules: "重点地区来返人员".to_owned(),
        reasons: "武汉".to_owned(),
        priority: 1,
        due_at: Some(date(2022, 3, 28).at(9, 30, 0, 0)),
        since: None,
        fields: fields.map(|(field, value)| (field.into(), value.to_owned())).to_vec(),
    }
}

fn lists() -> Vec<GridList> {
    let grid = |code: &str, rows| GridList {
        county: "东营区".to_owned(),
        street: "文汇街道".to_owned(),
        grid_code: Some(code.to_owned()),
        grid_name: "第一网格".to_owned(),
        worker: "李四".to_owned(),
        rows,
        ..GridList::default()
    };
    vec![
        grid(
            "370502001001001",
            vec![visit("张小三", "13812345678"), visit("张大三", "13812345678"), visit("王伟", "")],
        ),
        grid("370502001001002", Vec::new()),
        GridList { rows: vec![visit("", "13900001111")], ..GridList::default() },
    ]
}

/// Writes a whole set and gives every file below `folder`.
fn written(folder: &Path, options: ListOptions) -> BTreeMap<String, Vec<u8>> {
    let rows = quarantined(70_000);
    let (sources, dumps) = (vec!["police".to_owned()], [vec!["a.csv".to_owned()], vec!["b.csv".to_owned()]]);
    let areas = [(Some("东营区"), Some("文汇街道")), (None, None), (Some("东营区"), Some("a/b=c"))];
    let figures = BulletinFigures::default();
    let lists = lists();
    let set = SetTables {
        tables: vec![
            ("quarantine", batches::quarantine(&rows, &sources, &dumps)),
            ("empty", batches::quarantine(&[], &sources, &dumps)),
        ],
        followups: partitions(&[items(&areas[..2]), items(&areas[2..])]),
        lists: Some((&lists, options)),
        bulletin: Some((&figures, Lang::Zh)),
        parquet: true,
    };
    files::create_folder(folder).unwrap();
    let counts = write(folder, &set, &NullSink).unwrap();
    assert_eq!(counts, Written { table_files: 5, list_files: 3 });
    Manifest::default().write(folder).unwrap();
    let mut all = BTreeMap::new();
    collect(folder, folder, &mut all);
    all
}

fn collect(root: &Path, folder: &Path, all: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        if path.is_dir() {
            assert_eq!(mode, 0o750, "{}", path.display());
            collect(root, &path, all);
        } else {
            assert_eq!(mode, 0o640, "{}", path.display());
            all.insert(path.strip_prefix(root).unwrap().display().to_string(), fs::read(&path).unwrap());
        }
    }
}

fn options(mask: Mask) -> ListOptions {
    ListOptions::new(date(2022, 3, 27), Lang::Zh, mask)
}

#[test]
fn the_same_set_has_the_same_bytes_whatever_the_threads() {
    let dir = tempfile::tempdir().unwrap();
    let first = written(&dir.path().join("a"), options(Mask::Standard));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    let second = pool.install(|| written(&dir.path().join("b"), options(Mask::Standard)));
    assert!(first == second, "some file differs");
    insta::assert_snapshot!(first.keys().map(String::as_str).collect::<Vec<_>>().join("\n"), @r#"
    bulletin.html
    bulletin.md
    empty/part-00000.parquet
    followups/county=__HIVE_DEFAULT_PARTITION__/street=__HIVE_DEFAULT_PARTITION__/part-00000.parquet
    followups/county=东营区/street=a%2Fb%3Dc/part-00000.parquet
    followups/county=东营区/street=文汇街道/part-00000.parquet
    lists/unassigned.xlsx
    lists/东营区/文汇街道/370502001001001.xlsx
    lists/东营区/文汇街道/370502001001002.xlsx
    manifest.json
    quarantine/part-00000.parquet
    "#);
}

#[test]
fn tables_read_back_equal_with_their_partitions() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), options(Mask::None));
    let set = Set::open(dir.path()).unwrap();
    assert_eq!(set.tables().unwrap(), ["empty", "followups", "quarantine"]);
    let (rows, sources) = (quarantined(70_000), ["police".to_owned()]);
    let dumps = [vec!["a.csv".to_owned()], vec!["b.csv".to_owned()]];
    let expected: Vec<RecordBatch> = batches::quarantine(&rows, &sources, &dumps).iter().collect();
    let schema = schema(QUARANTINE);
    let read = set.read_table("quarantine").unwrap();
    assert_eq!(read[0].schema(), schema, "descriptions and string views come back too");
    assert_eq!(concat_batches(&schema, &read).unwrap(), concat_batches(&schema, &expected).unwrap());
    let empty = set.read_table("empty").unwrap();
    assert_eq!((empty.len(), empty[0].num_rows(), empty[0].schema()), (1, 0, schema));

    let followups = set.read_table("followups").unwrap();
    let whole = concat_batches(&followups[0].schema(), &followups).unwrap();
    let text = |name: &str, row: usize| {
        let column = whole.column_by_name(name).unwrap().as_string_view();
        (!column.is_null(row)).then(|| column.value(row).to_owned())
    };
    let mut areas: Vec<_> = (0..3).map(|row| (text("county", row), text("street", row))).collect();
    areas.sort();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(areas, [(None, None), (some("东营区"), some("a/b=c")), (some("东营区"), some("文汇街道"))]);
    assert_eq!(set.read_table("persons").unwrap_err().what.key(), "store.no_table");
}

#[test]
fn no_items_are_still_a_table() {
    let dir = tempfile::tempdir().unwrap();
    let set = SetTables { followups: partitions(&[]), parquet: true, ..SetTables::default() };
    write(dir.path(), &set, &NullSink).unwrap();
    Manifest::default().write(dir.path()).unwrap();
    let read = Set::open(dir.path()).unwrap().read_table("followups").unwrap();
    assert_eq!((read.len(), read[0].num_rows(), read[0].num_columns()), (1, 0, FOLLOWUPS.len() + 2));
}

/// Texts of a sheet, row by row.
fn cells(path: &Path) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    assert_eq!(range.start(), Some((0, 0)));
    range
        .rows()
        .map(|row| {
            row.iter().map(|cell| if let Data::Empty = cell { String::new() } else { cell.to_string() }).collect()
        })
        .collect()
}

fn part(path: &Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_list_has_what_a_worker_needs() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), options(Mask::Standard));
    let path = dir.path().join("lists/东营区/文汇街道/370502001001001.xlsx");
    let rows = cells(&path);
    let shown: Vec<String> = rows.iter().map(|row| row.join(" | ")).collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    第一网格 370502001001001 · 网格员 李四 · 2022-03-27 · 共 3 人 |  |  |  |  |  |  |  |  |  |  |  |  |  |  | 
    序号 | 姓名 | 联系电话 | 身份证号 | 地点 | 核查事项 | 原因 | 完成时限 | 核查结果 | 去向/移交网格 | 核查时间 | 更正证件号/电话/住址 | 备注 | item_id | revision | checksum
    1 | 张*三〔00〕 | 138****5678 | 3705**********1234 | '=cmd|' /C calc'!A0 | 重点地区来返人员 | 武汉 | 2022-03-28 09:30 |  |  |  |  |  | rule:P1 other:P1 | 2022-03-27 | fc131b6d8877a98b0000000000000000
    2 | 张*三〔01〕 | 138****5678 | 3705**********1234 | '=cmd|' /C calc'!A0 | 重点地区来返人员 | 武汉 | 2022-03-28 09:30 |  |  |  |  |  | rule:P1 other:P1 | 2022-03-27 | fc131b6d708942970000000000000000
    3 | 王* |  | 3705**********1234 | '=cmd|' /C calc'!A0 | 重点地区来返人员 | 武汉 | 2022-03-28 09:30 |  |  |  |  |  | rule:P1 other:P1 | 2022-03-27 | fc131b6d4ef75ff90000000000000000
    "#);
    let place = rows[HEADING_ROW as usize].iter().position(|heading| heading == "地点").unwrap();
    assert_eq!(lists::text::unescape(&rows[2][place]), "=cmd|' /C calc'!A0");
    let of = |number, name| lists::Checked { item_ids: "rule:P1 other:P1", revision: "2022-03-27", number, name };
    let sum = rows[2].last().unwrap();
    assert_eq!(lists::checksum(of("1", "张*三〔00〕"), None), *sum);
    for (number, name) in [("1", "张*三〔00〕"), ("7", "张*三〔00〕"), ("1", "李四"), ("1", ""), ("", "")] {
        assert_eq!(lists::checked(sum, of(number, name)), Some(crate::tables::NO_TIME), "{number} {name}");
    }
    for (number, name) in [("2", "张*三〔01〕"), ("2", ""), ("", "李四")] {
        assert_eq!(lists::checked(sum, of(number, name)), None, "a row of another: {number} {name}");
    }
    let late = lists::checksum(of("1", "张*三〔00〕"), Some(77));
    assert_eq!(lists::checked(&late, of("1", "")), Some(77));
    let early = lists::checksum(of("1", "张*三〔00〕"), Some(-77));
    assert_eq!(lists::checked(&early, of("1", "")), Some(-77));
    assert_eq!(lists::checked("d8470d1f", of("2", "")), Some(crate::tables::NO_TIME), "as lists had it before");
    assert!(lists::checked("d8470d1e", of("1", "")).is_none() && lists::checked("", of("1", "")).is_none());

    let book: Xlsx<_> = open_workbook(&path).unwrap();
    let sheets: Vec<_> = book.sheets_metadata().iter().map(|sheet| (sheet.name.as_str(), sheet.visible)).collect();
    assert_eq!(sheets, [("核查名单", SheetVisible::Visible), ("options", SheetVisible::Hidden)]);
    let xml = part(&path, "xl/worksheets/sheet1.xml");
    for needed in [
        "<dataValidation type=\"list\"",
        "sqref=\"I3:I5\"><formula1>options!$A$1:$A$12</formula1>",
        "<autoFilter ref=\"A2:P5\"/>",
        "state=\"frozen\"",
        "fitToPage=\"1\"",
        "orientation=\"landscape\"",
        "fitToHeight=\"0\"",
        "<sheetProtection sheet=\"1\"",
        "hidden=\"1\"",
    ] {
        assert!(xml.contains(needed), "{needed}\n{xml}");
    }
    assert!(!xml.contains("<f>"), "no cell is a formula");
    assert!(part(&path, "xl/workbook.xml").contains("_xlnm.Print_Titles"));
}

#[test]
fn empty_lists_keep_their_headings_and_the_unassigned_have_a_list() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), options(Mask::None));
    let rows = cells(&dir.path().join("lists/东营区/文汇街道/370502001001002.xlsx"));
    assert_eq!(rows.len(), 2);
    assert!(rows[0][0].contains("共 0 人"));
    assert_eq!(rows[1][..4], ["序号", "姓名", "联系电话", "现住址"]);
    let rows = cells(&dir.path().join("lists/unassigned.xlsx"));
    assert!(rows[0][0].starts_with("未分配网格"));
    assert_eq!(rows[2][2..4], ["13900001111", "370502199001011234"], "unmasked, and text still");
}

#[test]
fn a_list_shows_no_column_that_it_does_not_fill() {
    let dir = tempfile::tempdir().unwrap();
    let row = |place: &str, phones: &str| ListRow {
        fields: [
            ("name", "张三"),
            ("phone", phones),
            ("address", ""),
            ("place", place),
            ("at", "2022-03-20；2022-03-21"),
        ]
        .map(|(field, value)| (field.into(), value.to_owned()))
        .to_vec(),
        ..ListRow::default()
    };
    let grid = |code: &str, rows| GridList { grid_code: Some(code.to_owned()), rows, ..GridList::default() };
    let lists = [grid("1", vec![row("", "13800000001、13900000002")]), grid("2", vec![row("", ""), row("武汉", "")])];
    let set = SetTables { lists: Some((&lists, options(Mask::Standard))), ..SetTables::default() };
    write(dir.path(), &set, &NullSink).unwrap();
    let [first, second] = ["1", "2"].map(|code| cells(&dir.path().join(format!("lists/-/-/{code}.xlsx"))));
    assert_eq!(first[1][1..6], ["姓名", "联系电话", "现住址", "时间", "核查事项"]);
    assert_eq!(second[1][1..6], ["姓名", "联系电话", "现住址", "地点", "时间"]);
    assert_eq!(first[2][1..5], ["张*", "138****0001\n139****0002", "", "2022-03-20\n2022-03-21"]);
    assert_eq!(second[3][4], "武汉");
}

#[test]
fn a_dedicated_grids_list_shows_who_is_visited_by_another_grid() {
    let dir = tempfile::tempdir().unwrap();
    let row = |name: &str, by: &str| {
        let mut row = visit(name, "13812345678");
        row.fields.push(("visited_by".into(), by.to_owned()));
        row
    };
    let grid = |code: &str, rows, beside| GridList {
        grid_code: Some(code.to_owned()),
        grid_name: "实验中学专属网格".to_owned(),
        kind: "dedicated".to_owned(),
        rows,
        beside,
        ..GridList::default()
    };
    let beside = || vec![row("张小三", "阳光花园第2网格 王五")];
    let lists = [grid("1", vec![row("李四", "")], beside()), grid("2", vec![], beside())];
    let set = SetTables { lists: Some((&lists, options(Mask::Standard))), ..SetTables::default() };
    write(dir.path(), &set, &NullSink).unwrap();
    let [first, second] = ["1", "2"].map(|code| cells(&dir.path().join(format!("lists/-/-/{code}.xlsx"))));
    assert_eq!(first[0][0], "实验中学专属网格 1 · 网格员 — · 2022-03-27 · 共 1 人，另有 1 人由居住地网格核查");
    let by = first[1].iter().position(|heading| heading == "核查网格").unwrap();
    let names: Vec<_> = first[2..].iter().map(|row| (&*row[0], &*row[1], &*row[by])).collect();
    assert_eq!(names, [("1", "李*", ""), ("2", "张*三", "阳光花园第2网格 王五")]);
    // An answer of either worker settles the item.
    assert_eq!(first[3][first[3].len() - 3], "rule:P1 other:P1");
    assert!(second[0][0].contains("共 0 人，另有 1 人") && second.len() == 3);
}

#[test]
fn long_lists_go_on_in_a_second_workbook() {
    let dir = tempfile::tempdir().unwrap();
    let rows = |count| vec![ListRow { fields: vec![("name".into(), "a".to_owned())], ..ListRow::default() }; count];
    let grid = |count| GridList { grid_code: Some("1".to_owned()), rows: rows(count), ..GridList::default() };
    let lists = [grid(6_000), grid(1)];
    let set = SetTables { lists: Some((&lists, options(Mask::None))), ..SetTables::default() };
    let counts = write(dir.path(), &set, &NullSink).unwrap();
    assert_eq!(counts.list_files, 2, "two lists of one code both appear");
    assert_eq!(cells(&dir.path().join("lists/-/-/1.xlsx")).len(), 6_002);
    assert_eq!(cells(&dir.path().join("lists/-/-/1~2.xlsx")).len(), 3);
    let left: Vec<_> = fs::read_dir(dir.path().join("lists")).unwrap().collect();
    assert_eq!(left.len(), 1, "no temporary file is left");
}

#[test]
fn sixteen_batches_are_one_part() {
    let dir = tempfile::tempdir().unwrap();
    let schema = schema(QUARANTINE);
    let made = schema.clone();
    let rows = 16 * batches::BATCH_ROWS + 1;
    let table = batches::Batches::new(schema, rows, move |range| {
        let row = QuarantinedRow { source: 0, file: 0, line: 0, byte: 0, reason: Reason::Encoding, raw: String::new() };
        let one = batches::quarantine(&[row], &["s".to_owned()], &[vec!["f".to_owned()]]).get(0);
        let take = arrow::array::UInt32Array::from(vec![0; range.len()]);
        let columns = one.columns().iter().map(|column| arrow::compute::take(column, &take, None).unwrap()).collect();
        RecordBatch::try_new(made.clone(), columns).unwrap()
    });
    let set = SetTables { tables: vec![("t", table)], parquet: true, ..SetTables::default() };
    assert_eq!(write(dir.path(), &set, &NullSink).unwrap().table_files, 2);
    Manifest::default().write(dir.path()).unwrap();
    let read = Set::open(dir.path()).unwrap().read_table("t").unwrap();
    assert_eq!(read.iter().map(RecordBatch::num_rows).sum::<usize>(), rows);
}
