//! The settings of a night, checked and with paths resolved.

use crate::message::Lang;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A checked pipeline file.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// Where the file stands.
    pub path: PathBuf,
    /// SHA-256 of its text, hex.
    pub sha256: String,
    /// `[run]`
    pub run: Run,
    /// `[grids]`, if there is one.
    pub grids: Option<Grids>,
    /// `[[source]]`, at least one, names distinct.
    pub sources: Vec<Source>,
    /// `[linkage]`
    pub linkage: Linkage,
    /// `[[followup]]`, names distinct.
    pub followups: Vec<Followup>,
    /// `[publish]`
    pub publish: Publish,
    /// `[[schedule]]`, in the order of the file.
    pub schedules: Vec<Schedule>,
    /// `[returns]`, if filled-in sheets are taken back.
    pub returns: Option<Returns>,
}

impl Pipeline {
    /// Takes filled-in sheets back, as `[returns]` does: sets where to read them from and what results they may carry, and
    /// gives the pipeline the built-in source of returns, which stands last.
    pub fn take_returns(&mut self, returns: Returns) {
        self.sources.push(Source::of_returns());
        self.returns = Some(returns);
    }
}

impl Source {
    /// The built-in source whose records are the applied returns.
    pub(super) fn of_returns() -> Self {
        Self {
            name: RETURNS_SOURCE.to_owned(),
            agency: Agency::Community,
            paths: Vec::new(),
            required: false,
            max_age_hours: None,
            read: ReadSettings::default(),
            columns: Vec::new(),
            map: Vec::new(),
            events: Vec::new(),
            directive: false,
        }
    }

    /// The columns that each person field may come from; fields that are the same for every row have none and are left out.
    pub fn columns_of_fields(&self) -> BTreeMap<&PersonField, Vec<&str>> {
        let mut columns_of: BTreeMap<&PersonField, Vec<&str>> = BTreeMap::new();
        for (field, mapping) in &self.map {
            if let Mapping::Columns { columns, .. } = mapping {
                let names = columns.iter().map(|&column| &*self.columns[column]);
                columns_of.entry(field).or_default().extend(names);
            }
        }
        columns_of
    }

    /// Whether its rows can tell who they are about by more than a phone: a name, or a number of a document.
    pub fn names_persons(&self) -> bool {
        self.map.iter().any(|(field, _)| matches!(field, PersonField::Name | PersonField::IdNumber))
    }
}

impl Pipeline {
    /// The word for the agency of each source, by number; empty for lists that come back, which no agency knew before.
    pub fn agencies(&self) -> Vec<&'static str> {
        let word = |source: &Source| if source.name == RETURNS_SOURCE { "" } else { source.agency.as_str() };
        self.sources.iter().map(word).collect()
    }
}

/// `[run]`
#[derive(Clone, Debug)]
pub struct Run {
    /// Name of the night job.
    pub name: String,
    /// The run's date (today, unless set).
    pub as_of: Date,
    /// Folder of published sets, absolute.
    pub output: PathBuf,
    /// Folder carried from night to night, absolute.
    pub store: PathBuf,
    /// Language of headings and texts of lists, bulletin and report.
    pub locale: Lang,
    /// Division code of the city (6 digits), if given: `elsewhere` is measured against its first four.
    pub city_code: Option<String>,
    /// What division codes of key regions begin with, as rules read them: 2 to 6 digits each; may be empty.
    pub key_regions: Vec<String>,
    /// How many sets the output folder keeps, the newest; all, if it is not said.
    pub keep_sets: Option<u32>,
}

/// `[grids]`: the grid directory.
#[derive(Clone, Debug)]
pub struct Grids {
    /// The directory's file, absolute.
    pub path: PathBuf,
    /// How to read it.
    pub read: ReadSettings,
    /// Every column of the directory that a mapping needs, each once, in a fixed order; mappings point into it.
    pub columns: Vec<String>,
    /// Canonical grid field to column.
    pub map: BTreeMap<GridField, Mapping>,
    /// Which evidence of where a person lives counts, the best first.
    pub order: Vec<GridEvidence>,
    /// Where a dedicated grid stands for a person who lives in a base grid.
    pub dedicated: DedicatedGrids,
}

/// What a dedicated grid (a school, a hospital, a hotel, a firm) is to a person who lives in a base grid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DedicatedGrids {
    /// A second grid: the person is visited where they live, and the dedicated grid's list shows them too.
    #[default]
    Beside,
    /// A grid like any other: the person has one grid, which the order of evidence tells.
    Instead,
}

/// A kind of evidence of the grid in which a person lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GridEvidence {
    /// The community's own grid code.
    GridCode,
    /// The flat, through the directory's coverage or the flat's other records.
    Flat,
    /// Road and door number.
    Road,
    /// The estate.
    Estate,
    /// A grid code that another agency states.
    OtherGridCode,
    /// Other members of the same household.
    Household,
    /// The registered address.
    Registered,
}

impl GridEvidence {
    /// The order where a pipeline names none.
    pub const ORDER: [Self; 7] =
        [Self::GridCode, Self::Flat, Self::Road, Self::Estate, Self::OtherGridCode, Self::Household, Self::Registered];
}

/// A field of the grid directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GridField {
    /// Code of the grid.
    Code,
    /// Name.
    Name,
    /// base (基础网格) or dedicated (专属网格).
    Kind,
    /// Community or village.
    Community,
    /// Street or township.
    Street,
    /// Division code of the county.
    CountyCode,
    /// County.
    County,
    /// Grid worker.
    Worker,
    /// Phone of the grid worker.
    WorkerPhone,
    /// Helpers of the grid worker (1+N): how many, or their names.
    Helpers,
    /// Estates covered, separated by 、，,;；| or spaces; buildings may stand behind each name: `锦绣花园1-5、8号楼`. A road with
    /// door numbers (`府前大街1-99号`) counts as [`GridField::Road`].
    Estates,
    /// Buildings covered of those estates that name none themselves, e.g. `1-5、8`; empty: all.
    Buildings,
    /// Roads covered, written as estates are.
    Road,
    /// Door numbers covered on that road, e.g. `1-99单` (odd), `2-98双` (even), `1-50`; empty: all.
    Numbers,
}

/// One kind of dump with one column mapping.
#[derive(Clone, Debug)]
pub struct Source {
    /// Value of column `source` everywhere.
    pub name: String,
    /// Whose dump it is.
    pub agency: Agency,
    /// Globs, absolute.
    pub paths: Vec<String>,
    /// Whether a missing dump stops the run.
    pub required: bool,
    /// Older dumps stop the run if required, else warn.
    pub max_age_hours: Option<u32>,
    /// How to read its dumps.
    pub read: ReadSettings,
    /// Every dump column that a mapping needs, each once, in a fixed order: the columns of a raw chunk.
    pub columns: Vec<String>,
    /// Canonical field and where it comes from.
    pub map: Vec<(PersonField, Mapping)>,
    /// What a row says happened.
    pub events: Vec<EventMapping>,
    /// Whether it is a list from above: every row becomes an item and is answered, in the same order.
    pub directive: bool,
}

/// How to read a dump; what is `None` is detected per file.
#[derive(Clone, Debug, Default)]
pub struct ReadSettings {
    /// File format.
    pub format: Option<Format>,
    /// Text encoding.
    pub encoding: Option<Encoding>,
    /// Field delimiter of text formats.
    pub delimiter: Option<u8>,
    /// 1-based row of the header.
    pub header_row: Option<u32>,
    /// Name of the sheet (default: every sheet that has the header).
    pub sheet: Option<String>,
}

/// File formats that can be read, each also as .gz or .zst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Delimited text: csv, tsv, txt.
    Text,
    /// Excel 2007 and later.
    Xlsx,
    /// Excel 97-2003.
    Xls,
    /// Apache Parquet.
    Parquet,
    /// One JSON object a line.
    Jsonl,
}

/// Text encodings that can be set; detection also handles files that mix UTF-8 and GB18030 by line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without byte order mark.
    Utf8,
    /// UTF-16, byte order by mark or detection.
    Utf16,
    /// GB18030, which includes GBK and GB 2312.
    Gb18030,
}

/// Who made a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Agency {
    /// 公安
    Police,
    /// 卫健
    Health,
    /// 社区
    Community,
    /// 自主申报
    Own,
}

impl Agency {
    /// The word for it in pipeline files and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Police => "police",
            Self::Health => "health",
            Self::Community => "community",
            Self::Own => "self",
        }
    }
}

/// A canonical field of a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonField {
    /// Key of the record within its source.
    RecordId,
    /// Name.
    Name,
    /// Former name.
    FormerName,
    /// Sex.
    Sex,
    /// ID number.
    IdNumber,
    /// Kind of document the ID number is of.
    IdType,
    /// Birth date.
    BirthDate,
    /// Age, at `updated_at` or the run's date.
    Age,
    /// Phone; may be mapped from several columns.
    Phone,
    /// Address of residence.
    Address,
    /// Registered address.
    RegisteredAddress,
    /// Estate, if it is a column of its own.
    Estate,
    /// Building.
    Building,
    /// Unit.
    Unit,
    /// Room.
    Room,
    /// Grid code.
    GridCode,
    /// Head of the household.
    HouseholdHead,
    /// Relation to the head.
    Relation,
    /// Ethnicity.
    Ethnicity,
    /// When the source last touched the record.
    UpdatedAt,
    /// A field of the pipeline's own linkage.
    Other(String),
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mapping {
    /// Columns of the dump (indexes into [`Source::columns`]), joined by `join` if there are several (empty values are
    /// skipped), then replaced by `values` where it has the value.
    Columns {
        /// Indexes into the source's `columns`.
        columns: Vec<usize>,
        /// What stands between joined values.
        join: String,
        /// Replacements of whole values.
        values: BTreeMap<String, String>,
    },
    /// The same value for every row.
    Const(String),
}

/// One event that every row of a source tells (if its `at`, `place_code` or `place` has a value, or none is mapped); several
/// where its place names several and no code is given.
#[derive(Clone, Debug)]
pub struct EventMapping {
    /// The event's type.
    pub kind: String,
    /// When.
    pub at: Option<Mapping>,
    /// Code of the place.
    pub place_code: Option<Mapping>,
    /// Name of the place.
    pub place: Option<Mapping>,
    /// Further named columns, in the order of the file.
    pub detail: Vec<(String, Mapping)>,
}

/// `[linkage]`
#[derive(Clone, Debug)]
pub struct Linkage {
    /// `person-cn`, or the fields and comparisons of the pipeline itself.
    pub preset: Preset,
    /// Bits; above: match. `None`: chosen by the estimated error.
    pub match_weight_min: Option<f64>,
    /// Bits; from here to the match band a person decides. `None`: chosen from the match band.
    pub review_weight_min: Option<f64>,
    /// A block with more rows is split by further keys.
    pub block_rows_max: usize,
    /// A fitted model to use instead of fitting, absolute.
    pub model: Option<PathBuf>,
    /// At most one record per source in a person.
    pub one_per_source: bool,
    /// Comparisons of a pipeline's own fields (empty with the preset).
    pub comparisons: Vec<Comparison>,
    /// Blocking rules of a pipeline's own fields: each a list of key expressions such as `surname` or `postcode[0:4]`.
    pub blocking: Vec<Vec<String>>,
}

/// Where comparisons and blocking rules come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Chinese rosters.
    PersonCn,
    /// The pipeline's own.
    Custom,
}

/// A comparison of a pipeline's own fields.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Name, which becomes a column of `links`.
    pub name: String,
    /// Fields compared (two for `swapped`).
    pub fields: Vec<String>,
    /// exact, edit, jaro_winkler, tokens, date, number, array, swapped.
    pub kind: String,
    /// Thresholds of the levels between equal and different, best first.
    pub levels: Vec<f64>,
    /// Whether frequent values weigh less.
    pub term_frequency: bool,
    /// Whether members of a household usually have it in common (of two fields, the second).
    pub shared: bool,
}

/// A follow-up rule.
#[derive(Clone, Debug)]
pub struct Followup {
    /// Name of the rule.
    pub name: String,
    /// Heading on lists.
    pub title: String,
    /// Hours from `since` (or the run's date) until the visit is due.
    pub due_hours: Option<u32>,
    /// Other hours from a date on, for whom the rule holds since then; ascending.
    pub due_changes: Vec<(Date, u32)>,
    /// 1 is most urgent.
    pub priority: u32,
    /// What the list shows besides the standing columns.
    pub fields: Vec<String>,
    /// Whether a visit settles an item. If not (a test, a release), it is done when the rule no longer asks for it.
    pub visit_settles: bool,
    /// Type of event that settles an item where no visit does: one that the rule no longer asks for without such an event
    /// since then is withdrawn.
    pub settled_by: Option<String>,
    /// SQL over persons, events, members, grids, schedules giving person_id, since, reason.
    pub sql: String,
}

/// `[[schedule]]`: what has to be done on which day, from a date on. A rule is changed by a schedule of the same name and
/// a later date, so that who began before it goes on as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Name, e.g. `key_region`.
    pub name: String,
    /// First day on which somebody who begins is under it.
    pub from: Date,
    /// Days of tests; day 1 is the day of arrival.
    pub tests: Vec<u32>,
    /// Days of isolation, from day 1 on.
    pub isolation_days: u32,
    /// Days of health monitoring at home after them.
    pub monitoring_days: u32,
    /// Temperatures a day, as long as isolation and monitoring last.
    pub temperatures_a_day: u32,
}

/// `[returns]`: filled-in sheets that come back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Returns {
    /// Globs of sheets to read before the night, absolute. What was imported by hand is applied as well.
    pub paths: Vec<String>,
    /// Results that a worker may choose, in the order of the drop-down, and the word of [`VISIT_RESULTS`] that each
    /// means; empty: the usual ones.
    pub results: Vec<(String, String)>,
}

/// What the result of a visit may mean.
pub const VISIT_RESULTS: [&str; 12] = [
    "verified",
    "nobody_home",
    "vacant",
    "left",
    "handed_over",
    "dead_number",
    "no_such_person",
    "wrong_identity",
    "refused",
    "isolated",
    "duplicate",
    "cannot_tell",
];

/// Name of the built-in source whose records are the applied returns.
pub const RETURNS_SOURCE: &str = "returns";

/// `[publish]`
#[derive(Clone, Debug)]
pub struct Publish {
    /// In what leaves the centre as statistics, figures of persons from 1 to this number (exclusive) are not told.
    pub suppress_under: Option<u32>,
    /// Publish Parquet.
    pub parquet: bool,
    /// Publish one workbook per grid.
    pub xlsx: bool,
    /// How values are masked in what leaves the centre.
    pub mask: Mask,
}

/// How values are masked in lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// ID 3705**********1234, phone 138****5678, name 张*三.
    Standard,
    /// Nothing is masked.
    None,
}
