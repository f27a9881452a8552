//! Persons without an ID number are known by the number of their passport or travel permit.

use crate::support::{City, rows};
use std::collections::BTreeMap;

const TICKETS: &str = "流水号\t旅客姓名\t性别\t证件类型\t证件号码\t到达时间\n";
const DECLARATIONS: &str = "申报编号,您的姓名,您的证件号码,从哪里来,到达日期\n";

#[test]
fn a_passport_brings_the_records_of_a_person_together_and_two_passports_are_two_persons() {
    let city = City::new(600);
    let tickets = "\
        T1\tKUZNETSOVA ANNA\t女\t护照\tE12345678\t2022-03-20 10:00\n\
        T2\t李嘉欣\t女\t港澳居民来往内地通行证\tH1234567801\t2022-03-21 10:00\n";
    let declarations = "\
        D1,Anna Kuznetsova,E12345678,上海市,2022-03-20\n\
        D2,KUZNETSOVA ANNA,E87654321,上海市,2022-03-22\n\
        D3,李嘉欣,H1234567802,上海市,2022-03-21\n";
    std::fs::write(city.path("dumps/police_arrivals_补.txt"), TICKETS.to_owned() + tickets).unwrap();
    std::fs::write(city.path("dumps/self_declarations_补.csv"), DECLARATIONS.to_owned() + declarations).unwrap();
    let set = city.publish("out", &[]);
    let members: BTreeMap<String, String> = rows(&set, "members", &["record_id", "person_id"])
        .into_iter()
        .map(|row| <[String; 2]>::try_from(row).unwrap().into())
        .collect();
    assert_eq!(members["T1"], members["D1"], "the words of a foreign name change places");
    assert_ne!(members["T1"], members["D2"], "another passport");
    assert_eq!(members["T2"], members["D3"], "a renewed permit");

    // Who has no ID number is told by the document.
    let person = rows(&set, "persons", &["person_id", "id_number", "document"]);
    let person = person.iter().find(|row| row[0] == members["T1"]).unwrap();
    assert_eq!(person[1..], ["", "E12345678"]);
}
