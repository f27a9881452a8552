//! Tables whose buffers are kept elsewhere than in memory.

#![allow(unsafe_code, reason = "what was valid before it was kept is not read again to see that")]

use crate::tables::{Keeper, Lender};
use arrow::array::{ArrayData, RecordBatch, make_array};
use arrow::buffer::Buffer;
use hashbrown::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A fresh batch holds its buffers, and so does what is asked of it here: who else holds one shares it.
const HOLDERS: usize = 2;

/// Keeps the batches of one table.
pub struct Aside<'k, K> {
    keeper: &'k K,
    /// What batches share, by place and length, beside what was kept of it: the texts of all persons' keys would otherwise be
    /// kept with every batch. What is shared is held, so that nothing else comes to its place.
    shared: Mutex<HashMap<(usize, usize), (Buffer, Buffer)>>,
}

impl<'k, K: Keeper> Aside<'k, K> {
    /// Batches are kept by `keeper`.
    pub fn new(keeper: &'k K) -> Self {
        Self { keeper, shared: Mutex::default() }
    }

    /// The same batch with every buffer that the keeper takes kept by it.
    pub fn keep(&self, batch: RecordBatch) -> RecordBatch {
        let columns = batch.columns().iter().map(|column| make_array(self.data(&column.to_data()))).collect();
        // Equal in type and length: a batch that cannot be made is one that was not kept.
        RecordBatch::try_new(batch.schema(), columns).unwrap_or(batch)
    }

    fn data(&self, data: &ArrayData) -> ArrayData {
        let buffers = data.buffers().iter().map(|buffer| self.buffer(buffer)).collect();
        let children = data.child_data().iter().map(|child| self.data(child)).collect();
        let builder = data.clone().into_builder().buffers(buffers).child_data(children);
        if cfg!(debug_assertions) {
            return builder.build().expect("what was kept is what it was");
        }
        // SAFETY: every buffer holds the bytes of the one in whose place it stands, which were valid. Reading all of them
        // to see that would bring back every page that was just given away.
        unsafe { builder.build_unchecked() }
    }

    fn buffer(&self, buffer: &Buffer) -> Buffer {
        if buffer.strong_count() <= HOLDERS {
            return self.kept(buffer);
        }
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = shared.entry((buffer.as_ptr().addr(), buffer.len()));
        kept.or_insert_with(|| (buffer.clone(), self.kept(buffer))).1.clone()
    }

    fn kept(&self, buffer: &Buffer) -> Buffer {
        struct Lent(Arc<dyn Lender<[u8]>>);

        impl AsRef<[u8]> for Lent {
            fn as_ref(&self) -> &[u8] {
                self.0.lend()
            }
        }

        match self.keeper.keep::<u8>(buffer.as_slice()) {
            Some(lender) => Buffer::from(bytes::Bytes::from_owner(Lent(lender))),
            None => buffer.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, AsArray, ListBuilder, StringViewArray, StringViewBuilder, make_view};

    /// Keeps everything in memory and notes how much that is.
    struct Counting(Mutex<Vec<usize>>);

    struct Copy<T>(Vec<T>);

    impl<T: Send + Sync> Lender<[T]> for Copy<T> {
        fn lend(&self) -> &[T] {
            &self.0
        }
    }

    impl Keeper for Counting {
        fn keep<T: std::marker::Copy + Send + Sync + 'static>(&self, values: &[T]) -> Option<Arc<dyn Lender<[T]>>> {
            self.0.lock().unwrap().push(size_of_val(values));
            Some(Arc::new(Copy(values.to_vec())))
        }

        fn keep_text(&self, _: &str) -> Option<Arc<dyn Lender<str>>> {
            None
        }
    }

    #[test]
    fn what_batches_share_is_kept_once_and_nothing_else_is_held() {
        let words: Vec<String> = (0..10).map(|i| format!("a text that stands in a block {i}")).collect();
        let block = Buffer::from_vec(words.concat().into_bytes());
        let shared = |from: usize| -> ArrayRef {
            let view = |i: usize| make_view(words[i].as_bytes(), 0, (i * words[0].len()) as u32);
            let views: Vec<u128> = (from..from + 5).map(view).collect();
            Arc::new(StringViewArray::try_new(views.into(), vec![block.clone()], None).unwrap())
        };
        let own = |from: usize| -> ArrayRef {
            let mut lists = ListBuilder::new(StringViewBuilder::new());
            lists.append_value((from..from + 5).map(|i| Some(&words[i])));
            for _ in 0..4 {
                lists.append(true);
            }
            Arc::new(lists.finish())
        };
        let keeper = Counting(Mutex::default());
        let aside = Aside::new(&keeper);
        let kept: Vec<RecordBatch> = [0, 5]
            .map(|from| {
                let batch = [("shared", shared(from)), ("own", own(from))];
                aside.keep(RecordBatch::try_from_iter(batch).unwrap())
            })
            .into();
        for (batch, from) in kept.iter().zip([0, 5]) {
            let shared: Vec<_> = batch.column(0).as_string_view().iter().flatten().collect();
            assert_eq!(shared, words[from..from + 5]);
            let first = batch.column(1).as_list::<i32>().value(0);
            assert_eq!(first.as_string_view().iter().flatten().collect::<Vec<_>>(), words[from..from + 5]);
        }
        let held: Vec<usize> = aside.shared.lock().unwrap().values().map(|(buffer, _)| buffer.len()).collect();
        assert_eq!(held, [block.len()]);
        let times = keeper.0.lock().unwrap().iter().filter(|&&bytes| bytes == block.len()).count();
        assert_eq!(times, 1);
    }
}
