use super::*;
use crate::config::{Agency, Mapping, ReadSettings};
use crate::kernels::date::parse_datetime;
use crate::kernels::id_number::{IdKind, Sex};
use crate::tables::{BirthPrecision, Reason};
use arrow::array::StringArray;
use std::collections::BTreeMap;

fn column(at: usize) -> Mapping {
    Mapping::Columns { columns: vec![at], join: String::new(), values: BTreeMap::new() }
}

fn source(columns: &[&str], map: Vec<(PersonField, Mapping)>) -> Source {
    Source {
        name: "test".into(),
        agency: Agency::Police,
        paths: Vec::new(),
        required: true,
        max_age_hours: None,
        read: ReadSettings::default(),
        columns: columns.iter().map(|c| (*c).to_owned()).collect(),
        map,
        events: Vec::new(),
        directive: false,
    }
}

fn chunk(rows: &[&[&str]]) -> RawChunk {
    let width = rows[0].len();
    RawChunk {
        source: 0,
        file: 0,
        line: (0..rows.len() as u64).map(|i| i + 2).collect(),
        byte: vec![0; rows.len()],
        columns: (0..width)
            .map(|c| StringArray::from_iter(rows.iter().map(|row| (row[c] != "\0").then_some(row[c]))))
            .collect(),
        sheet: None,
    }
}

fn read(source: &Source, rows: &RawChunk) -> Normalized {
    Normalizer::new(source, 0, jiff::civil::date(2022, 3, 27)).normalize(rows, "a.csv")
}

#[test]
fn a_whole_row_is_read() {
    let source = source(
        &["id", "姓名", "性别", "证件", "出生", "电话", "住址", "民族", "时间"],
        vec![
            (PersonField::RecordId, column(0)),
            (PersonField::Name, column(1)),
            (PersonField::Sex, column(2)),
            (PersonField::IdNumber, column(3)),
            (PersonField::BirthDate, column(4)),
            (PersonField::Phone, column(5)),
            (PersonField::Address, column(6)),
            (PersonField::Ethnicity, column(7)),
            (PersonField::UpdatedAt, column(8)),
        ],
    );
    let rows = chunk(&[&[
        "A1",
        "王　偉",
        "男",
        "11010519491231002x",
        "1949年12月31日",
        "138 5461 2377、0546-8331234、15954600012",
        "锦绣花园小区3栋2-501",
        "汉族",
        "2022/3/20 14:05",
    ]]);
    let out = read(&source, &rows);
    let r = &out.records;
    assert_eq!((r.len(), out.quarantined.len()), (1, 0));
    let get = |sym| r.pool.get(sym);
    assert_eq!((r.key(0), get(r.name[0]), get(r.ethnicity[0])), ("A1", "王伟", "汉"));
    assert_eq!((r.sex[0], r.id[0].kind, r.birth[0]), (Sex::Male, IdKind::Valid, days_from_civil(1949, 12, 31)));
    assert_eq!((r.phones[0], &r.more_phones[..]), ([13_854_612_377, 5_468_331_234], &[(0, 15_954_600_012)][..]));
    assert_eq!(
        [r.estate[0], r.building[0], r.unit[0], r.room[0]].map(|sym| get(sym).to_owned()),
        ["锦绣花园", "3", "2", "501"]
    );
    assert_ne!(r.flat[0], 0);
    assert_eq!(Some(r.updated_at[0]), parse_datetime("2022-03-20 14:05:00"));
    assert_eq!((out.repairs.get("name", "cleaned"), out.repairs.get("phone", "several")), (1, 1));
}

#[test]
fn rows_without_a_person_are_kept_apart() {
    let source = source(&["姓名", "电话"], vec![(PersonField::Name, column(0)), (PersonField::Phone, column(1))]);
    let rows = chunk(&[
        &["王伟", "\0"],
        &["", "13854612377"],
        &["无", "无"],
        &["合计", "3"],
        &["姓名", "电话"],
        &["填表人：李四", ""],
    ]);
    let out = read(&source, &rows);
    assert_eq!(out.records.len(), 2);
    assert_eq!(out.records.key(1), "a.csv:3");
    // Rows of every sheet of a workbook are numbered from 1.
    let second = RawChunk { sheet: Some("二号楼".into()), ..chunk(&[&["王伟", "\0"]]) };
    assert_eq!(read(&source, &second).records.key(0), "a.csv[二号楼]:2");
    let reasons: Vec<_> = out.quarantined.iter().map(|q| (q.line, q.reason)).collect();
    use Reason::{NoPerson, NotAPerson};
    assert_eq!(reasons, [(4, NoPerson), (5, NotAPerson), (6, NotAPerson), (7, NotAPerson)]);
    assert_eq!(out.quarantined[1].raw, "合计\t3");
}

#[test]
fn a_header_once_more_is_told_where_half_of_its_cells_are_headings_wherever_they_stand() {
    let headings = ["姓名", "电话", "性别", "民族", "关系", "户主", "证件", "备注"];
    let source = source(&headings, vec![(PersonField::Name, column(0)), (PersonField::Phone, column(1))]);
    let rows = chunk(&[
        &["王伟", "13854612377", "男", "汉", "关系", "户主", "证件", "备注"],
        &["王伟", "13854612377", "男", "汉", "本人", "户主", "证件", "备注"],
        &["姓名", "电话", "性别", "民族", "x", "x", "x", "x"],
        &["姓名", "电话", "性别", "x", "x", "x", "x", "x"],
    ]);
    let out = read(&source, &rows);
    let apart: Vec<u64> = out.quarantined.iter().map(|row| row.line).collect();
    assert_eq!((&out.records.line[..], &apart[..]), (&[3, 5][..], &[2, 4][..]));
}

#[test]
fn own_fields_are_enough() {
    let source = source(
        &["given", "sur"],
        vec![(PersonField::Other("given".into()), column(0)), (PersonField::Other("sur".into()), column(1))],
    );
    let out = read(&source, &chunk(&[&[" ann ", "lee"], &["", "kim"], &["", ""]]));
    assert_eq!((out.records.len(), out.quarantined.len()), (2, 1));
    assert_eq!(out.records.pool.get(out.records.extra[0].1[0]), "ann");
    assert_eq!(out.records.extra[0].1[1], Pool::NONE);
}

#[test]
fn mappings_join_replace_and_stand_fixed() {
    let mut values = BTreeMap::new();
    values.insert("a".to_owned(), "男".to_owned());
    let source = source(
        &["x", "y", "s", "age", "楼", "室"],
        vec![
            (PersonField::Name, Mapping::Columns { columns: vec![0, 1], join: String::new(), values: BTreeMap::new() }),
            (PersonField::Sex, Mapping::Columns { columns: vec![2], join: String::new(), values }),
            (PersonField::Age, column(3)),
            (PersonField::Ethnicity, Mapping::Const("回族".into())),
            (PersonField::Estate, Mapping::Const("锦绣花园".into())),
            (PersonField::Building, column(4)),
            (PersonField::Room, column(5)),
        ],
    );
    let r = read(&source, &chunk(&[&["王", "伟", "a", "32岁", "三栋", "501室"]])).records;
    assert_eq!((r.pool.get(r.name[0]), r.sex[0], r.pool.get(r.ethnicity[0])), ("王伟", Sex::Male, "回"));
    assert_eq!(r.birth_precision[0], BirthPrecision::Age);
    assert_eq!((r.pool.get(r.address[0]), r.flat[0] != 0), ("锦绣花园3号楼501室", true));
}

#[test]
fn events_are_told() {
    let mut source = source(&["姓名", "到达", "代码", "地点", "车次"], vec![(PersonField::Name, column(0))]);
    source.events = vec![EventMapping {
        kind: "arrival".into(),
        at: Some(column(1)),
        place_code: Some(column(2)),
        place: Some(column(3)),
        detail: vec![("vehicle".into(), column(4))],
    }];
    let rows = chunk(&[
        &["王伟", "2022-03-20 14:05", "420100", "", "G1"],
        &["李娜", "", "", "", "G2"],
        &["张三", "", "", "武汉市", ""],
    ]);
    let r = read(&source, &rows).records;
    assert_eq!(r.events.record[..], [0, 2]);
    let get = |sym| r.pool.get(sym);
    assert_eq!((get(r.events.kind[0]), get(r.events.place[0])), ("arrival", "湖北省武汉市"));
    assert_eq!((get(r.events.place_code[1]), get(r.events.detail[0])), ("420100", r#"{"vehicle":"G1"}"#));
    assert_eq!(r.events.detail[1], Pool::NONE);
}

#[test]
fn a_positive_test_without_a_time_is_told() {
    let mut source = source(&["姓名", "采样时间", "结果"], vec![(PersonField::Name, column(0))]);
    source.events = vec![EventMapping {
        kind: "test".into(),
        at: Some(column(1)),
        place_code: None,
        place: None,
        detail: vec![("result".into(), column(2))],
    }];
    let rows = chunk(&[
        &["王伟", "", "阳性"],
        &["李娜", "", "阴性"],
        &["张三", "无", "非阳性"],
        &["赵敏", "未采样", ""],
        &["孙丽", "2022-03-20", "阴性"],
    ]);
    assert_eq!(read(&source, &rows).records.events.record[..], [0, 4]);
    source.events[0].kind = "declaration".into();
    assert_eq!(read(&source, &rows).records.events.record[..], [4], "of no other type");
}

#[test]
fn an_id_number_and_a_phone_in_each_others_column_are_put_back() {
    let source = source(
        &["姓名", "证件", "电话", "电话2"],
        vec![
            (PersonField::Name, column(0)),
            (PersonField::Phone, Mapping::Columns { columns: vec![2, 3], join: "、".into(), values: BTreeMap::new() }),
            (PersonField::IdNumber, column(1)),
        ],
    );
    let rows = chunk(&[
        &["王伟", "13854612377", "11010519491231002X", ""],
        &["王伟", "", "11010519491231002x", "13854612377"],
        &["王伟", "138-5461-2377", "", ""],
        // A wrong check character, a land line, an own number, an own phone: nothing moves.
        &["李娜", "13854612377", "110105194912310021", ""],
        &["李娜", "0546-8331234", "", ""],
        &["李娜", "E12345678", "11010519491231002X", ""],
        &["李娜", "13854612377", "15954600012", ""],
    ]);
    let out = read(&source, &rows);
    let r = &out.records;
    let ids: Vec<bool> = (0..7).map(|row| r.id[row].valid()).collect();
    assert_eq!(ids, [true, true, false, false, false, false, false]);
    let phones: Vec<u64> = (0..7).map(|row| r.phones[row][0]).collect();
    let own = 13_854_612_377;
    assert_eq!(phones, [own, own, own, own, 0, 0, 15_954_600_012]);
    let count = |field, kind| out.repairs.get(field, kind);
    assert_eq!((count("id_number", "displaced"), count("phone", "displaced")), (2, 3));
    assert_eq!((count("phone", "unusable"), count("phone", "masked")), (2, 0));
}

#[test]
fn floats_in_a_column_are_known_by_each_other() {
    let source = source(&["证件"], vec![(PersonField::IdNumber, column(0))]);
    let rows = |other: &'static str| chunk(&[&["430211198112163000"], &[other], &["430211198112163000"]]);
    let known = |other| read(&source, &rows(other)).records.id[0].text();
    assert_eq!(known("4.302111981121638E+17"), "43021119811216****");
    assert_eq!(known("4.302111981121638e+17"), "43021119811216****");
    assert_eq!(known("4.30211198112163E+17"), "430211198112163***", "what a spreadsheet shows");
    assert_eq!(known("430211198112163800"), "430211198112163***");
}

#[test]
fn whoever_was_in_two_places_was_in_both() {
    let mut source = source(&["姓名", "到达", "旅居地", "代码"], vec![(PersonField::Name, column(0))]);
    source.events = vec![EventMapping {
        kind: "arrival".into(),
        at: Some(column(1)),
        place_code: Some(column(3)),
        place: Some(column(2)),
        detail: Vec::new(),
    }];
    let rows = chunk(&[
        &["王伟", "2022-03-20", "苏州、上海", ""],
        &["李娜", "", "否", ""],
        &["张三", "", "未外出。", "无"],
        &["赵六", "2022-03-20", "没有", ""],
        &["钱七", "", "否", "310000"],
        &["孙八", "", "上海路12号", ""],
        &["周九", "", "一直在家", ""],
        &["吴十", "", "近14天未离开本市", ""],
        &["郑一", "", "没有去过外地", ""],
        &["王二", "", "未离开过，3月20日从上海返", ""],
    ]);
    let r = read(&source, &rows).records;
    let get = |sym| r.pool.get(sym);
    let told: Vec<_> = (0..r.events.len())
        .map(|at| (r.events.record[at], get(r.events.place_code[at]), get(r.events.place[at])))
        .collect();
    let expected = [
        (0, "320500", "苏州、上海"),
        (0, "310000", "苏州、上海"),
        (3, "", ""),
        (4, "310000", "上海市"),
        (5, "", "上海路12号"),
        (9, "310000", "未离开过,3月20日从上海返"),
    ];
    assert_eq!(told, expected, "who was nowhere at no time has no event");
    assert_eq!(r.events.at[0], r.events.at[1]);
}

#[test]
fn infants_are_as_old_as_their_days() {
    let source = source(&["姓名", "年龄"], vec![(PersonField::Name, column(0)), (PersonField::Age, column(1))]);
    let ages = ["3天", "12小时", "2周", "5个月", "2月龄", "1岁3月", "34岁", "1岁", "99999天"];
    let cells: Vec<[&str; 2]> = ages.iter().map(|age| ["王伟", *age]).collect();
    let rows: Vec<&[&str]> = cells.iter().map(|c| &c[..]).collect();
    let r = read(&source, &chunk(&rows)).records;
    let as_of = crate::kernels::date::days_from_civil(2022, 3, 27);
    let days: Vec<i32> =
        r.birth.iter().map(|&birth| if birth == crate::tables::NO_DATE { -1 } else { as_of - birth }).collect();
    assert_eq!(days[..6], [3, 0, 14, 167, 75, 471]);
    assert!((34 * 365..35 * 366).contains(&days[6]) && (365..732).contains(&days[7]) && days[8] == -1, "{days:?}");
}

#[test]
fn a_spreadsheets_tails_are_not_trusted() {
    let source = source(&["证件"], vec![(PersonField::IdNumber, column(0))]);
    let ids: Vec<String> = (0..5).map(|i| format!("37050219900{i}05100000")[..18].to_owned()).collect();
    let cells: Vec<[&str; 1]> = ids.iter().map(|id| [id.as_str()]).collect();
    let rows: Vec<&[&str]> = cells.iter().map(|c| &c[..]).collect();
    let r = read(&source, &chunk(&rows)).records;
    assert!(r.id.iter().all(|id| !id.valid()));
}

#[test]
fn an_address_in_the_column_of_estates_is_read_as_one() {
    let columns =
        vec![(PersonField::Name, column(0)), (PersonField::Estate, column(1)), (PersonField::Room, column(2))];
    let source = source(&["姓名", "小区", "房号"], columns);
    let r = read(
        &source,
        &chunk(&[
            &["王伟", "矿山路113号2-102", ""],
            &["李娜", "甲小区2号楼1单元101", ""],
            &["张三", "阳光100小区", "101"],
            &["赵六", "锦绣花园", "101"],
        ]),
    )
    .records;
    let get = |sym| r.pool.get(sym);
    let told: Vec<_> = (0..4)
        .map(|i| [get(r.estate[i]), get(r.road[i]), get(r.number[i]), get(r.building[i]), get(r.room[i])].join("|"))
        .collect();
    assert_eq!(told, ["|矿山路|113|2|102", "甲小区|||2|101", "阳光100||||101", "锦绣花园||||101"]);
    assert_eq!(get(r.address[0]), "矿山路113号2-102");
}

#[test]
fn who_lives_where_they_are_registered_has_that_address() {
    let source = source(
        &["姓名", "住址", "户籍地址"],
        vec![
            (PersonField::Name, column(0)),
            (PersonField::Address, column(1)),
            (PersonField::RegisteredAddress, column(2)),
        ],
    );
    let home = "府前大街45号锦绣花园3号楼2单元501室";
    let said = ["同户籍地址", "与户籍地址一致", " 同身份证 ", "户籍地", "同户口所在地"];
    for said in said {
        let read = read(&source, &chunk(&[&["王伟", said, home], &["李娜", said, ""]])).records;
        assert_eq!(read.pool.get(read.address[0]), read.pool.get(read.registered_address[0]), "{said}");
        assert_eq!((read.pool.get(read.room[0]), read.flat[0]), ("501", read.registered_flat[0]), "{said}");
        assert_eq!((read.address[1], read.flat[1]), (Pool::NONE, 0), "nothing is registered");
    }
    for other in ["户部街5号", "同心村12号", "和平小区3-2-501", "与春花园1号楼"] {
        let read = read(&source, &chunk(&[&["王伟", other, home]])).records;
        assert_ne!(read.address[0], read.registered_address[0], "{other}");
        assert_ne!(read.address[0], Pool::NONE, "{other}");
    }
}
