# shellcheck shell=bash
# What ./run, ./test and .ci/run share: packages, configure, build. Sourced, with `root` set.
# It talks on stderr, one short line per thing it does; when it gives up it says what to do.
: "${root:?is the folder of the sources}"

say() { printf 'cupel: %s\n' "$*" >&2; }
die() {  # WHAT [HINT]…; exits 3, as the program does when the world refuses
  printf 'cupel: error: %s\n' "$1" >&2
  shift
  for hint in "$@"; do printf '       hint: %s\n' "$hint" >&2; done
  exit 3
}

stderr_is_terminal=
[[ -t 2 ]] && stderr_is_terminal=yes
person_is_there() { [[ -t 0 && -t 2 && -z ${CI:-} && -z ${assume_yes:-} ]]; }

# packages GROUP…: the names of those groups in tools/packages.txt.
packages() {
  local group package _
  while read -r group package _; do
    [[ " $* " == *" $group "* ]] && echo "$package"
  done <"$root/tools/packages.txt"
  return 0
}

missing_packages() {
  local package
  for package in $(packages "$@"); do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      echo "$package"
  done
}

# Sets as_root to the words that run a command as root.
become_root() {
  as_root=()
  [[ $(id -u) == 0 ]] && return
  local by_hand="as root: apt-get install $*"
  command -v sudo >/dev/null ||
    die "packages are missing, and this is neither root nor is there sudo" "$by_hand"
  if ! sudo -n true 2>/dev/null; then
    [[ -t 0 ]] || die "packages are missing, and sudo wants a password that nobody is here to type" \
      "$by_hand"
    say "sudo will ask for your password"
    sudo -v || die "sudo does not let $(id -un) install packages" "$by_hand"
  fi
  as_root=(sudo)
}

explain_apt_failure() {  # LOG PACKAGE…
  local log=$1
  shift
  tail -n 5 "$log" >&2
  if grep -qiE 'no space left|enough free space' "$log"; then
    die "the disk is too full to install packages" "free about 1 GB on / and /var, then run again"
  elif grep -qiE 'could not get lock|unable to acquire' "$log"; then
    die "another program is installing packages" "let it finish, then run again"
  elif grep -qiE 'resolving|could not connect|unable to connect|failed to fetch|timed out' "$log"; then
    die "the package mirror cannot be reached" "check the network (or the proxy in /etc/apt), then run again"
  elif grep -qiE 'unable to locate|no installation candidate' "$log"; then
    die "this system's package lists do not have them all: $*" \
      "Cupel builds on Debian 12 and newer; see tools/packages.txt for what each is for"
  fi
  die "apt-get could not install: $*" "its output is in $log"
}

# Installs what is missing of those groups, after asking a person who is there.
install_packages() {
  if ! command -v dpkg-query >/dev/null; then
    say "no dpkg here: taking it that what tools/packages.txt lists is installed"
    return
  fi
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  say "missing Debian packages: ${missing[*]}"
  if person_is_there; then
    local answer
    read -r -p "Install them now? [Y/n] " answer || answer=n
    [[ ${answer:-y} == [yY]* ]] || die "not installed" "by hand: apt-get install ${missing[*]}"
  fi
  local as_root
  become_root "${missing[@]}"
  mkdir -p "$root/build"
  local log=$root/build/apt.log
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get -q -y
    -o DPkg::Lock::Timeout=300 -o Acquire::Retries=2)
  say "installing ${#missing[@]} packages (output: build/apt.log)"
  # One broken source among many must not stop us: whether we got what we need, install tells.
  "${apt[@]}" update >"$log" 2>&1 || true
  "${apt[@]}" install --no-install-recommends "${missing[@]}" >>"$log" 2>&1 ||
    explain_apt_failure "$log" "${missing[@]}"
}

at_least() { [[ $(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]; }

check_tools() {
  local tool version
  for tool in cmake ninja "${CXX:-g++}"; do
    command -v "$tool" >/dev/null || die "$tool is not installed" "see tools/packages.txt"
  done
  version=$(cmake --version | sed -n 's/^cmake version //p')
  at_least 3.25 "$version" || die "cmake $version is too old" "install 3.25 or newer"
  version=$("${CXX:-g++}" -dumpversion)
  case $("${CXX:-g++}" --version) in
    *clang*) at_least 19 "$version" || die "clang $version is too old" "use 19 or newer, or unset CXX for g++" ;;
    *) at_least 12 "$version" || die "g++ $version is too old for C++20" \
      "install g++-12 or newer and run with CXX=g++-12" ;;
  esac
}

check_space() {  # MEGABYTES
  local free
  free=$(df -Pm "$root/build" | awk 'NR == 2 { print $4 }')
  ((free >= $1)) || die "only $free MB are free where build/ is, and the build needs $1" \
    "free some, or make build/ a link to a larger disk"
}

# One compiler for each core, but no more than memory holds.
jobs_here() {
  local memory
  memory=$(awk '/^MemAvailable/ { print int($2 / 1000000) }' /proc/meminfo)
  local jobs
  jobs=$(nproc)
  ((memory < 1)) && memory=1
  echo $((jobs < memory ? jobs : memory))
}

# Prints ninja's steps as one line that is rewritten (terminal) or one line at each
# quarter (log), and everything else, which is what compilers complain about, as it comes.
show_steps() {
  local line quarter=0 now shown=
  while IFS= read -r line; do
    if [[ $line == *"Re-checking globbed directories"* ]]; then
      continue
    elif [[ $line =~ ^\[([0-9]+)/([0-9]+)\]\ (.*) ]]; then
      now=$((BASH_REMATCH[1] * 4 / BASH_REMATCH[2]))
      if [[ $stderr_is_terminal ]]; then
        printf '\r\033[K[%s/%s] %.60s' "${BASH_REMATCH[@]:1:3}" >&2
        shown=yes
      elif ((BASH_REMATCH[2] > 20 && now > quarter)); then
        say "${BASH_REMATCH[1]} of ${BASH_REMATCH[2]} steps"
      fi
      quarter=$now
    elif [[ $line != ninja:* ]]; then
      printf '%s\n' "$line" >&2
    fi
  done
  if [[ $shown ]]; then printf '\r\033[K' >&2; fi
}

configure() {  # PRESET [CMAKE ARGUMENT…]
  local preset=$1 log=$root/build/$1/configure.log
  shift
  mkdir -p "${log%/*}"
  say "configuring (build/$preset)"
  # --fresh: a cache that was copied here from another folder would be refused.
  (cd "$root" && cmake --fresh --preset "$preset" "$@") >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    die "cmake could not configure build/$preset" "the whole output is in build/$preset/configure.log"
  }
}

# set_up PRESET GROUP…: packages, tools, configure; nothing when nothing changed since.
# The stamp holds the folder it was made in, so a copied build/ is made anew.
set_up() {
  local preset=$1 input stamp=$root/build/$1/.set-up fresh=yes
  shift
  [[ -f $stamp && $(<"$stamp") == "$root" ]] || fresh=
  for input in "$root"/{tools/packages.txt,tools/house.sh,CMakePresets.json}; do
    [[ $fresh && $stamp -nt $input ]] || fresh=
  done
  [[ $fresh ]] && return
  install_packages "$@"
  check_tools
  mkdir -p "$root/build/$preset"
  check_space 1500
  CXX=${CXX:-g++} configure "$preset"
  printf '%s' "$root" >"$stamp"
  say "building (build/$preset; from scratch this takes a few minutes)"
}

# build PRESET [TARGET…]
build() {
  local preset=$1 status=0
  shift
  (
    set -o pipefail
    ninja -C "$root/build/$preset" -j "$(jobs_here)" "$@" 2>&1 | show_steps
  ) || status=$?
  ((status == 0)) && return
  rm -f "$root/build/$preset/.set-up"  # look again at packages next time
  check_space 200
  die "the build failed" "the lines above say where; a build from scratch: rm -r build/$preset"
}

# Only one of us builds at a time.
take_turn() {
  { mkdir -p "$root/build" && : >>"$root/build/.turn"; } 2>/dev/null ||
    die "cannot write to $root/build" \
      "run as the owner of this folder, or clone into a folder of your own"
  exec 9>>"$root/build/.turn"
  flock -n 9 && return
  say "waiting for another build in this folder"
  flock 9
}
end_turn() { exec 9>&-; }

# run_tests PRESET [CTEST ARGUMENT…]: every test of that build; ends with "N passed, N failed".
run_tests() {
  local preset=$1 status=0 junit=$root/build/$1/tests.xml
  shift
  rm -f "$junit"
  (cd "$root" && ctest --preset "$preset" -j "$(nproc)" --output-junit "$junit" "$@") || status=$?
  [[ -s $junit ]] || die "ctest ended with exit code $status before it ran a test"
  local tests failed skipped
  tests=$(sed -n 's/^\ttests="\([0-9]*\)"$/\1/p' "$junit")
  failed=$(sed -n 's/^\tfailures="\([0-9]*\)"$/\1/p' "$junit")
  skipped=$(grep -cE '<testcase .*status="(notrun|disabled)"' "$junit" || true)
  ((skipped)) && say "$skipped skipped: see above for which, and the tests themselves for why"
  printf '%s passed, %s failed\n' "$((tests - failed - skipped))" "$failed"
  return "$status"
}
