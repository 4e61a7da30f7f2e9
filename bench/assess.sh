#!/bin/sh
# cupel assess over 20,000 small text files and 4 GiB of weights, first and unchanged, against
# hashing the same files by openssl on as many cores; and how long until the program says its
# first word. usage: bench/assess.sh BUILD_FOLDER [SCRATCH_FOLDER]   (5 GiB of disk)
set -eu
cupel=$(realpath "$1")/cupel
scratch=${2:-$(mktemp -d)}
data=$scratch/system
cores=$(nproc)

if [ ! -e "$scratch/made" ]; then
  mkdir -p "$data/weights"
  for shard in 0 1 2 3 4 5 6 7; do
    head -c 536870912 /dev/urandom > "$data/weights/w$shard.bin"
  done
  python3 - "$data" << 'PYTHON'
import os, random, sys
random.seed(1)
for i in range(20000):
    folder = f"{sys.argv[1]}/small/d{i % 100:03}"
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/f{i}.txt", "w") as file:
        file.write(f"line of text {i}\n" * random.randrange(10, 500))
PYTHON
  printf 'cupel: 1\nname: bench\nversion: "1"\nscenario: fraud-detection\nroles: [developer]\n' > "$data/cupel.yaml"
  touch "$scratch/made"
  sleep 3 # what is fresh is not remembered
fi
find "$data" -type f -print0 | xargs -0 cat > /dev/null # warm the page cache

seconds() { # the median of five of the command, prepared by $1
  for _ in 1 2 3 4 5; do
    eval "$1"
    begin=$(date +%s.%N)
    eval "$2" > /dev/null 2>&1 || true
    end=$(date +%s.%N)
    echo "$end $begin" | awk '{print $1 - $2}'
  done | sort -n | sed -n 3p
}
openssl=$(seconds : "find '$data' -path '$data/.cupel' -prune -o -type f -print0 | xargs -0 -P$cores -n 64 openssl dgst -sha256")
first=$(seconds "rm -rf '$data/.cupel'" "'$cupel' assess '$data'")
again=$(seconds : "'$cupel' assess '$data'")
start=$(seconds : "'$cupel' --version")
list=$(seconds : "'$cupel' list provisions")
echo "openssl, $cores processes   $openssl s"
echo "assess, first              $first s   $(echo "$first $openssl" | awk '{printf "%.2f x openssl (aim: 1.2)", $1 / $2}')"
echo "assess, unchanged          $again s   (aim: 0.5)"
echo "cupel --version            $start s   (aim: 0.02)"
echo "cupel list provisions      $list s"
