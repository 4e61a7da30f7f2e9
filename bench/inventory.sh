#!/bin/sh
# The inventory of 20,000 small files and 4 GiB of weights, against the same work by openssl.
# usage: bench/inventory.sh BUILD_FOLDER [SCRATCH_FOLDER]   (needs hyperfine and 5 GiB of disk)
set -eu
bench=$1/inventory_bench
scratch=${2:-$(mktemp -d)}
data=$scratch/system
cores=$(nproc)

if [ ! -e "$data/made" ]; then
  mkdir -p "$data/models"
  for shard in 1 2 3 4; do
    head -c 1073741824 /dev/urandom > "$data/models/shard-$shard.bin"
  done
  python3 - "$data" << 'PYTHON'
import os, random, sys
random.seed(1)
for i in range(20000):
    folder = f"{sys.argv[1]}/src/{i % 200:03}"
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/{i}.py", "wb") as file:
        file.write(random.randbytes(random.randrange(200, 8000)))
PYTHON
  touch "$data/made"
  sleep 3 # what is fresh is not remembered
fi
find "$data" -type f -print0 | xargs -0 cat > /dev/null # warm the page cache

hyperfine --warmup 1 --runs "${RUNS:-7}" \
  -n "openssl, $cores processes" \
  "find $data -type f -print0 | xargs -0 -P$cores -n 64 openssl dgst -sha256 > /dev/null" \
  -n "cupel, no cache" "$bench $data"
"$bench" "$data" "$scratch/cache"
hyperfine --warmup 1 --runs "${RUNS:-7}" -n "cupel, unchanged" "$bench $data $scratch/cache"
