# SPDX-License-Identifier: Apache-2.0
"""Pickle streams, opcode by opcode. Nothing here pickles an object, and nothing loads one."""
import struct

STOP, MARK, POP, POP_MARK, DUP = b".", b"(", b"0", b"1", b"2"
REDUCE, BUILD, TUPLE, LIST, DICT = b"R", b"b", b"t", b"l", b"d"
EMPTY_TUPLE, EMPTY_LIST, EMPTY_DICT, EMPTY_SET = b")", b"]", b"}", b"\x8f"
TUPLE1, TUPLE2, TUPLE3 = b"\x85", b"\x86", b"\x87"
APPEND, APPENDS, SETITEM, SETITEMS = b"a", b"e", b"s", b"u"
NEWOBJ, NEWOBJ_EX, OBJ, STACK_GLOBAL = b"\x81", b"\x92", b"o", b"\x93"
MEMOIZE, BINPERSID, NONE, TRUE, FALSE = b"\x94", b"Q", b"N", b"\x88", b"\x89"


def proto(version: int) -> bytes:
    return b"\x80" + bytes([version])


def text(value: str) -> bytes:
    """The shortest of the unicode opcodes that protocol 4 has."""
    raw = value.encode("utf-8", "surrogatepass")
    return b"\x8c" + bytes([len(raw)]) + raw if len(raw) < 256 else b"X" + struct.pack("<I", len(raw)) + raw


def text2(value: str) -> bytes:
    """BINUNICODE, which protocol 2 has too."""
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def data(value: bytes) -> bytes:
    return b"C" + bytes([len(value)]) + value if len(value) < 256 else b"B" + struct.pack("<I", len(value)) + value


def integer(value: int) -> bytes:
    return b"K" + bytes([value]) if 0 <= value < 256 else b"J" + struct.pack("<i", value)


def put(index: int) -> bytes:
    return b"q" + bytes([index])


def get(index: int) -> bytes:
    return b"h" + bytes([index])


def name(module: str, attribute: str) -> bytes:
    """GLOBAL: a name by two lines of text."""
    return f"c{module}\n{attribute}\n".encode()


def stacked(module: str, attribute: str) -> bytes:
    """STACK_GLOBAL: a name by two strings on the stack."""
    return text(module) + text(attribute) + STACK_GLOBAL


def value(thing) -> bytes:
    """A plain Python value; bytes in front of bytes are opcodes already."""
    match thing:
        case Code():
            return thing.raw
        case None:
            return NONE
        case bool():
            return TRUE if thing else FALSE
        case int():
            return integer(thing)
        case str():
            return text(thing)
        case bytes():
            return data(thing)
        case tuple():
            return EMPTY_TUPLE if not thing else MARK + b"".join(map(value, thing)) + TUPLE
        case list():
            return EMPTY_LIST + MARK + b"".join(map(value, thing)) + APPENDS
        case dict():
            return EMPTY_DICT + MARK + b"".join(value(k) + value(v) for k, v in thing.items()) + SETITEMS
        case float():
            return b"G" + struct.pack(">d", thing)
    raise TypeError(type(thing))


class Code:
    """Opcodes that stand where a value is wanted."""

    def __init__(self, raw: bytes):
        self.raw = raw


def call(function: bytes, *arguments) -> Code:
    return Code(function + value(tuple(arguments)) + REDUCE)


def calls(module: str, attribute: str, *arguments) -> Code:
    return call(stacked(module, attribute), *arguments)


def stream(content, version: int = 4) -> bytes:
    """A whole pickle: PROTO, the value, STOP."""
    return proto(version) + value(content) + STOP


def framed(content) -> bytes:
    body = value(content) + STOP
    return proto(4) + b"\x95" + struct.pack("<Q", len(body)) + body


RUN = "true"  # the harmless command of every payload


def attack(version: int = 4) -> bytes:
    """os.system("true"), as plain as can be."""
    if version < 2:
        return name("os", "system") + b"(S'true'\ntR."
    if version < 4:
        return proto(version) + name("os", "system") + text2(RUN) + TUPLE1 + REDUCE + STOP
    return stream(calls("os", "system", RUN))


def tensor(storage: str = "0", count: int = 4) -> Code:
    """What torch.save writes for a tensor: a persistent id and a rebuild function."""
    identity = value(("storage", Code(name("torch", "FloatStorage")), storage, "cpu", count)) + BINPERSID
    hooks = Code(name("collections", "OrderedDict") + EMPTY_TUPLE + REDUCE)
    return call(name("torch._utils", "_rebuild_tensor_v2"), Code(identity), 0, (2, 2), (2, 1), False, hooks)


def state_dict() -> bytes:
    """An honest torch state dictionary."""
    return stream(Code(name("collections", "OrderedDict") + EMPTY_TUPLE + REDUCE + MARK + text2("weight")
                       + tensor().raw + SETITEMS), 2)
