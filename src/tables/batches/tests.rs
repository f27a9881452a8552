use super::*;
use crate::kernels::id_number::{IdKind, IdNumber};
use crate::tables::*;
use arrow::array::{Array, AsArray};
use arrow::util::display::array_value_to_string;

/// Three records of two persons from two sources whose names are not sorted by number.
fn sample() -> (Records, Members, Persons, Residence, Vec<String>) {
    let mut dump = Records::default();
    let p = &mut dump.pool;
    let text = "370502199001011234";
    let digits = text.bytes().fold(0_u64, |sum, b| sum * 11 + u64::from(b - b'0'));
    let id = IdNumber { digits, known: (1 << 18) - 1, kind: IdKind::Valid, length: 18 };
    dump.source = vec![0, 1, 1].into();
    dump.file = vec![0, 1, 1].into();
    dump.line = vec![2, 2, 3].into();
    dump.record_id = ["A-1", "a rather long key of a record", "B-2"].map(|key| dump.keys.push(key)).to_vec().into();
    dump.content = vec![1, 2, 3].into();
    dump.name = vec![p.intern("王伟"), p.intern("王伟"), p.intern("买买提·艾力")].into();
    dump.name_flags = vec![0; 3].into();
    dump.former_name = vec![0; 3].into();
    dump.sex = vec![Sex::Unknown, Sex::Unknown, Sex::Female].into();
    dump.id = vec![id, IdNumber::default(), IdNumber::default()].into();
    dump.document = vec![0, 0, p.intern("E12345678")].into();
    dump.birth = vec![NO_DATE, 7305, NO_DATE].into();
    dump.birth_precision = vec![BirthPrecision::Unknown; 3].into();
    dump.phones = vec![[0; 2]; 3].into();
    dump.address = vec![0, p.intern("东营区府前大街45号"), 0].into();
    for column in [&mut dump.estate, &mut dump.building, &mut dump.unit, &mut dump.room, &mut dump.road] {
        *column = vec![0; 3].into();
    }
    for column in [&mut dump.number, &mut dump.registered_address, &mut dump.grid_code, &mut dump.household_head] {
        *column = vec![0; 3].into();
    }
    dump.flat = vec![0; 3].into();
    dump.registered_flat = vec![0; 3].into();
    dump.relation = vec![0; 3].into();
    dump.ethnicity = vec![0, 0, p.intern("维吾尔")].into();
    dump.updated_at = vec![NO_TIME; 3].into();
    let (arrival, place) = (p.intern("arrival"), p.intern("武汉"));
    dump.events.push(1, arrival);
    dump.events.at[0] = 1_648_339_200;
    dump.events.place[0] = place;
    let mut rows = RecordRows::default();
    rows.append(&dump);
    let records = rows.in_order(&[0, 1, 2], || ());

    let members = Members {
        person: vec![0, 0, 1],
        match_weight: vec![18.5, 18.5, f32::NAN],
        joined_by: vec![JoinedBy::Id, JoinedBy::Model, JoinedBy::Single],
    };
    let persons = Persons {
        id: vec![PersonId(5), PersonId(u64::MAX)],
        member_starts: vec![0, 2, 3],
        member_rows: vec![0, 1, 2],
        name_row: vec![0, 2],
        sex: vec![Sex::Male, Sex::Female],
        sex_row: vec![0, 2],
        id_number: vec![id, IdNumber::default()],
        id_number_row: vec![0, 2],
        birth: vec![7305, NO_DATE],
        birth_row: vec![1, NO_ROW],
        phone_starts: vec![0, 2, 2],
        phones: vec![13_812_345_678, 5_468_221_234],
        phone_row: vec![0, NO_ROW],
        registered_row: vec![NO_ROW; 2],
        ethnicity_row: vec![NO_ROW, 2],
        conflicts: vec![conflict::SEX | conflict::BIRTH_DATE, 0],
        ..Persons::default()
    };
    let mut residence = Residence { grid: vec![0; 2], by: vec![GridBy::Flat, GridBy::None], ..Default::default() };
    residence.grid[0] = residence.codes.intern("370502001001001");
    residence.address_row = vec![1, NO_ROW];
    residence.flat = vec![records.flat[1], 0];
    residence.dedicated = vec![residence.codes.intern("370502001001901"), Pool::NONE];
    (records, members, persons, residence, vec!["police_population".to_owned(), "community".to_owned()])
}

/// Every row as `column=value` with nulls empty.
fn shown(batches: &Batches<'_>) -> String {
    let mut out = String::new();
    for batch in batches.iter() {
        for row in 0..batch.num_rows() {
            let schema = batch.schema();
            let values = batch
                .columns()
                .iter()
                .zip(schema.fields())
                .map(|(column, field)| format!("{}={}", field.name(), array_value_to_string(column, row).unwrap()));
            out.push_str(&values.collect::<Vec<_>>().join(" | "));
            out.push('\n');
        }
    }
    out
}

#[test]
fn members_and_events_spell_out_the_columns() {
    let (records, members_of, persons_of, _, names) = sample();
    insta::assert_snapshot!(shown(&members(&records, &members_of, &persons_of, &names)), @r#"
    source=police_population | record_id=A-1 | person_id=P0000000000005 | match_weight=18.5 | joined_by=id
    source=community | record_id=a rather long key of a record | person_id=P0000000000005 | match_weight=18.5 | joined_by=model
    source=community | record_id=B-2 | person_id=PZZZZZZZZZZZ | match_weight= | joined_by=single
    "#);
    insta::assert_snapshot!(shown(&events(&records, &members_of, &persons_of, &names)), @"person_id=P0000000000005 | source=community | record_id=a rather long key of a record | type=arrival | at=2022-03-27T00:00:00 | place_code= | place=武汉 | detail=");
}

#[test]
fn persons_carry_values_and_where_they_came_from() {
    let (records, _, persons_of, residence, names) = sample();
    let table = persons(&records, &persons_of, &residence, &names, &["police", "community"]);
    let batch = table.get(0);
    insta::assert_snapshot!(shown(&table).replace(" | ", "\n"), @r#"
    person_id=P0000000000005
    name=王伟
    sex=male
    id_number=370502199001011234
    document=
    birth_date=1990-01-01
    phones=[13812345678, 05468221234]
    address=东营区府前大街45号
    registered_address=
    ethnicity=
    grid_code=370502001001001
    grid_by=flat
    dedicated_grid_code=370502001001901
    sources=[community, police_population]
    agencies=[community, police]
    records=2
    conflicts=[birth_date, sex]
    name_source=police_population
    sex_source=id_number
    id_number_source=police_population
    birth_date_source=community
    phones_source=police_population
    address_source=community
    household=
    lives_elsewhere=
    person_id=PZZZZZZZZZZZ
    name=买买提·艾力
    sex=female
    id_number=
    document=E12345678
    birth_date=
    phones=[]
    address=
    registered_address=
    ethnicity=维吾尔
    grid_code=
    grid_by=
    dedicated_grid_code=
    sources=[community]
    agencies=[community]
    records=1
    conflicts=[]
    name_source=community
    sex_source=community
    id_number_source=community
    birth_date_source=
    phones_source=
    address_source=
    household=
    lives_elsewhere=
    "#);
    assert!(batch.column_by_name("grid_code").unwrap().is_null(1), "an unassigned person stays, with a null grid");
    assert!(batch.column_by_name("id_number").unwrap().is_null(1));
    assert_eq!(batch.column_by_name("phones").unwrap().as_list::<i32>().value(1).len(), 0);
}

#[test]
fn who_is_registered_in_another_city_lives_elsewhere_whatever_flat_that_names() {
    let (mut records, _, mut persons_of, mut residence, names) = sample();
    residence.city = Some(3705);
    persons_of.registered_row[0] = 0;
    let mut lives_elsewhere = |registered: &str, grid: Sym| {
        records.registered_address[0] = records.pool.intern(registered);
        residence.grid[0] = grid;
        let table = persons(&records, &persons_of, &residence, &names, &["police", "community"]);
        let batch = table.get(0);
        let column = batch.column_by_name("lives_elsewhere").unwrap().as_boolean();
        column.is_valid(0).then(|| column.value(0))
    };
    let grid = 1;
    assert_eq!(lives_elsewhere("湖北省黄冈市红安县", grid), Some(true));
    assert_eq!(lives_elsewhere("湖北省黄冈市红安县", Pool::NONE), Some(true), "by the address");
    assert_eq!(lives_elsewhere("东营区府前大街45号", grid), Some(false), "the same words");
    assert_eq!(lives_elsewhere("东营区济南路", grid), None, "somewhere in the city");
    assert_eq!(lives_elsewhere("山东省", grid), None, "anywhere in the province");
    assert_eq!(lives_elsewhere("", grid), None);
}

#[test]
fn pairs_carry_their_levels() {
    let (records, _, _, _, names) = sample();
    let pairs = Links {
        comparisons: vec!["name".to_owned(), "phone".to_owned()],
        levels: vec![vec!["different".to_owned(), "exact".to_owned()], vec!["null".to_owned()]],
        left: vec![0].into(),
        right: vec![1].into(),
        match_weight: vec![18.5].into(),
        level: vec![1, 0].into(),
        why: vec!["two_ids"],
    };
    insta::assert_snapshot!(shown(&review(&records, &pairs, &names)), @"left_source=police_population | left_record_id=A-1 | right_source=community | right_record_id=a rather long key of a record | match_weight=18.5 | name=exact | phone=null | why=two_ids");
    assert_eq!(links(&records, &pairs, &names).schema().fields().len(), 7, "accepted pairs have no why");
}

#[test]
fn a_table_in_memory_is_cut_anew() {
    let (records, members_of, persons_of, _, names) = sample();
    let table = members(&records, &members_of, &persons_of, &names);
    let whole = table.get(0);
    let cut = Batches::from_batches(table.schema(), &[whole.slice(0, 1), whole.slice(1, 2)]).unwrap();
    assert_eq!((cut.count(), cut.rows()), (1, 3));
    assert_eq!(cut.get(0), whole);
    let none = Batches::from_batches(table.schema(), &[]).unwrap();
    assert_eq!((none.count(), none.rows()), (0, 0));
}
