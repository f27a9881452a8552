//! The follow-up lists as they are handed out: one per grid of the directory, and one for the unassigned. Values stand
//! here as they are known; masking them and drawing the workbook is the work of `publish`.

use super::persons::PersonId;
use jiff::civil::DateTime;
use std::sync::Arc;

/// The list of one grid. A grid with nothing due has a list with no rows: an empty list says that nothing is due, a
/// missing one says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GridList {
    /// County; empty if the directory does not say, or for the unassigned.
    pub county: String,
    /// Street or township; empty as above.
    pub street: String,
    /// Community or village; empty as above.
    pub community: String,
    /// Code of the grid; `None`: the unassigned.
    pub grid_code: Option<String>,
    /// Name of the grid; empty if the directory does not say.
    pub grid_name: String,
    /// `base` or `dedicated`; empty if the directory does not say.
    pub kind: String,
    /// Name of the grid worker; empty if the directory does not say.
    pub worker: String,
    /// Phone of the grid worker, unmasked; empty if the directory does not say.
    pub worker_phone: String,
    /// Visits, by priority, deadline and address.
    pub rows: Vec<ListRow>,
    /// Of a dedicated grid: its people whom the grid where they live visits, in the same order. They are shown behind the
    /// visits and counted in none of them; a row stands on the list of the other grid too.
    pub beside: Vec<ListRow>,
}

impl GridList {
    /// Every row that is shown: the visits, then who is visited by another grid.
    pub fn shown(&self) -> impl Iterator<Item = &ListRow> {
        self.rows.iter().chain(&self.beside)
    }
}

/// One visit to one person, for every rule that asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListRow {
    /// Items that the visit settles, in the order of the rules.
    pub item_ids: Vec<String>,
    /// Row of the person in [`super::Persons`].
    pub person: u32,
    /// Key of the person.
    pub person_id: PersonId,
    /// Titles of the rules, joined by `；`.
    pub rules: String,
    /// Reasons, distinct, joined by `；`; empty if the rules give none.
    pub reasons: String,
    /// Smallest priority of the rules; 1 is most urgent.
    pub priority: u32,
    /// Earliest deadline.
    pub due_at: Option<DateTime>,
    /// The latest time that one of its rules gives, in seconds local time.
    pub since: Option<i64>,
    /// The fields that the rules ask for, by canonical name (`name`, `phone`, `address`, …; publish gives the heading),
    /// with their value unmasked, empty where unknown. Every row of a list has the same fields in the same order.
    pub fields: Vec<(Arc<str>, String)>,
}
