//! The words that a pipeline file may use and what they stand for: pure tables.

use super::types::{Agency, DedicatedGrids, Encoding, Format, GridEvidence, GridField, Mask, PersonField, Preset};
use crate::message::Lang;

pub(super) const AGENCIES: &[(&str, Agency)] =
    &[("police", Agency::Police), ("health", Agency::Health), ("community", Agency::Community), ("self", Agency::Own)];

pub(super) const FORMATS: &[(&str, Format)] = &[
    ("csv", Format::Text),
    ("tsv", Format::Text),
    ("txt", Format::Text),
    ("xlsx", Format::Xlsx),
    ("xls", Format::Xls),
    ("parquet", Format::Parquet),
    ("jsonl", Format::Jsonl),
];

pub(super) const ENCODINGS: &[(&str, Encoding)] = &[
    ("utf-8", Encoding::Utf8),
    ("utf-16", Encoding::Utf16),
    ("gb18030", Encoding::Gb18030),
    ("gbk", Encoding::Gb18030),
    ("gb2312", Encoding::Gb18030),
    ("utf8", Encoding::Utf8),
    ("utf16", Encoding::Utf16),
];

pub(super) const LOCALES: &[(&str, Lang)] = &[("zh-CN", Lang::Zh), ("en", Lang::En)];

pub(super) const PRESETS: &[(&str, Preset)] = &[("person-cn", Preset::PersonCn), ("custom", Preset::Custom)];

pub(super) const MASKS: &[(&str, Mask)] = &[("standard", Mask::Standard), ("none", Mask::None)];

/// Fields of the grid directory; where a field has two names the first is the one that is shown.
pub(super) const GRID_FIELDS: &[(&str, GridField)] = &[
    ("code", GridField::Code),
    ("name", GridField::Name),
    ("kind", GridField::Kind),
    ("community", GridField::Community),
    ("street", GridField::Street),
    ("county_code", GridField::CountyCode),
    ("county", GridField::County),
    ("worker", GridField::Worker),
    ("worker_phone", GridField::WorkerPhone),
    ("helpers", GridField::Helpers),
    ("estates", GridField::Estates),
    ("buildings", GridField::Buildings),
    ("road", GridField::Road),
    ("numbers", GridField::Numbers),
    ("estate", GridField::Estates),
    ("building", GridField::Buildings),
    ("number", GridField::Numbers),
];

/// Kinds of evidence of where a person lives, in the order where a pipeline names none.
pub(super) const GRID_EVIDENCE: &[(&str, GridEvidence)] = &[
    ("grid_code", GridEvidence::GridCode),
    ("flat", GridEvidence::Flat),
    ("road", GridEvidence::Road),
    ("estate", GridEvidence::Estate),
    ("other_grid_code", GridEvidence::OtherGridCode),
    ("household", GridEvidence::Household),
    ("registered", GridEvidence::Registered),
];

/// What a dedicated grid is to a person who lives in a base grid.
pub(super) const DEDICATED_GRIDS: &[(&str, DedicatedGrids)] =
    &[("beside", DedicatedGrids::Beside), ("instead", DedicatedGrids::Instead)];

/// Canonical fields of a person.
pub(super) const PERSON_FIELDS: &[(&str, PersonField)] = &[
    ("record_id", PersonField::RecordId),
    ("name", PersonField::Name),
    ("former_name", PersonField::FormerName),
    ("sex", PersonField::Sex),
    ("id_number", PersonField::IdNumber),
    ("id_type", PersonField::IdType),
    ("birth_date", PersonField::BirthDate),
    ("age", PersonField::Age),
    ("phone", PersonField::Phone),
    ("address", PersonField::Address),
    ("registered_address", PersonField::RegisteredAddress),
    ("estate", PersonField::Estate),
    ("building", PersonField::Building),
    ("unit", PersonField::Unit),
    ("room", PersonField::Room),
    ("grid_code", PersonField::GridCode),
    ("household_head", PersonField::HouseholdHead),
    ("relation", PersonField::Relation),
    ("ethnicity", PersonField::Ethnicity),
    ("updated_at", PersonField::UpdatedAt),
];

/// What a list may show of an item beside the columns of its rule's SQL: of the person, and of the event that it is about.
pub(super) const LIST_FIELDS: &[&str] = &[
    "name",
    "sex",
    "id_number",
    "document",
    "birth_date",
    "age",
    "phone",
    "phones",
    "address",
    "registered_address",
    "ethnicity",
    "grid_code",
    "grid_by",
    "dedicated_grid_code",
    "household",
    "lives_elsewhere",
    "person_id",
    "records",
    "sources",
    "agencies",
    "conflicts",
    "name_source",
    "sex_source",
    "id_number_source",
    "birth_date_source",
    "phones_source",
    "address_source",
    "at",
    "place",
];

/// How a comparison's thresholds are ordered and bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Levels {
    /// It has none.
    None,
    /// Similarities above 0 and up to 1, falling.
    Similarity,
    /// Distances from 0, rising.
    Distance,
    /// Numbers of common elements from 1, falling.
    Count,
}

/// Kinds of comparison of a pipeline's own fields.
pub(super) const COMPARISON_KINDS: &[(&str, Levels)] = &[
    ("exact", Levels::None),
    ("edit", Levels::Distance),
    ("jaro_winkler", Levels::Similarity),
    ("tokens", Levels::Similarity),
    ("date", Levels::Distance),
    ("number", Levels::Distance),
    ("array", Levels::Count),
    ("swapped", Levels::None),
];
