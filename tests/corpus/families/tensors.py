# SPDX-License-Identifier: Apache-2.0
"""Files that hold weights and describe themselves: safetensors and GGUF."""
import json
import struct

from assemble import tensors as t
from assemble.tensors import ARRAY, F32, STRING, U8, U32, Raw, gguf, pair, safetensors, template_pair, tensor_info, weights

from .templates import BACKDOORS, HONEST, INJECTIONS


def add(corpus):
    gguf_templates(corpus.family("gguf-template", "GGUF: chat template reaches code"))
    gguf_backdoors(corpus.family("gguf-behaviour", "GGUF: chat template changes what the model is told"))
    gguf_structure(corpus.family("gguf-structure", "GGUF: structure"))
    gguf_honest(corpus.family("gguf-honest", "GGUF: honest"))
    safetensors_structure(corpus.family("safetensors-structure", "safetensors: structure"))
    safetensors_metadata(corpus.family("safetensors-metadata", "safetensors: code or secrets in __metadata__"))
    safetensors_honest(corpus.family("safetensors-honest", "safetensors: honest"))


def gguf_templates(case):
    for what, template in INJECTIONS.items():
        case("malicious", what, gguf([template_pair(template)]), name="model.gguf", source="CVE-2024-34359")
    first = next(iter(INJECTIONS.values()))
    case("malicious", "in a named template", gguf([template_pair(HONEST["chatml"]), template_pair(
        first, "tokenizer.chat_template.tool_use")]), name="model.gguf", source="CVE-2024-34359")
    case("malicious", "the file is called .bin", gguf([template_pair(first)]), name="model.bin", source="CVE-2024-34359")


def gguf_backdoors(case):
    for what, template in BACKDOORS.items():
        case("malicious", what, gguf([template_pair(template)]), name="model.gguf", source="Canary")


def gguf_structure(case):
    def bad(what, raw, source="own"):
        case("malformed", what, raw, name="model.gguf", source=source)

    bad("n_kv is 2^61", gguf(n_pairs=1 << 61), "Databricks 2024")
    bad("n_kv is larger than the file", gguf(n_pairs=9999), "Databricks 2024")
    bad("n_tensors is 2^62", gguf(n_tensors=1 << 62), "Databricks 2024")
    bad("n_tensors is larger than the file", gguf(n_tensors=9999), "Databricks 2024")
    bad("a string of 2^64-1 bytes", gguf([t.string("k") + struct.pack("<I", STRING) + t.string("v", (1 << 64) - 1)]), "TALOS-2024-1912")
    bad("a key longer than the file", gguf([t.string("k", 1 << 40) + struct.pack("<I", STRING) + t.string("v")]), "TALOS-2024-1913")
    bad("an array of 2^62 numbers", gguf([pair("a", ARRAY, Raw(struct.pack("<IQ", U32, 1 << 62)))]), "TALOS-2024-1914")
    bad("an array of 2^61 strings", gguf([pair("a", ARRAY, Raw(struct.pack("<IQ", STRING, 1 << 61)))]), "TALOS-2024-1915")
    bad("a tensor of 2^31 dimensions", gguf(tensors=[tensor_info(n_dims=1 << 31)]), "Databricks 2024")
    bad("a tensor of 9 dimensions", gguf(tensors=[tensor_info(dims=(1,) * 9)]), "TALOS-2024-1916")
    bad("dimensions that multiply beyond 2^64", gguf(tensors=[tensor_info(dims=(1 << 33, 1 << 33))]), "CVE-2025-53630")
    bad("a tensor behind the end", gguf(tensors=[tensor_info(offset=1 << 40)]), "CVE-2026-7482")
    bad("a tensor offset that overflows", gguf(tensors=[tensor_info(offset=(1 << 64) - 32)]), "CVE-2025-53630")
    bad("alignment 0", gguf([pair("general.alignment", U32, 0)]))
    bad("alignment 24", gguf([pair("general.alignment", U32, 24)]))
    bad("an unknown value type", gguf([t.string("k") + struct.pack("<I", 99) + bytes(8)]))
    bad("an unknown tensor type", gguf(tensors=[tensor_info(kind=250)]))
    bad("the same key twice", gguf([pair("llama.block_count", U32, 2)]))
    bad("the same tensor twice", gguf(tensors=[tensor_info(), tensor_info()]))
    nest = struct.pack("<IQ", ARRAY, 1) * 4000 + struct.pack("<IQ", U8, 1) + b"\1"
    bad("arrays in arrays, 4,000 deep", gguf([pair("a", ARRAY, Raw(nest))]))
    bad("two tensors share their bytes", gguf(tensors=[tensor_info("a", (4, 4)), tensor_info("b", (4, 4), offset=32)], body=bytes(128)))
    bad("an offset that is not aligned", gguf(tensors=[tensor_info(offset=7)], body=bytes(128)))
    bad("cut in the middle of the pairs", gguf([pair("a", STRING, "x" * 200)])[:120])
    bad("version 77", gguf(version=77))
    bad("a truth value of 2", gguf([t.string("k") + struct.pack("<I", t.BOOL) + b"\2"]))
    bad("a dimension of 0 and one of 2^63", gguf(tensors=[tensor_info(dims=(0, 1 << 63))]))


def gguf_honest(case):
    for what, template in HONEST.items():
        case("benign", f"chat template: {what}", gguf([template_pair(template)]), name="model.gguf")
    words = pair("tokenizer.ggml.tokens", ARRAY, (STRING, [f"tok{i}" for i in range(3000)]))
    scores = pair("tokenizer.ggml.scores", ARRAY, (F32, [float(-i) for i in range(3000)]))
    case("benign", "with a vocabulary", gguf([words, scores]), name="model.gguf")
    case("benign", "version 2", gguf(version=2), name="model.gguf")
    case("benign", "alignment 64, two tensors", gguf([pair("general.alignment", U32, 64)], [
        tensor_info("a", (4, 4)), tensor_info("b", (4,), offset=64)], body=bytes(80), alignment=64), name="model.gguf")
    case("benign", "quantised, Q4_0", gguf(tensors=[tensor_info(dims=(32, 2), kind=2)], body=bytes(36)), name="model.gguf")


def safetensors_structure(case):
    def bad(what, raw, source="own"):
        case("malformed", what, raw, name="model.safetensors", source=source)

    good = {"w": weights()}
    bad("header length 2^63", safetensors(good, length=1 << 63))
    bad("header longer than the file", safetensors(good, length=4096))
    bad("header length 0", safetensors(good, length=0))
    bad("header of 200 MB is said", safetensors(good, length=200_000_000))
    bad("two tensors overlap", safetensors({"a": weights(), "b": weights(begin=8, end=24)}, bytes(24)))
    bad("a hole between two tensors", safetensors({"a": weights(), "b": weights(begin=32, end=48)}, bytes(48)))
    bad("shape and length disagree", safetensors({"w": weights((3, 3))}))
    bad("a shape that overflows", safetensors({"w": weights((1 << 33, 1 << 33))}))
    bad("an unknown dtype", safetensors({"w": weights(dtype="F77")}))
    bad("end before begin", safetensors({"w": weights(begin=16, end=0)}))
    bad("the same tensor twice", safetensors(b'{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},'
                                             b'"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}'))
    bad("__metadata__ twice", safetensors(b'{"__metadata__":{"a":"b"},"__metadata__":{"a":"c"},'
                                          b'"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}'))
    bad("bytes behind the last tensor", safetensors(good, bytes(16) + b"#!/bin/sh\ntrue\n"))
    bad("data is missing", safetensors(good, bytes(8)))
    bad("the header is a list", safetensors(b"[1, 2]"))
    bad("the header is not JSON", safetensors(b"{'w': 1}"))
    bad("JSON, 100,000 deep", safetensors(b'{"w":' + b"[" * 100_000 + b"]" * 100_000 + b"}"))
    bad("metadata that is no text", safetensors({"__metadata__": {"a": [1]}, **good}))
    bad("a negative offset", safetensors(b'{"w":{"dtype":"F32","shape":[2,2],"data_offsets":[-16,0]}}'))
    bad("a fractional shape", safetensors(b'{"w":{"dtype":"F32","shape":[2.0,2],"data_offsets":[0,16]}}'))
    bad("seven bytes", b"\x10\0\0\0\0\0\0")


def safetensors_metadata(case):
    for label, what, metadata in (
            ("suspicious", "Python code", {"init": "import os; os.system('true')"}),
            ("suspicious", "an AWS key", {"note": "AKIA" + "IOSFODNN7" + "EXAMPLQ", "secret": "wJalrXUtnFEMIK7MDENG" + "bPxRfiCYzzzzzzzzzzzz"}),
            ("malicious", "a chat template that reaches code", {"chat_template": INJECTIONS["globals through cycler"]})):
        case(label, what, safetensors({"__metadata__": metadata, "w": weights()}), name="model.safetensors")


def safetensors_honest(case):
    good = {"w": weights()}
    for what, header, body in (
            ("one tensor", good, bytes(16)), ("with metadata", {"__metadata__": {"format": "pt"}, **good}, bytes(16)),
            ("an empty tensor", {"e": weights((0, 4), 16, 16), **good}, bytes(16)),
            ("a scalar", {"s": weights((), 0, 4)}, bytes(4)), ("no tensor", {}, b""),
            ("tensors in another order", {"b": weights(begin=16, end=32), "a": weights()}, bytes(32)),
            ("bfloat16 and eight-bit floats", {"a": weights((8,), 0, 16, "BF16"), "b": weights((16,), 16, 32, "F8_E4M3")}, bytes(32)),
            ("training notes", {"__metadata__": {"ss_training_comment": "trained with `exec torchrun`; see https://example.org",
                                                 "modelspec.license": "Apache-2.0"}, **good}, bytes(16)),
            ("2,000 tensors", {f"layers.{i}.w": weights((4,), 16 * i, 16 * i + 16) for i in range(2000)}, bytes(32000))):
        case("benign", what, safetensors(header, body), name="model.safetensors")
    index = json.dumps({"metadata": {"total_size": 32}, "weight_map": {"w": "model-00001-of-00002.safetensors",
                                                                       "v": "model-00002-of-00002.safetensors"}})
    case("benign", "two shards and their index", {"model.safetensors.index.json": index,
                                                  "model-00001-of-00002.safetensors": safetensors(good),
                                                  "model-00002-of-00002.safetensors": safetensors({"v": weights()})})
