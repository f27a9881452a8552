//! Which number the dates of a column begin with, where single ones do not tell.

use super::cells::value;
use crate::config::Mapping;
use crate::kernels::date::{Order, order_told};
use crate::tables::RawChunk;

/// The orders of the mappings of one chunk that were asked for.
#[derive(Debug, Default)]
pub(super) struct Orders<'a>(Vec<(&'a Mapping, Option<Order>)>);

impl<'a> Orders<'a> {
    /// The order that most dates of the mapping leave no doubt of, in the same chunk of rows. It is looked for once, and not
    /// before a date is met that needs it.
    pub(super) fn told(&mut self, mapping: &'a Mapping, rows: &RawChunk) -> Option<Order> {
        if let Some((_, told)) = self.0.iter().find(|(known, _)| std::ptr::eq(*known, mapping)) {
            return *told;
        }
        let (mut counts, mut buffer) = ([0_u32; 3], String::new());
        for at in 0..rows.len() {
            if let Some(order) = order_told(value(mapping, rows, at, &mut buffer)) {
                counts[order as usize] += 1;
            }
        }
        let most = counts.into_iter().max().filter(|&most| most > 0);
        let orders = [Order::YearFirst, Order::MonthFirst, Order::DayFirst];
        let mut with_most = orders.into_iter().filter(|&order| Some(counts[order as usize]) == most);
        let told = with_most.next().filter(|_| with_most.next().is_none());
        self.0.push((mapping, told));
        told
    }
}
