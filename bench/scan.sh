#!/bin/sh
# cupel scan against the figures of docs/quality.md: a 2 GB checkpoint with and without its digest,
# 2,000 small files, 12 million opcodes, bombs; beside openssl and whichever of picklescan, modelscan,
# fickling and modelaudit are in PATH. usage: bench/scan.sh BUILD_FOLDER [SCRATCH_FOLDER]   (3 GiB)
set -eu
cupel=$(realpath "$1")/cupel
data=${2:-$(mktemp -d)}
[ -e "$data/made" ] || python3 - "$data" << 'PYTHON'
import os, pickle, random, struct, sys, zipfile, zlib
root = sys.argv[1]
random.seed(2)
os.makedirs(f"{root}/small", exist_ok=True)

def checkpoint(path, tensors, size):
    """A torch zip: a state_dict of float tensors in storages of their own."""
    p = bytearray(b"\x80\x02}q\x00(")
    for i in range(tensors):
        name = f"layer.{i}.weight".encode()
        p += b"X" + struct.pack("<I", len(name)) + name
        p += b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n"
        key = str(i).encode()
        p += b"X" + struct.pack("<I", len(key)) + key + b"X\x03\x00\x00\x00cpuJ"
        p += struct.pack("<i", size // 4) + b"tQK\x00J" + struct.pack("<i", size // 4)
        p += b"\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR"
    p += b"u."
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("archive/data.pkl", bytes(p))
        archive.writestr("archive/version", "3\n")
        for i in range(tensors):
            with archive.open(f"archive/data/{i}", "w", force_zip64=True) as member:
                for _ in range(size >> 20):
                    member.write(os.urandom(1 << 20))

checkpoint(f"{root}/checkpoint.pt", 16, 125 << 20)
for i in range(2000):
    kind = i % 4
    if kind == 0:
        with open(f"{root}/small/{i}.pkl", "wb") as f:
            pickle.dump({"w": [random.random() for _ in range(700)]}, f)
    elif kind == 1:
        header = b'{"w":{"dtype":"F32","shape":[2000],"data_offsets":[0,8000]}}'
        header += b" " * (-len(header) % 8)
        with open(f"{root}/small/{i}.safetensors", "wb") as f:
            f.write(struct.pack("<Q", len(header)) + header + os.urandom(8000))
    elif kind == 2:
        with zipfile.ZipFile(f"{root}/small/{i}.pt", "w") as archive:
            archive.writestr("archive/data.pkl", pickle.dumps(list(range(500)), 2))
            archive.writestr("archive/data/0", os.urandom(4000))
    else:
        text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2000,), }".ljust(117) + "\n"
        with open(f"{root}/small/{i}.npy", "wb") as f:
            f.write(b"\x93NUMPY\x01\x00v\x00" + text.encode() + os.urandom(8000))
with open(f"{root}/opcodes.pkl", "wb") as f:  # 12 million opcodes, 44 MB
    f.write(b"\x80\x02](" + b"K\x01M\x02\x03J\x04\x05\x06\x07U\x03abc" * 3_000_000 + b"e.")
with open(f"{root}/laughs.pkl", "wb") as f:  # a billion laughs
    f.write(b"\x80\x02]q\x00" + b"".join(
        b"]q" + bytes([i + 1]) + b"(" + (b"h" + bytes([i])) * 10 + b"e" for i in range(30)) + b".")
with zipfile.ZipFile(f"{root}/bomb.pt", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    archive.writestr("archive/data.pkl", b"\x80\x02N.")
    archive.writestr("archive/data/0", bytes(300 << 20))
open(f"{root}/made", "w").close()
PYTHON
cat "$data"/checkpoint.pt "$data"/small/* "$data"/*.pkl > /dev/null # warm the page cache

median() { # of $2 runs: seconds and the peak of memory in MiB
  for _ in $(seq "$2"); do
    /usr/bin/time -f '%e %M' -o "$data/time" sh -c "$1" > /dev/null 2>&1 || true
    tail -n 1 "$data/time"
  done | sort -n | sed -n "$((($2 + 1) / 2))p" | awk '{printf "%8.3f s %7.0f MiB", $1, $2 / 1024}'
}
row() { printf '%-34s %-12s %s\n' "$1" "$2" "$(median "$3" "${4:-5}")"; }
row "2 GB checkpoint" openssl "openssl dgst -sha256 $data/checkpoint.pt"
for input in checkpoint.pt small opcodes.pkl laughs.pkl bomb.pt; do
  row "$input" cupel "$cupel scan $data/$input"
  row "$input, --no-hash" cupel "$cupel scan --no-hash $data/$input"
  for peer in "picklescan -p" "modelscan -p" "fickling --check-safety" "modelaudit scan"; do
    command -v "${peer%% *}" > /dev/null && row "$input" "${peer%% *}" "timeout 300 $peer $data/$input" 1 # some take minutes
  done
done
exit 0
