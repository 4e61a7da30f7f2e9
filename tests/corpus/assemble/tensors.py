# SPDX-License-Identifier: Apache-2.0
"""NumPy arrays, safetensors and GGUF."""
import json
import struct


def npy(content: bytes, shape=(1,), descr: str = "'|O'", version=(1, 0), header: str | None = None) -> bytes:
    words = header or f"{{'descr': {descr}, 'fortran_order': False, 'shape': {tuple(shape)!r}, }}"
    head = words.encode()
    size = 2 if version[0] == 1 else 4
    head += b" " * (-(len(head) + 9 + size) % 64) + b"\n"
    return b"\x93NUMPY" + bytes(version) + struct.pack("<H" if size == 2 else "<I", len(head)) + head + content


def safetensors(header, body: bytes = b"\0" * 16, length: int | None = None) -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    raw += b" " * (-len(raw) % 8)
    return struct.pack("<Q", len(raw) if length is None else length) + raw + body


def weights(shape=(2, 2), begin: int = 0, end: int = 16, dtype: str = "F32") -> dict:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}


U8, I8, U16, I16, U32, I32, F32, BOOL, STRING, ARRAY, U64, I64, F64 = range(13)
FORMATS = {U8: "<B", I8: "<b", U16: "<H", I16: "<h", U32: "<I", I32: "<i", F32: "<f", BOOL: "<?", U64: "<Q",
           I64: "<q", F64: "<d"}


def string(value: str | bytes, length: int | None = None) -> bytes:
    raw = value if isinstance(value, bytes) else value.encode()
    return struct.pack("<Q", len(raw) if length is None else length) + raw


def gguf_value(kind: int, value) -> bytes:
    if kind == STRING:
        return string(value)
    if kind == ARRAY:
        inner, items = value
        return struct.pack("<IQ", inner, len(items)) + b"".join(gguf_value(inner, item) for item in items)
    return struct.pack(FORMATS[kind], value)


def pair(key: str, kind: int, value) -> bytes:
    return string(key) + struct.pack("<I", kind) + (value if isinstance(value, Raw) else gguf_value(kind, value))


class Raw(bytes):
    """A value that is written as it stands."""


def tensor_info(name: str = "token_embd.weight", dims=(4, 4), kind: int = 0, offset: int = 0,
                n_dims: int | None = None) -> bytes:
    count = len(dims) if n_dims is None else n_dims
    return (string(name) + struct.pack("<I", count) + b"".join(struct.pack("<Q", dim) for dim in dims)
            + struct.pack("<IQ", kind, offset))


def gguf(pairs=(), tensors=(), *, body: bytes | None = None, version: int = 3, n_pairs: int | None = None,
         n_tensors: int | None = None, alignment: int = 32, magic: bytes = b"GGUF") -> bytes:
    """Header, pairs, tensor descriptions, padding, data; counts may lie."""
    standard = [pair("general.architecture", STRING, "llama"), pair("general.name", STRING, "tiny"),
                pair("llama.block_count", U32, 1)]
    pairs = standard + list(pairs)
    tensors = list(tensors) or [tensor_info()]
    out = magic + struct.pack("<IQQ", version, len(tensors) if n_tensors is None else n_tensors,
                              len(pairs) if n_pairs is None else n_pairs)
    out += b"".join(pairs) + b"".join(tensors)
    out += b"\0" * (-len(out) % alignment)
    return out + (b"\0" * 64 if body is None else body)


def template_pair(template: str, key: str = "tokenizer.chat_template") -> bytes:
    return pair(key, STRING, template)
