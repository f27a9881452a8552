//! A column of values: in memory, or lent by whoever keeps it elsewhere, so that a step reads either alike.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// Something that holds values and lends them for as long as it lives.
pub trait Lender<S: ?Sized>: Send + Sync {
    /// The values.
    fn lend(&self) -> &S;
}

/// Keeps columns where they take no memory of the process for good, e.g. in a file.
pub trait Keeper: Sync {
    /// Takes a copy of `values`; `None` where they cannot be kept, and then they stay where they are.
    fn keep<T: Copy + Send + Sync + 'static>(&self, values: &[T]) -> Option<Arc<dyn Lender<[T]>>>;
    /// The same of a text.
    fn keep_text(&self, text: &str) -> Option<Arc<dyn Lender<str>>>;
}

/// Values of one column, read as a slice. Whoever changes a lent column gets a copy of it in memory first.
pub enum Column<T: 'static> {
    /// In memory.
    Own(Vec<T>),
    /// Lent.
    Lent(Arc<dyn Lender<[T]>>),
}

impl<T: Copy> Column<T> {
    /// The values in memory, to be changed.
    #[inline]
    pub fn own(&mut self) -> &mut Vec<T> {
        if let Self::Lent(lender) = self {
            *self = Self::Own(copied(&**lender));
        }
        match self {
            Self::Own(values) => values,
            Self::Lent(_) => unreachable!("a lent column was copied above"),
        }
    }

    /// Adds a value behind the others.
    #[inline]
    pub fn push(&mut self, value: T) {
        self.own().push(value);
    }

    /// Adds values behind the others.
    pub fn extend_from_slice(&mut self, values: &[T]) {
        self.own().extend_from_slice(values);
    }

    /// Makes it `len` values long; new ones are `value`.
    pub fn resize(&mut self, len: usize, value: T) {
        self.own().resize(len, value);
    }

    /// Takes no memory from now on if `keeper` can keep the values.
    pub fn keep(&mut self, keeper: &impl Keeper)
    where
        T: Send + Sync,
    {
        if let Self::Own(values) = self
            && let Some(lender) = keeper.keep(values)
        {
            *self = Self::Lent(lender);
        }
    }
}

/// What seldom happens, apart from what happens for every value.
#[cold]
fn copied<T: Copy>(lender: &dyn Lender<[T]>) -> Vec<T> {
    lender.lend().to_vec()
}

impl<T> Deref for Column<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match self {
            Self::Own(values) => values,
            Self::Lent(lender) => lender.lend(),
        }
    }
}

impl<T: Copy> DerefMut for Column<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        self.own()
    }
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self::Own(Vec::new())
    }
}

impl<T: Clone> Clone for Column<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Own(values) => Self::Own(values.clone()),
            Self::Lent(lender) => Self::Lent(lender.clone()),
        }
    }
}

impl<T> fmt::Debug for Column<T> {
    /// How many values there are: what they are is nobody's business.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} values", self.len())
    }
}

impl<T> From<Vec<T>> for Column<T> {
    fn from(values: Vec<T>) -> Self {
        Self::Own(values)
    }
}

impl<T> FromIterator<T> for Column<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self::Own(values.into_iter().collect())
    }
}

impl<T: Copy> Extend<T> for Column<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        self.own().extend(values);
    }
}

impl<'a, T> IntoIterator for &'a Column<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: PartialEq> PartialEq for Column<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

/// A long text in memory, or a lent one.
#[derive(Clone)]
pub(super) enum Text {
    /// In memory.
    Own(String),
    /// Lent.
    Lent(Arc<dyn Lender<str>>),
}

impl Text {
    /// The text in memory, to be changed.
    pub(super) fn own(&mut self) -> &mut String {
        if let Self::Lent(lender) = self {
            *self = Self::Own(lender.lend().to_owned());
        }
        match self {
            Self::Own(text) => text,
            Self::Lent(_) => unreachable!("a lent text was copied above"),
        }
    }

    /// Takes no memory from now on if `keeper` can keep it.
    pub(super) fn keep(&mut self, keeper: &impl Keeper) {
        if let Self::Own(text) = self
            && let Some(lender) = keeper.keep_text(text)
        {
            *self = Self::Lent(lender);
        }
    }
}

impl Deref for Text {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        match self {
            Self::Own(text) => text,
            Self::Lent(lender) => lender.lend(),
        }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps columns in memory of its own; refuses empty ones.
    struct Shelf;

    struct Kept<S>(S);

    impl<T: Send + Sync> Lender<[T]> for Kept<Vec<T>> {
        fn lend(&self) -> &[T] {
            &self.0
        }
    }

    impl Lender<str> for Kept<String> {
        fn lend(&self) -> &str {
            &self.0
        }
    }

    impl Keeper for Shelf {
        fn keep<T: Copy + Send + Sync + 'static>(&self, values: &[T]) -> Option<Arc<dyn Lender<[T]>>> {
            (!values.is_empty()).then(|| Arc::new(Kept(values.to_vec())) as Arc<dyn Lender<[T]>>)
        }

        fn keep_text(&self, text: &str) -> Option<Arc<dyn Lender<str>>> {
            Some(Arc::new(Kept(text.to_owned())))
        }
    }

    #[test]
    fn a_lent_column_reads_the_same_and_is_copied_when_it_changes() {
        let mut column: Column<u32> = vec![3, 1, 2].into();
        column.keep(&Shelf);
        assert!(matches!(column, Column::Lent(_)));
        assert_eq!((&column[1..], column.iter().sum::<u32>()), (&[1, 2][..], 6));
        let kept = column.clone();
        column.push(7);
        column[0] = 9;
        assert!(matches!(column, Column::Own(_)));
        assert_eq!((column, kept), (vec![9, 1, 2, 7].into(), vec![3, 1, 2].into()));
    }

    #[test]
    fn what_cannot_be_kept_stays() {
        let mut column: Column<u8> = Vec::new().into();
        column.keep(&Shelf);
        assert!(matches!(column, Column::Own(_)));
    }

    #[test]
    fn a_lent_text_grows_in_memory() {
        let mut text = Text::Own("王伟".into());
        text.keep(&Shelf);
        assert_eq!(&*text, "王伟");
        text.own().push('娜');
        assert_eq!((&*text, format!("{text:?}")), ("王伟娜", "9 bytes".to_owned()));
    }
}
