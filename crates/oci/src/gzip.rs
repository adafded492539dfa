use std::{
    io::{self, Read},
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use flate2::{Compress, CompressError, Compression, Crc, FlushCompress, Status, read::MultiGzDecoder};

/// How much is compressed at a time. It is part of the result: another size gives other bytes.
const BLOCK: usize = 1 << 20;
/// The level, which is part of the result too.
const LEVEL: u32 = 6;
/// A header that tells no time, no name and no system.
///
/// Source: RFC 1952, section 2.3.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// Returns `content` as one gzip member, the same bytes on every machine however many processors it has.
///
/// Blocks of fixed size are compressed independently, as `pigz -i` does, and joined.
pub(crate) fn compress(content: &[u8]) -> Result<Vec<u8>, CompressError> {
    let blocks: Vec<&[u8]> = if content.is_empty() { vec![content] } else { content.chunks(BLOCK).collect() };
    let done: Vec<OnceLock<Result<Vec<u8>, CompressError>>> = blocks.iter().map(|_| OnceLock::new()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(block) = blocks.get(at) else { break };
            // Each number is given out once, so that the place is empty.
            let _ = done[at].set(deflate(block, at + 1 == blocks.len()));
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(blocks.len()).min(16);
    let mut check = Crc::new();
    std::thread::scope(|scope| {
        (1..threads).for_each(|_| drop(scope.spawn(work)));
        check.update(content);
        work();
    });
    let mut gzip = HEADER.to_vec();
    for block in done {
        gzip.extend(block.into_inner().expect("because the threads took every block before the scope ended")?);
    }
    gzip.extend(check.sum().to_le_bytes());
    gzip.extend(check.amount().to_le_bytes());
    Ok(gzip)
}

/// Returns `block` as raw deflate that ends on a byte, closed if it is the last.
fn deflate(block: &[u8], is_last: bool) -> Result<Vec<u8>, CompressError> {
    let flush = if is_last { FlushCompress::Finish } else { FlushCompress::Sync };
    let mut compress = Compress::new(Compression::new(LEVEL), false);
    let mut out = Vec::with_capacity(block.len() / 2 + 1024);
    loop {
        let rest = &block[usize::try_from(compress.total_in()).unwrap_or(block.len())..];
        let status = compress.compress_vec(rest, &mut out, flush)?;
        let room = out.len() < out.capacity();
        if status == Status::StreamEnd || (!is_last && room && compress.total_in() == block.len() as u64) {
            return Ok(out);
        }
        out.reserve(block.len() / 4 + 1024);
    }
}

/// Returns a reader of what `gzip` holds, at most `limit` bytes, behind which it fails.
pub(crate) fn decompress(gzip: &[u8], limit: u64) -> impl Read {
    Limited { reader: MultiGzDecoder::new(gzip), left: limit }
}

struct Limited<R> {
    reader: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "it unpacks to more than is ever read"))?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use towpath_model::Digest;

    use super::*;

    #[test]
    fn what_is_compressed_comes_back_and_is_always_the_same() {
        let mixed = |length: usize| -> Vec<u8> {
            let noise = (0_u64..).flat_map(|n| Digest::of(&(n / 3).to_le_bytes()).as_bytes().to_vec());
            noise.take(length).collect()
        };
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 17] {
            let content = mixed(length);
            let gzip = compress(&content).unwrap();
            assert_eq!(gzip, compress(&content).unwrap());
            let mut back = Vec::new();
            decompress(&gzip, 1 << 30).read_to_end(&mut back).unwrap();
            assert!(back == content, "{length} bytes");
        }
        let bomb = compress(&vec![0; 4 << 20]).unwrap();
        let error = decompress(&bomb, 1 << 20).read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.to_string(), "it unpacks to more than is ever read");
    }

    #[test]
    fn the_bytes_are_those_of_every_machine() {
        let content: Vec<u8> = (0..2_500_000_u32).map(|n| (n.wrapping_mul(n) >> 11).to_le_bytes()[0] & 0x3f).collect();
        let digest = Digest::of(&compress(&content).unwrap()).to_string();
        assert_eq!(digest, "sha256:b9ef0f6ef7f72937c1107948180f76bb3c6c76c533b571400b663ce4b04ec5b7");
    }
}
