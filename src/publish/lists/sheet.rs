//! Drawing one workbook: title, headings, visits, the cells that a worker may fill in, and the hidden columns.

use super::template::{Cells, Template};
use super::{Checked, HEADING_ROW, ListOptions, checksum, results, text};
use crate::config::Mask;
use crate::error::{Error, Exit};
use crate::message::{Lang, Message};
use crate::publish::mask;
use crate::store::files;
use crate::tables::{GridList, KeyText, ListRow};
use jiff::civil::Date;
use rust_xlsxwriter::{
    DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, ProtectionOptions,
    Workbook, Worksheet, XlsxError,
};
use std::borrow::Cow;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Rows of the workbook that is drawn once.
const TEMPLATE_ROWS: usize = 2;

/// A cell of Excel holds 32,767 UTF-16 units.
const CELL_CHARS_MAX: usize = 16_000;

/// Height of a line of text, and the most that a row may have, in points.
pub(in crate::publish) const LINE_HEIGHT: f64 = 15.0;
const ROW_HEIGHT_MAX: f64 = 200.0;

/// Headings of the answer cells, by message key, with the width of each.
const ANSWERS: [(&str, f64); 5] = [
    ("publish.list.result", 9.0),
    ("publish.list.destination", 11.0),
    ("publish.list.visited_at", 11.0),
    ("publish.list.correction", 14.0),
    ("publish.list.note", 14.0),
];

/// Headings of the hidden columns, the same in every language: they are for the program.
pub const HIDDEN: [&str; 3] = ["item_id", "revision", "checksum"];

/// Fields that have a heading of their own in the catalogue, with the width of their column.
const FIELDS: [(&str, &str, f64); 26] = [
    ("name", "publish.field.name", 9.0),
    ("former_name", "publish.field.former_name", 10.0),
    ("sex", "publish.field.sex", 6.0),
    ("id_number", "publish.field.id_number", 21.0),
    ("birth_date", "publish.field.birth_date", 12.0),
    ("age", "publish.field.age", 6.0),
    ("phone", "publish.field.phone", 13.0),
    ("phones", "publish.field.phone", 13.0),
    ("address", "publish.field.address", 26.0),
    ("registered_address", "publish.field.registered_address", 22.0),
    ("estate", "publish.field.estate", 16.0),
    ("building", "publish.field.building", 6.0),
    ("unit", "publish.field.unit", 6.0),
    ("room", "publish.field.room", 8.0),
    ("grid_code", "publish.field.grid_code", 20.0),
    ("dedicated_grid_code", "publish.field.dedicated_grid_code", 20.0),
    ("visited_by", "publish.field.visited_by", 14.0),
    ("household_head", "publish.field.household_head", 10.0),
    ("relation", "publish.field.relation", 8.0),
    ("ethnicity", "publish.field.ethnicity", 8.0),
    ("place", "publish.field.place", 10.0),
    ("place_code", "publish.field.place_code", 10.0),
    ("at", "publish.field.at", 16.0),
    ("since", "publish.field.since", 16.0),
    ("type", "publish.field.type", 10.0),
    ("detail", "publish.field.detail", 24.0),
];

/// Headings of the answer cells: result, destination, time of the visit, correction, note.
pub fn answer_headings(lang: Lang) -> [String; 5] {
    ANSWERS.map(|(key, _)| Message::new(key).render(lang))
}

/// What every list of a run has in common, looked up once.
pub(super) struct Style<'a> {
    options: &'a ListOptions,
    revision: String,
    results: Vec<String>,
    number: String,
    standing: [String; 3],
    answers: [String; 5],
    sexes: [String; 2],
    pick: String,
    fields: Vec<(&'static str, String, f64)>,
    properties: DocProperties,
    title: Format,
    heading: Format,
    cell: Format,
    answer: Format,
    hidden: Format,
}

impl<'a> Style<'a> {
    pub(super) fn new(options: &'a ListOptions) -> Self {
        let say = |key| Message::new(key).render(options.lang);
        let cell = Format::new()
            .set_font_size(10)
            .set_num_format("@")
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter)
            .set_border(FormatBorder::Thin);
        Self {
            options,
            revision: options.as_of.to_string(),
            results: if options.results.is_empty() { results(options.lang) } else { options.results.clone() },
            number: say("publish.list.number"),
            standing: ["publish.list.rules", "publish.list.reasons", "publish.list.due_at"].map(say),
            answers: answer_headings(options.lang),
            sexes: ["publish.list.female", "publish.list.male"].map(say),
            pick: say("publish.list.pick"),
            fields: FIELDS.map(|(field, key, width)| (field, say(key), width)).to_vec(),
            properties: DocProperties::new().set_author("gridlink").set_creation_datetime(&created(options.as_of)),
            title: Format::new().set_bold().set_font_size(14),
            heading: cell.clone().set_bold().set_align(FormatAlign::Center).set_background_color(0x00DD_EBF7),
            answer: cell.clone().set_unlocked().set_background_color(0x00FF_F9E5),
            hidden: Format::new().set_num_format("@"),
            cell,
        }
    }

    /// The workbook of which lists with the columns of `list` are copies.
    pub(super) fn template(&self, list: &GridList) -> Result<Template, XlsxError> {
        let mut workbook = Workbook::new();
        workbook.set_zip_compression_level(1);
        workbook.set_properties(&self.properties);
        let sheet = workbook.add_worksheet();
        let zh = self.options.lang == Lang::Zh;
        sheet.set_name(if zh { "核查名单" } else { "visits" })?;
        let columns = self.columns(list);
        self.set_up(sheet, &columns, TEMPLATE_ROWS)?;
        sheet.write_string_with_format(0, 0, "-", &self.title)?;
        let hidden = columns.len() - HIDDEN.len();
        let answers = hidden - ANSWERS.len();
        for (column, (heading, _)) in columns.iter().enumerate() {
            sheet.write_string_with_format(HEADING_ROW, column as u16, heading, &self.heading)?;
            let format = match column {
                _ if column >= hidden => &self.hidden,
                _ if column >= answers => &self.answer,
                _ => &self.cell,
            };
            for row in 0..TEMPLATE_ROWS {
                sheet.write_blank(HEADING_ROW + 1 + row as u32, column as u16, format)?;
            }
        }
        let options = workbook.add_worksheet();
        options.set_name("options")?.set_hidden(true);
        for (i, result) in self.results.iter().enumerate() {
            options.write_string(i as u32, 0, text::escape(result))?;
        }
        Ok(Template::new(workbook.save_to_buffer()?, columns.len(), answers)?)
    }

    /// The bytes of the workbook with those rows of the list, whose columns are those of the template.
    pub(super) fn draw(&self, template: &Template, list: &GridList, rows: Range<usize>) -> std::io::Result<Vec<u8>> {
        let rows: Vec<&ListRow> = list.shown().skip(rows.start).take(rows.len()).collect();
        let (columns, shown) = (self.columns(list), shown(list));
        let fields: Vec<Vec<Cow<'_, str>>> = rows.iter().map(|&row| self.fields_of(row)).collect();
        let looks: Vec<String> = fields.iter().map(|fields| fields.join("\u{1f}")).collect();
        let keys: Vec<KeyText> = rows.iter().map(|row| row.person_id.key()).collect();
        let marks = text::marks(&looks, &keys);
        template.draw(&self.title_of(list), rows.len(), |i, cells| {
            let lines = self.draw_row(cells, (i + 1, &columns, &shown), rows[i], &fields[i], &marks[i]);
            (LINE_HEIGHT * f64::from(lines) + 5.0).min(ROW_HEIGHT_MAX)
        })
    }

    /// Heading and width of every column.
    pub(super) fn columns(&self, list: &GridList) -> Vec<(String, f64)> {
        let known = |field: &str| self.fields.iter().find(|(name, ..)| *name == field);
        let own = |field: &str| {
            known(field)
                .map_or_else(|| (text::escape(field).into_owned(), 16.0), |(_, text, width)| (text.clone(), *width))
        };
        let mut columns = vec![(self.number.clone(), 5.0)];
        match list.shown().next() {
            Some(row) => columns.extend(shown(list).into_iter().map(|i| own(&row.fields[i].0))),
            None => columns.extend(self.options.fields.iter().map(|field| own(field))),
        }
        columns.extend(self.standing.iter().cloned().zip([16.0, 20.0, 16.0]));
        columns.extend(self.answers.iter().cloned().zip(ANSWERS.map(|(_, width)| width)));
        columns.extend(HIDDEN.iter().map(|&heading| (heading.to_owned(), 4.0)));
        columns
    }

    fn set_up(&self, sheet: &mut Worksheet, columns: &[(String, f64)], rows: usize) -> Result<(), XlsxError> {
        let hidden = columns.len() - HIDDEN.len();
        let (answers, last) = (hidden - ANSWERS.len(), hidden as u16 - 1);
        let last_row = HEADING_ROW + rows as u32;
        for (column, (_, width)) in columns.iter().enumerate() {
            let column = column as u16;
            sheet.set_column_width(column, *width)?;
            if column > last {
                sheet.set_column_hidden(column)?;
            }
        }
        sheet.set_row_height(0, 24)?;
        sheet.set_row_height(HEADING_ROW, 2.0 * LINE_HEIGHT)?;
        sheet.set_freeze_panes(HEADING_ROW + 1, 0)?;
        sheet.autofilter(HEADING_ROW, 0, last_row, columns.len() as u16 - 1)?;
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        sheet.set_repeat_rows(0, HEADING_ROW)?;
        sheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
        sheet.set_footer("&C&P / &N");
        if rows > 0 {
            // Texts in the rule itself end at 255 characters, so the choices stand on a sheet of their own.
            let choices = Formula::new(format!("=options!$A$1:$A${}", self.results.len()));
            let rule = DataValidation::new().allow_list_formula(choices).set_error_message(&*self.pick)?;
            sheet.add_data_validation(HEADING_ROW + 1, answers as u16, last_row, answers as u16, &rule)?;
        }
        sheet.protect_with_options(&ProtectionOptions {
            sort: true,
            use_autofilter: true,
            format_columns: true,
            format_rows: true,
            ..ProtectionOptions::default()
        });
        Ok(())
    }

    fn title_of(&self, list: &GridList) -> String {
        let key = if list.grid_code.is_some() { "publish.list.title" } else { "publish.list.title_unassigned" };
        let code = list.grid_code.as_deref().unwrap_or_default();
        let name = if list.grid_name.is_empty() { code } else { &list.grid_name };
        let worker = if list.worker.is_empty() { "—" } else { &list.worker };
        let title = Message::new(key).with("grid", name).with("code", code).with("worker", worker);
        let mut title =
            title.with("as_of", self.options.as_of).with("count", list.rows.len()).render(self.options.lang);
        if !list.beside.is_empty() {
            let beside = Message::new("publish.list.title_beside").with("count", list.beside.len());
            title.push_str(&beside.render(self.options.lang));
        }
        cut(text::escape(&title).into_owned())
    }

    /// The fields of a row as they are shown, but for the mark.
    fn fields_of<'r>(&'r self, row: &'r ListRow) -> Vec<Cow<'r, str>> {
        let shown = |(field, value): &'r (Arc<str>, String)| -> Cow<'r, str> {
            match (self.options.mask, &**field) {
                (Mask::Standard, "name" | "former_name" | "household_head") => mask::name(value).into(),
                (Mask::Standard, "id_number" | "document") => mask::id(value).into(),
                (Mask::Standard, "phone" | "phones") => one_a_line(mask::phones(value).into()),
                (Mask::None, "phone" | "phones") => one_a_line(value.as_str().into()),
                (_, "at") => one_a_line(value.as_str().into()),
                (_, "sex") => self.sex_of(value).into(),
                (Mask::Standard, _) => mask::within(value),
                (Mask::None, _) => value.as_str().into(),
            }
        };
        row.fields.iter().map(shown).collect()
    }

    /// The word for a sex; what is neither stays as it is.
    fn sex_of<'r>(&'r self, value: &'r str) -> &'r str {
        match value {
            "female" => &self.sexes[0],
            "male" => &self.sexes[1],
            other => other,
        }
    }

    /// Draws a row and says how many lines its fullest cell has: not every office program finds that out by itself.
    fn draw_row(
        &self,
        cells: &mut Cells<'_>,
        (number, columns, shown): (usize, &[(String, f64)], &[usize]),
        row: &ListRow,
        fields: &[Cow<'_, str>],
        mark: &str,
    ) -> u32 {
        let marked = row.fields.iter().position(|(field, _)| &**field == "name").unwrap_or(0);
        let (mut column, mut lines) = (0, 1);
        let mut name = String::new();
        cells.number(number);
        let mut put = |text: &str| {
            column += 1;
            if column < columns.len() - HIDDEN.len() && !text.is_empty() {
                lines = lines.max(lines_of(text, columns[column].1));
            }
            let text = text::escape(text);
            if text.len() > CELL_CHARS_MAX { cells.text(&cut(text.into_owned())) } else { cells.text(&text) }
        };
        for &i in shown {
            if i == marked {
                let is_name = row.fields[i].0.as_ref() == "name";
                let text = format!("{}{mark}", fields[i]);
                put(&text);
                name = if is_name { text } else { name };
            } else {
                put(&fields[i]);
            }
        }
        put(&row.rules);
        put(&match self.options.mask {
            Mask::Standard => mask::within(&row.reasons),
            Mask::None => row.reasons.as_str().into(),
        });
        put(&row.due_at.map_or_else(String::new, |due| due.strftime("%Y-%m-%d %H:%M").to_string()));
        ANSWERS.iter().for_each(|_| put(""));
        let items = row.item_ids.join(" ");
        put(&items);
        put(&self.revision);
        let of = Checked { item_ids: &items, revision: &self.revision, number: &number.to_string(), name: &name };
        put(&checksum(of, row.since));
        lines
    }
}

/// The fields that a list shows: those that every list has and those that any row of it fills, for paper is narrow.
fn shown(list: &GridList) -> Vec<usize> {
    let Some(first) = list.shown().next() else { return Vec::new() };
    let always = |field: &str| matches!(field, "name" | "phone" | "phones" | "address");
    let filled =
        |&i: &usize| i == 0 || always(&first.fields[i].0) || list.shown().any(|row| !row.fields[i].1.is_empty());
    (0..first.fields.len()).filter(filled).collect()
}

/// Several numbers or times in one cell: each on a line of its own, for one over two lines is read wrong.
fn one_a_line(texts: Cow<'_, str>) -> Cow<'_, str> {
    if texts.contains(['、', '；']) { texts.replace(['、', '；'], "\n").into() } else { texts }
}

/// Lines that a text takes in a column of that width; Han characters are twice as wide as digits.
pub(in crate::publish) fn lines_of(text: &str, width: f64) -> u32 {
    let wide = |line: &str| line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<u32>();
    text.split('\n').map(|line| wide(line).div_ceil((width as u32).max(2) - 1).max(1)).sum()
}

/// The run's date instead of the clock's, so that the same input gives the same bytes.
pub(in crate::publish) fn created(as_of: Date) -> ExcelDateTime {
    let date = |date: Date| ExcelDateTime::from_ymd(date.year().unsigned_abs(), date.month() as u8, date.day() as u8);
    date(as_of).or_else(|_| date(Date::constant(2000, 1, 1))).expect("Excel knows the year 2000")
}

/// A text that a cell takes: not too long.
fn cut(text: String) -> String {
    match text.char_indices().nth(CELL_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

pub(in crate::publish) fn write_error(path: &Path, error: XlsxError) -> Error {
    match error {
        XlsxError::IoError(error) | XlsxError::TempFileError(_, error) => files::write_error(path, error),
        other => {
            let what = Message::new("store.cannot_write").with("path", path.display());
            // The kind only: the text of such an error may repeat the cell.
            let kind = std::mem::discriminant(&other);
            Error::new(Exit::Bug, what).caused_by(format!("workbook: {kind:?}"))
        }
    }
}
