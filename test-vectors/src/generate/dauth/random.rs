//! Bytes that look random and are the same each time: what a producer would draw by chance follows from the vector's id.

use ring::digest::{SHA256, digest};

/// So many bytes, for one purpose of one vector.
pub(crate) fn bytes(id: &str, purpose: &str, len: usize) -> Vec<u8> {
    let block = |number: usize| digest(&SHA256, format!("{id}/{purpose}/{number}").as_bytes());
    let mut bytes: Vec<u8> =
        (0..len.div_ceil(32)).flat_map(|number| block(number).as_ref().to_vec()).collect();
    bytes.truncate(len);
    bytes
}
