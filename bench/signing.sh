#!/bin/sh
# cupel sign and verify beside the Python reference and sha256sum, in one run: one file of 2 GiB with
# one core, eight files with all, 20,000 small files, and 100,000 that were verified before.
# usage: bench/signing.sh BUILD_FOLDER [SCRATCH_FOLDER]   (6 GiB of disk; tools/interop first)
set -eu
cupel=$(realpath "$1")/cupel
scratch=${2:-$(mktemp -d)}
reference=$(dirname "$0")/../build/interop/bin/model_signing
cores=$(nproc)
export XDG_CACHE_HOME="$scratch/cache"

if [ ! -e "$scratch/made" ]; then
  mkdir -p "$scratch/large" "$scratch/several" "$scratch/small" "$scratch/many"
  head -c 2147483648 /dev/urandom > "$scratch/large/weights.bin"
  for shard in 0 1 2 3 4 5 6 7; do head -c 268435456 /dev/urandom > "$scratch/several/w$shard.bin"; done
  python3 - "$scratch" << 'PYTHON'
import os, sys
for folder, count in (("small", 20000), ("many", 100000)):
    for i in range(count):
        where = f"{sys.argv[1]}/{folder}/d{i % 200:03}"
        os.makedirs(where, exist_ok=True)
        with open(f"{where}/f{i}.bin", "wb") as file:
            file.write(os.urandom(64) * 64)
PYTHON
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$scratch/key.pem"
  openssl pkey -in "$scratch/key.pem" -pubout -out "$scratch/key.pub.pem"
  touch "$scratch/made"
  sleep 3 # what is fresh is not remembered
fi
cat "$scratch"/large/* "$scratch"/several/* > /dev/null
find "$scratch/small" "$scratch/many" -type f -print0 | xargs -0 cat > /dev/null

seconds() { # the median of three
  for _ in 1 2 3; do
    begin=$(date +%s.%N)
    eval "$1" > /dev/null 2>&1
    end=$(date +%s.%N)
    echo "$end $begin" | awk '{print $1 - $2}'
  done | sort -n | sed -n 2p
}
row() { # what, ours, its name, theirs
  echo "$2 $4" | awk -v what="$1" -v peer="$3" \
    '{printf "%-34s %8.3f s   %-22s %8.3f s   %5.2f x as fast\n", what, $1, peer, $2, $2 / $1}'
}
ours() { echo "'$cupel' sign '$scratch/$1' --key '$scratch/key.pem' --signature '$scratch/ours.sig' --rehash"; }
theirs() {
  echo "'$reference' sign key '$scratch/$1' --private_key '$scratch/key.pem' --signature '$scratch/theirs.sig'"
}

row "2 GiB, one core" "$(seconds "taskset -c 0 $(ours large)")" \
  "reference" "$(seconds "taskset -c 0 $(theirs large)")"
row "2 GiB, one core" "$(seconds "taskset -c 0 $(ours large)")" \
  "sha256sum" "$(seconds "taskset -c 0 sha256sum '$scratch/large/weights.bin'")"
row "8 x 256 MiB, $cores cores" "$(seconds "$(ours several)")" "reference" "$(seconds "$(theirs several)")"
row "20,000 x 4 KiB, $cores cores" "$(seconds "$(ours small)")" "reference" "$(seconds "$(theirs small)")"
row "20,000 x 4 KiB, $cores cores" "$(seconds "$(ours small)")" "sha256sum, $cores processes" \
  "$(seconds "find '$scratch/small' -type f -print0 | xargs -0 -P$cores -n 500 sha256sum")"
"$cupel" sign "$scratch/many" --key "$scratch/key.pem" --signature "$scratch/many.sig" --quiet > /dev/null
verify="'$cupel' verify '$scratch/many' --key '$scratch/key.pub.pem' --signature '$scratch/many.sig'"
row "100,000 files verified again" "$(seconds "$verify")" "with --rehash" "$(seconds "$verify --rehash")"
