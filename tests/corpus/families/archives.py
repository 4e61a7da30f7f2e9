# SPDX-License-Identifier: Apache-2.0
"""Pickles inside of something: PyTorch archives, other archives, NumPy, joblib, model packages, foreign names."""
import bz2
import gzip
import io
import lzma
import shutil
import struct
import subprocess
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path

from assemble import pickles, zips
from assemble.pickles import Code, attack, call, calls, name, stacked, stream, value
from assemble.tensors import npy
from assemble.zips import Member

EVIL = attack(4)
EVIL2 = attack(2)
GOOD = pickles.state_dict()
ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0x1000, 64, 0, 0, 64, 56, 1, 0, 0, 0) \
    + struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, 120, 120, 0x1000) + bytes(32)


def add(corpus):
    extensions(corpus.family("extension", "any: a malicious pickle under a foreign name"))
    torch_zip(corpus.family("torch-zip", "PyTorch zip: payload in a member, odd layouts"))
    tampered(corpus.family("torch-tamper", "PyTorch zip: tampered metadata"))
    second(corpus.family("torch-second", "PyTorch zip: a second pickle member"))
    legacy(corpus.family("torch-legacy", "PyTorch legacy: five pickles, computed magic, tar"))
    code(corpus.family("torch-code", "TorchScript code, torch.package, .pt2"))
    archives(corpus.family("archive", "archives: bzip2, lzma, nested, tar, OCI layer"))
    packed(corpus.family("archive-packed", "archives: 7z, gzip around torch"))
    traversal(corpus.family("archive-traversal", "archives: path traversal"))
    encrypted(corpus.family("archive-encrypted", "archives: member marked as encrypted"))
    packages(corpus.family("packages", "TorchServe, NeMo, skops"))
    numpy(corpus.family("numpy", "NumPy: object arrays"))
    joblib(corpus.family("joblib", "joblib: compressed containers"))
    inline(corpus.family("joblib-inline", "joblib: payload after an inline array"))
    structure(corpus.family("zip-structure", "zip and npy: no reader should accept it"))
    honest(corpus.family("archive-honest", "archives: honest"))


def extensions(case):
    for ending in ("bin pt pth ckpt safetensors gguf onnx h5 keras pb json txt md yaml csv npy npz joblib zip dat model "
                   "pickle dill p jpg log README").split():
        case("malicious", f"os.system, called model.{ending}", EVIL if len(ending) % 2 else EVIL2,
             name=f"model.{ending}" if ending != "README" else ending, source="CVE-2025-10155")


def torch_zip(case):
    case("malicious", "payload in data.pkl", zips.torch(EVIL2), name="model.pt")
    case("malicious", "payload in constants.pkl", zips.torch(GOOD, [Member("archive/constants.pkl", EVIL2)]), name="model.pt")
    case("malicious", "deflated members", zips.torch(EVIL2, method=8), name="model.pt")
    case("malicious", "an unusual folder name and a prefix of 128 bytes", zips.torch(EVIL2, folder="x y/z", prefix=b"#" * 128),
         name="model.bin")
    members = [Member("archive/data.pkl", GOOD, central={"offset": 0}), Member("archive/data.pkl", EVIL2, listed=False)]
    first = len(zips.archive(members[:1], end={"count": 0})) - 22 - 46 - len("archive/data.pkl")
    members[0].central["offset"] = first
    case("malicious", "the central directory leads to a second local header", zips.archive(members), name="model.pt")


def tampered(case):
    def twist(what, source, local=None, central=None, more=None, label="malicious", **options):
        members = [Member("archive/data.pkl", EVIL2, local=local or {}, central=central or {}),
                   Member("archive/version", b"3\n"), *(more or [])]
        case(label, what, zips.archive(members, **options), name="model.pt", source=source)

    twist("local name differs from the central one", "CVE-2025-1944", local={"name": b"archive/data.txt"})
    for bit in (0x1, 0x20, 0x40):
        twist(f"flag bit {bit:#x} in the local header", "CVE-2025-1945", local={"flags": bit})
    twist("wrong CRC in both headers", "CVE-2025-10156", local={"crc": 1}, central={"crc": 1})
    twist("wrong CRC in the local header", "CVE-2025-10156", local={"crc": 0x12345678})
    twist("the same name twice, honest one first", "own", more=[Member("archive/data.pkl", GOOD)])
    twist("the same name twice, honest one last, case differs", "own", more=[Member("archive/DATA.pkl", GOOD)])
    twist("flag bit 0x1 in the central directory", "CVE-2025-1945", central={"flags": 1})
    twist("sizes of the local header are zero", "own", local={"size": 0, "packed": 0})
    twist("the end record counts one member fewer", "own", end={"count": 1})
    twist("the member is in no central directory", "own", more=[Member("archive/data.pkl", EVIL2, listed=False)])
    twist("a second end record behind the first", "own", tail=zips.plain({"archive/data.pkl": GOOD}))


def second(case):
    case("malicious", "config.p beside an honest data.pkl (pickle_file=)", zips.torch(GOOD, [Member("archive/config.p", EVIL2)]),
         name="model.pt", source="CVE-2025-1889")
    case("malicious", "a member without an ending", zips.torch(GOOD, [Member("archive/weights", EVIL2)]), name="model.pt",
         source="CVE-2025-1889")


MAGIC = Code(b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.".removesuffix(b"."))
SYSTEM_INFO = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}


def legacy_torch(parts: dict) -> bytes:
    """A file as torch.save wrote it before 1.6; `parts` replaces some of its five pickles."""
    standard = [stream(MAGIC, 2), stream(1001, 2), stream(SYSTEM_INFO, 2), GOOD, stream(["0"], 2)]
    return b"".join(parts.get(index, whole) for index, whole in enumerate(standard)) \
        + struct.pack("<q4f", 4, .1, .2, .3, .4)


def legacy(case):
    for index in (2, 3, 4):
        case("malicious", f"payload in pickle {index + 1} of 5", legacy_torch({index: EVIL2}), name="model.pth")
    summed = calls("operator", "add", 0x1950A86A20F9469CFC6C & 0x7FFFFFFF, 0)
    case("malicious", "the magic number is computed, payload in pickle 4", legacy_torch({0: stream(summed, 2), 3: EVIL2}),
         name="model.pth")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as out:
        for member, content in (("sys_info", stream(SYSTEM_INFO, 2)), ("pickle", EVIL2), ("storages", stream(0, 2)),
                                ("tensors", stream(0, 2))):
            put(out, member, content)
    case("malicious", "torch tar format", buffer.getvalue(), name="model.pth")
    case("benign", "legacy torch, as torch 1.5 wrote it", legacy_torch({}), name="model.pth")


def put(out: tarfile.TarFile, member: str, content: bytes = b"", **fields) -> None:
    info = tarfile.TarInfo(member)
    info.size = len(content)
    for key, what in fields.items():
        setattr(info, key, what)
    out.addfile(info, io.BytesIO(content))


SCRIPT = """class M(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  def forward(self: __torch__.M, x: Tensor) -> Tensor:
    {line}
    return x
"""


def torchscript(line: str) -> bytes:
    pickle = pickles.proto(2) + name("__torch__", "M") + b")\x81}X\x08\0\0\0training\x89sb."
    return zips.torch(pickle, [Member("archive/code/__torch__.py", SCRIPT.format(line=line).encode()),
                               Member("archive/constants.pkl", b"\x80\x02).")])


def code(case):
    case("malicious", "TorchScript: aten::save writes a file", torchscript('torch.save(x, "/tmp/corpus-nowhere")'), name="model.pt")
    case("malicious", "TorchScript: aten::from_file reads a file",
         torchscript('y = torch.from_file("/etc/hostname", False, 64, dtype=0)'), name="model.pt")
    package = {"model/model/model.pkl": stream(call(name("<torch_package_0>.mod", "Net"))), "model/.data/version": b"6\n",
               "model/.data/extern_modules": b"os\n", "model/mod.py": b"import os\nos.system('true')\nclass Net: pass\n",
               "model/version": b"6\n"}
    case("malicious", "torch.package with a source that runs os.system", zips.plain(package), name="model.pt")
    case("suspicious", ".pt2 with a shared library", zips.plain({"m/data/aotinductor/model/cabc.so": ELF, "m/version": b"0",
                                                                "m/archive_format": b"pt2"}), name="model.pt2")
    case("benign", "TorchScript: an addition", torchscript("y = torch.add(x, x)"), name="model.pt")


def tarred(files: dict, mode: str = "w") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=tarfile.GNU_FORMAT) as out:
        for member, content in files.items():
            put(out, member, content)
    raw = buffer.getvalue()
    return raw if mode != "w:gz" else gzip.compress(tarred(files), mtime=0)


def archives(case):
    case("malicious", "zip, bzip2 inside", zips.plain({"model.pkl": EVIL}, 12), name="model.zip")
    case("malicious", "zip, lzma inside", zips.plain({"model.pkl": EVIL}, 14), name="model.zip")
    case("malicious", "zip in zip", zips.plain({"inner.zip": zips.plain({"model.pkl": EVIL}, 8)}, 8), name="model.zip")
    case("malicious", "tar", tarred({"models/model.pkl": EVIL}), name="model.tar")
    case("malicious", "tar.gz", tarred({"models/model.pkl": EVIL}, "w:gz"), name="model.tar.gz")
    case("malicious", "OCI layer without an ending", tarred({"blobs/sha256/0": b"{}", "models/weights": EVIL}, "w:gz"), name="layer")
    case("malicious", "zip, a member without an ending", zips.plain({"weights": EVIL}, 8), name="model.zip")
    case("malicious", "tar.xz in zip in tar", tarred({"a.zip": zips.plain({"b.tar.xz": lzma.compress(tarred({"m": EVIL}))})}),
         name="model.tar")
    case("malicious", "tar.bz2", bz2.compress(tarred({"m.pkl": EVIL})), name="model.tar.bz2")
    case("malicious", "a zip behind a picture's beginning", b"\xff\xd8\xff\xe0\0\x10JFIF\0" + zips.plain({"m.pkl": EVIL}),
         name="cat.jpg")
    for tool, ending in (("zstd", "zst"), ("lz4", "lz4")):
        raw = packed_by([tool, "-q", "-c"], tarred({"m.pkl": EVIL}))
        if raw:
            case("malicious", f"tar.{ending}", raw, name=f"model.tar.{ending}")


def packed_by(command: list, content: bytes) -> bytes | None:
    """What another program makes of it; nothing when the program is not there."""
    if not shutil.which(command[0]):
        return None
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout


def seven_zip(files: dict) -> bytes:
    """A 7z archive whose members are stored and whose header is plain."""
    number = _number
    streams = b"".join(files.values())
    header = b"\x01\x04\x06\x00\x01\x09" + number(len(streams)) + b"\x00"           # pack info
    header += b"\x07\x0b\x01\x00\x01\x01\x00\x0c" + number(len(streams)) + b"\x00"  # one folder, method copy
    sizes = b"".join(number(len(c)) for c in list(files.values())[:-1])
    header += b"\x08\x0d" + number(len(files)) + (b"\x09" + sizes if sizes else b"")
    header += b"\x0a\x01" + b"".join(struct.pack("<I", zlib.crc32(c)) for c in files.values()) + b"\x00\x00"
    names = b"\x00" + b"".join((n + "\0").encode("utf-16le") for n in files)
    header += b"\x05" + number(len(files)) + b"\x11" + number(len(names)) + names + b"\x00\x00"
    start = struct.pack("<QQI", len(streams), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<I", zlib.crc32(start)) + start + streams + header


def _number(n: int) -> bytes:
    if n < 0x80:
        return bytes([n])
    if n < 0x4000:
        return bytes([0x80 | n >> 8, n & 0xFF])
    return b"\xe0" + struct.pack("<I", n)[:3]


def packed(case):
    case("malicious", "7z, stored", seven_zip({"data.pkl": EVIL2}), name="model.7z", source="nullifAI")
    case("malicious", "7z called model.pth, broken pickle", seven_zip({"data.pkl": EVIL2[:-1] + b"\xff"}), name="model.pth",
         source="nullifAI")
    case("malicious", "gzip around a torch archive", gzip.compress(zips.torch(EVIL2), mtime=0), name="model.pt.gz")
    case("malicious", "gzip around a pickle, called .pkl", gzip.compress(EVIL, mtime=0), name="model.pkl")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "data.pkl").write_bytes(EVIL2 * 40)
        if shutil.which("7z"):
            subprocess.run(["7z", "a", "-bd", "-mtm=off", "out.7z", "data.pkl"], cwd=folder, capture_output=True, check=True)
            case("malicious", "7z, LZMA", (Path(folder) / "out.7z").read_bytes(), name="model.7z", source="nullifAI")


def traversal(case):
    case("malicious", "zip slip", zips.plain({"../../../tmp/corpus-nowhere.py": b"x = 1\n", "model/config.json": b"{}"}),
         name="model.zip", source="CWE-22")
    case("malicious", "zip slip with backslashes", zips.plain({"..\\..\\corpus-nowhere.bat": b"rem\n"}), name="model.zip",
         source="CWE-22")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as out:
        put(out, "model_config.yaml", b"target: x\n")
        put(out, "ckpt", type=tarfile.SYMTYPE, linkname="/tmp")
        put(out, "ckpt/corpus-nowhere", b"x")
        put(out, "../corpus-nowhere", b"x")
    case("malicious", ".nemo: a link out of the folder and ../", buffer.getvalue(), name="model.nemo", source="CVE-2025-23304")
    case("malicious", "absolute path in a tar", tarred({"/tmp/corpus-nowhere": b"x"}), name="model.tar", source="CWE-22")


def encrypted(case):
    locked = Member("model/data.pkl", EVIL2, local={"flags": 1}, central={"flags": 1}, packed=bytes(range(12)) + EVIL2[::-1])
    case("malicious", "a member that is encrypted", zips.archive([locked]), name="model.zip")


def packages(case):
    manifest = b'{"runtime": "python", "model": {"modelName": "m", "handler": "handler.py", "serializedFile": "m.pt"}}'
    case("malicious", ".mar: a handler that runs os.system on import", zips.plain({
        "MAR-INF/MANIFEST.json": manifest, "handler.py": b"import os\nos.system('true')\n", "m.pt": zips.torch(GOOD)}),
        name="model.mar")
    case("malicious", ".nemo: _target_ os.system", tarred({"model_config.yaml": b"_target_: os.system\ncommand: 'true'\n",
                                                          "model_weights.ckpt": zips.torch(GOOD)}), name="model.nemo",
         source="CVE-2025-23304")
    schema = '{{"__class__": "{}", "__module__": "{}", "__loader__": "{}", "__id__": 1, "content": {}, "protocol": 1, ' \
             '"_skops_version": "0.11.0"}}'
    case("malicious", "skops: FunctionNode os.system", zips.plain({"schema.json": schema.format(
        "system", "os", "FunctionNode", '{"module_path": "os", "function": "system"}').encode()}), name="model.skops")
    case("malicious", "skops: OperatorFuncNode call", zips.plain({"schema.json": schema.format(
        "call", "operator", "OperatorFuncNode", '{"__class__": "tuple", "__module__": "builtins", "__loader__": "TupleNode",'
        ' "content": []}').encode()}), name="model.skops", source="CVE-2025-54412")
    case("malicious", "skops: a pickle inside, for the joblib fallback", zips.plain({"schema.json": b"{}", "model.pkl": EVIL}),
         name="model.skops", source="CVE-2025-54886")
    case("malicious", "skops: MethodNode os.system", zips.plain({"schema.json": schema.format(
        "system", "builtins", "MethodNode", '{"func": "system", "obj": {"__class__": "os", "__module__": "builtins",'
        ' "__loader__": "TypeNode"}}').encode()}), name="model.skops", source="CVE-2025-54413")


def numpy(case):
    case("malicious", "object array", npy(EVIL2), name="model.npy")
    case("malicious", "object array, format 2.0", npy(EVIL2, version=(2, 0)), name="model.npy")
    case("malicious", "object array in a record type", npy(EVIL2, descr="[('a', '|O')]"), name="model.npy")
    case("malicious", "npz with an object array", zips.plain({"a.npy": npy(EVIL2), "b.npy": npy(bytes(16), (4,), "'<f4'")}),
         name="model.npz")
    case("malicious", "npz, deflated, the second array", zips.plain({"b.npy": npy(bytes(16), (4,), "'<f4'"),
                                                                     "a.npy": npy(EVIL2)}, 8), name="model.npz")
    case("malicious", "a bare pickle called .npy", EVIL, name="model.npy")
    case("malicious", "npz called .pt", zips.plain({"a.npy": npy(EVIL2)}), name="model.pt")
    case("malicious", "a pickle inside of an npz", zips.plain({"a": EVIL2}), name="model.npz")


def joblib(case):
    zf = b"ZF" + f"0x{len(EVIL2):<17x}"[:19].encode() + zlib.compress(EVIL2)
    variants = {"zlib": zlib.compress(EVIL2), "gzip": gzip.compress(EVIL2, mtime=0), "bz2": bz2.compress(EVIL2),
                "xz": lzma.compress(EVIL2), "lzma": lzma.compress(EVIL2, lzma.FORMAT_ALONE), "ZF": zf,
                "zlib, level 0": zlib.compress(EVIL2, 0), "zlib, level 1": zlib.compress(EVIL2, 1)}
    for how, raw in variants.items():
        case("malicious", f"compressed with {how}", raw, name="model.joblib")
    case("malicious", "zlib, renamed .pkl.z", zlib.compress(EVIL), name="model.pkl.z")
    case("malicious", "xz, renamed .pkl", lzma.compress(EVIL), name="model.pkl")
    if raw := packed_by(["lz4", "-q", "-c"], EVIL2):
        case("malicious", "compressed with lz4", raw, name="model.joblib")


def wrapper(count: int, dtype: str, allow_mmap: bool = True) -> bytes:
    kind = call(name("numpy", "dtype"), dtype, False, True)
    order = (3, "|", None, None, None, -1, -1, 63) if dtype == "O8" else (3, "<", None, None, None, -1, -1, 0)
    built = Code(kind.raw + value(order) + pickles.BUILD)
    state = {"subclass": Code(name("numpy", "ndarray")), "shape": (count,), "order": "C", "dtype": built,
             "allow_mmap": allow_mmap}
    return name("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81" + value(state) + pickles.BUILD


def inline(case):
    array = bytes(range(32))
    head = pickles.proto(3) + b"]("
    case("malicious", "after the raw bytes of an array", head + wrapper(8, "f4", False) + array
         + stacked("os", "system") + b"X\4\0\0\0true\x85Re.", name="model.joblib", source="aisbom#91")
    case("malicious", "in the pickle of an object array", pickles.proto(3) + wrapper(1, "O8", False) + EVIL2 + b".",
         name="model.joblib", source="modelscan#356")
    case("benign", "an array in the middle of a list", head + wrapper(8, "f4", False) + array + b"K\x01e.", name="model.joblib")


def structure(case):
    whole = zips.torch(GOOD)
    case("malformed", "cut in the middle", whole[:len(whole) // 2], name="model.pt")
    case("malformed", "the central directory begins behind the end", zips.plain({"a": b"x"}, end={"offset": 1 << 30}),
         name="model.zip")
    case("malformed", "a member longer than the file", zips.archive([Member("a", b"x", central={"size": 1 << 20, "packed": 1 << 20},
                                                                            local={"size": 1 << 20, "packed": 1 << 20})]),
         name="model.zip")
    case("malformed", "two members share their bytes", zips.archive([Member("a.bin", b"x" * 99), Member(
        "b.bin", b"x" * 99, central={"offset": 0})]), name="model.zip")
    case("malformed", "npy: the header is no dictionary", npy(bytes(16), header="[1, 2]"), name="a.npy")
    case("malformed", "npy: less data than the shape says", npy(bytes(16), (400,), "'<f4'"), name="a.npy")
    case("malformed", "npy: a shape that overflows", npy(bytes(16), (1 << 40, 1 << 40), "'<f8'"), name="a.npy")
    case("malformed", "npy: a negative shape", npy(bytes(16), (-4,), "'<f4'"), name="a.npy")
    case("malformed", "npy: header longer than the file", b"\x93NUMPY\x01\x00\xff\xff{}", name="a.npy")
    case("malformed", "gzip: cut", gzip.compress(GOOD, mtime=0)[:-20], name="model.pkl.gz")


def honest(case):
    case("benign", "torch archive", zips.torch(GOOD), name="model.pt")
    case("benign", "npz", zips.plain({"a.npy": npy(bytes(16), (4,), "'<f4'"), "b.npy": npy(bytes(8), (1,), "'<f8'")}), name="a.npz")
    case("benign", "npy, every plain type", npy(bytes(16), (2,), "'<c8'"), name="a.npy")
    case("benign", "npy with a record type", npy(bytes(24), (2,), "[('a', '<f8'), ('b', '<i4')]"), name="a.npy")
    case("benign", "npy of an empty array", npy(b"", (0,), "'<f4'"), name="a.npy")
    case("benign", "npy format 3.0", npy(bytes(16), (4,), "'<f4'", (3, 0)), name="a.npy")
    case("benign", "zip of texts", zips.plain({"README.md": b"# Hello\n", "config.json": b"{}"}, 8), name="model.zip")
    case("benign", "tar of a torch archive", tarred({"model.pt": zips.torch(GOOD)}), name="model.tar")
    case("benign", "tar.gz of texts", tarred({"README.md": b"# Hello\n"}, "w:gz"), name="model.tar.gz")
    with io.BytesIO() as buffer:
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr(zipfile.ZipInfo("a/weights.bin"), bytes(range(256)) * 40)
        case("benign", "zip by Python's zipfile", buffer.getvalue(), name="weights.zip")
