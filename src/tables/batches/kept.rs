//! Tables whose buffers are kept elsewhere than in memory.

use crate::tables::{Keeper, Lender};
use arrow::array::{ArrayData, RecordBatch, make_array};
use arrow::buffer::Buffer;
use std::sync::Arc;

/// The same batch with every buffer that `keeper` takes kept by it.
pub fn kept(batch: RecordBatch, keeper: &impl Keeper) -> RecordBatch {
    let columns = batch.columns().iter().map(|column| make_array(kept_data(column.to_data(), keeper))).collect();
    // Equal in type and length: a batch that cannot be made is one that was not kept.
    RecordBatch::try_new(batch.schema(), columns).unwrap_or(batch)
}

fn kept_data(data: ArrayData, keeper: &impl Keeper) -> ArrayData {
    let buffers = data.buffers().iter().map(|buffer| kept_buffer(buffer, keeper)).collect();
    let children = data.child_data().iter().map(|child| kept_data(child.clone(), keeper)).collect();
    let builder = data.clone().into_builder().buffers(buffers).child_data(children);
    builder.build().unwrap_or(data)
}

fn kept_buffer(buffer: &Buffer, keeper: &impl Keeper) -> Buffer {
    struct Lent(Arc<dyn Lender<[u8]>>);

    impl AsRef<[u8]> for Lent {
        fn as_ref(&self) -> &[u8] {
            self.0.lend()
        }
    }

    match keeper.keep::<u8>(buffer.as_slice()) {
        Some(lender) => Buffer::from(bytes::Bytes::from_owner(Lent(lender))),
        None => buffer.clone(),
    }
}
