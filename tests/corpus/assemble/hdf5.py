# SPDX-License-Identifier: Apache-2.0
"""The smallest HDF5 file: a superblock and an empty root group. Whatever has content is made with h5py."""
import struct

NOWHERE = (1 << 64) - 1
HEADER, TREE, HEAP, NAMES, END = 96, 136, 680, 712, 800


def empty() -> bytes:
    superblock = b"\x89HDF\r\n\x1a\n" + struct.pack("<8BHHI", 0, 0, 0, 0, 0, 8, 8, 0, 4, 16, 0)
    superblock += struct.pack("<4Q", 0, NOWHERE, END, NOWHERE) + struct.pack("<QQIIQQ", 0, HEADER, 1, 0, TREE, HEAP)
    header = struct.pack("<BBHIIxxxx", 1, 0, 1, 1, 24) + struct.pack("<HHBxxxQQ", 0x11, 16, 0, TREE, HEAP)
    tree = (b"TREE" + struct.pack("<BBHQQ", 0, 0, 0, NOWHERE, NOWHERE)).ljust(HEAP - TREE, b"\0")
    heap = b"HEAP" + struct.pack("<BxxxQQQ", 0, END - NAMES, 8, NAMES)
    return superblock + header + tree + heap + struct.pack("<QQQ", 0, 1, 80).ljust(END - NAMES, b"\0")
