//! Lists as office programs see them. A list that LibreOffice saved comes back whole, and openpyxl reads what was written;
//! where neither is installed the tests say so and pass.

use crate::support::City;
use calamine::{Reader, Xlsx, open_workbook};
use gridlink::pipeline::import;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The list with the most rows, of a grid.
fn longest(set: &Path) -> PathBuf {
    let files = crate::support::files(&set.join("lists"));
    let grids = files.iter().filter(|(name, _)| !name.ends_with("unassigned.xlsx"));
    let (name, _) = grids.max_by_key(|(_, bytes)| bytes.len()).unwrap();
    set.join("lists").join(name)
}

fn rows(path: &Path) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

/// Writes texts into empty cells of the first sheet, as a worker would.
fn fill_in(from: &Path, to: &Path, answers: &[(&str, &str)]) {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(from).unwrap()).unwrap();
    let mut out = zip::ZipWriter::new(std::fs::File::create(to).unwrap());
    for i in 0..archive.len() {
        let mut part = archive.by_index(i).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        if name == "xl/worksheets/sheet1.xml" {
            let mut xml = String::from_utf8(bytes).unwrap();
            for (cell, text) in answers {
                let at = xml.find(&format!("<c r=\"{cell}\"")).unwrap_or_else(|| panic!("no cell {cell}"));
                let end = at + xml[at..].find("/>").unwrap();
                let filled = format!("{} t=\"inlineStr\"><is><t>{text}</t></is></c>", &xml[at..end]);
                xml.replace_range(at..end + 2, &filled);
            }
            bytes = xml.into_bytes();
        }
        out.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(&bytes).unwrap();
    }
    out.finish().unwrap();
}

fn column_name(column: usize) -> String {
    assert!(column < 26);
    char::from(b'A' + column as u8).to_string()
}

#[test]
fn a_list_saved_by_libreoffice_comes_back_whole() {
    let office = ["soffice", "libreoffice"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success()));
    let Some(office) = office else {
        println!("skipped: LibreOffice is not installed");
        return;
    };
    let city = City::new(600);
    let set = city.publish("out", &[]);
    let list = longest(&set);
    let written = rows(&list);
    let column = |name: &str| column_name(written[1].iter().position(|head| head == name).unwrap());
    let cell = |name: &str, row: usize| format!("{}{}", column(name), row + 1);
    let filled = city.path("filled.xlsx");
    let answers = [
        (cell("核查结果", 2), "已核实"),
        (cell("核查时间", 2), "2022-03-28 09:30"),
        (cell("核查结果", 3), "不在家"),
        (cell("备注", 3), "=下午再来"),
        (cell("更正证件号/电话/住址", 4), "13900001111"),
        (cell("核查结果", 4), "空号"),
    ];
    let answers: Vec<(&str, &str)> = answers.iter().map(|(cell, text)| (cell.as_str(), *text)).collect();
    fill_in(&list, &filled, &answers);
    let profile = format!("-env:UserInstallation=file://{}", city.path("office").display());
    let saved = city.path("saved");
    let convert = Command::new(office)
        .args([&profile, "--headless", "--convert-to", "xlsx", "--outdir"])
        .arg(&saved)
        .arg(&filled)
        .output()
        .unwrap();
    let saved = saved.join("filled.xlsx");
    if !saved.is_file() {
        println!("skipped: LibreOffice does not run here: {}", String::from_utf8_lossy(&convert.stderr));
        return;
    }
    assert_ne!(std::fs::read(&saved).unwrap(), std::fs::read(&filled).unwrap());
    // What was handed out is there to the last cell.
    let (before, after) = (rows(&filled), rows(&saved));
    assert_eq!(before.len(), after.len());
    for (row, (before, after)) in before.iter().zip(&after).enumerate() {
        assert_eq!(before[..], after[..before.len()], "row {row}");
    }
    let store = city.path("returned");
    let import_of = |path: &Path| import(&store, &[], path).unwrap();
    let first = import_of(&saved);
    assert_eq!((first.returned, first.rejected.len(), first.known), (3, 0, false), "{first:?}");
    assert_eq!(first.unanswered as usize, written.len() - 2 - 3);
    // The list as it was before LibreOffice saved it says the same, row for row.
    let read = |store: &Path| gridlink::returns::journal::all(store).unwrap();
    let keys = |store: &Path| read(store).into_iter().map(|answer| answer.key).collect::<Vec<_>>();
    let known = keys(&store);
    import_of(&filled);
    assert_eq!(keys(&store), known, "the same sheet twice changes nothing");
    assert!(read(&store).iter().any(|answer| answer.note == "=下午再来"), "{:?}", read(&store));
}

/// What openpyxl, a library that is nobody's here, finds in a list.
const LOOK: &str = r#"
import sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
sheet = book.worksheets[0]
heads = [cell.value for cell in sheet[2]]
print(sheet.max_row - 2, sheet.freeze_panes, sheet.auto_filter.ref is not None, sheet.protection.sheet)
rule = sheet.data_validations.dataValidation[0]
print(rule.type, rule.formula1, book["options"].sheet_state, book["options"].max_row)
print(sheet.page_setup.orientation, sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage)
hidden = [h for h, c in zip(heads, sheet[2]) if sheet.column_dimensions[c.column_letter].hidden]
open_cells = [h for h, c in zip(heads, sheet[3]) if not c.protection.locked]
print(hidden, open_cells)
texts = [c for row in sheet.iter_rows(min_row=3) for c in row[1:] if c.value is not None]
print(all(c.data_type == "s" and c.number_format == "@" for c in texts), any(c.data_type == "f" for c in texts))
"#;

#[test]
fn a_second_library_reads_a_list() {
    let ready = Command::new("python3").args(["-c", "import openpyxl"]).output();
    if !ready.is_ok_and(|output| output.status.success()) {
        println!("skipped: python3 has no openpyxl");
        return;
    }
    let city = City::new(600);
    let list = longest(&city.publish("out", &[]));
    let output = Command::new("python3").args(["-c", LOOK]).arg(&list).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let found: Vec<&str> = said.lines().collect();
    assert_eq!(found[0], format!("{} A3 True True", rows(&list).len() - 2));
    let results = gridlink::publish::lists::RESULTS.len();
    assert_eq!(found[1], format!("list options!$A$1:$A${results} hidden {results}"));
    assert_eq!(found[2], "landscape 0 True");
    // Hidden columns that stand beside each other are one entry in the file.
    assert!(found[3].starts_with("['item_id'"), "{said}");
    let open = "['核查结果', '去向/移交网格', '核查时间', '更正证件号/电话/住址', '备注']";
    assert!(found[3].ends_with(open), "{said}");
    assert_eq!(found[4], "True False");
}
