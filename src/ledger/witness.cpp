// SPDX-License-Identifier: Apache-2.0
#include "ledger/witness.h"

#include <algorithm>
#include <charconv>
#include <mutex>

#include "base/file.h"
#include "base/text.h"
#include "crypto/key.h"
#include "crypto/merkle.h"
#include "store/file_lock.h"

namespace cupel {
namespace {

constexpr std::size_t kProofLimit = 63;

// The next line without its newline, which must be there.
std::optional<std::string_view> take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return {};
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

Result<PrivateKey> witness_key(const std::filesystem::path& file) {
  if (std::filesystem::exists(file)) return PrivateKey::from_pem(TRY(read_text(file)));
  auto key = TRY(PrivateKey::generate());
  TRY(replace_file(file, TRY(key.pem()), 0600));
  return key;
}

Witness::Answer refuse(unsigned status, std::string_view why) {
  return {.status = status, .body = cat(why, "\n")};
}

}  // namespace

std::string to_text(const AddCheckpoint& request) {
  std::string text = cat("old ", request.old, "\n");
  for (const auto& hash : request.proof) text += to_base64(hash) + "\n";
  return text + "\n" + request.checkpoint;
}

AddCheckpointReading read_add_checkpoint(std::string_view text) {
  const auto refuse_it = [](std::string problem) {
    return AddCheckpointReading{.request = {}, .problem = std::move(problem)};
  };
  constexpr std::string_view kOld = "old ";
  AddCheckpoint request;
  const auto first = take_line(text);
  if (!first || !first->starts_with(kOld)) return refuse_it("the first line is not `old SIZE`");
  const auto number = first->substr(kOld.size());
  const auto [end, problem] =
      std::from_chars(number.data(), number.data() + number.size(), request.old);
  if (problem != std::errc{} || cat(request.old) != number) {
    return refuse_it("the old size is not a plain decimal number");
  }
  for (;;) {
    const auto line = take_line(text);
    if (!line) return refuse_it("there is no empty line before the checkpoint");
    if (line->empty()) break;
    if (request.proof.size() == kProofLimit) return refuse_it("more than 63 hashes");
    const auto hash = from_base64(*line);
    if (!hash || hash->size() != Digest().size()) {
      return refuse_it(cat("line ", request.proof.size() + 2, " is not the base64 of 32 bytes"));
    }
    std::ranges::copy(*hash, request.proof.emplace_back().begin());
  }
  request.checkpoint = text;
  return {.request = std::move(request), .problem = {}};
}

struct Witness::State {
  std::filesystem::path folder;
  FileLock lock;
  PrivateKey key;
  note::Verifier self;
  std::vector<note::Verifier> logs;
  const Clock* clock;
  std::mutex turn;

  [[nodiscard]] std::filesystem::path file_of(std::string_view origin) const {
    return folder / "witness" / sha256_hex(origin);
  }
  // What was cosigned last; nothing when nothing was. A file that cannot be read is an error, never
  // a fresh start.
  [[nodiscard]] Result<std::optional<note::Checkpoint>> last(const note::Verifier& log) const {
    const auto file = file_of(log.name);
    std::error_code ignored;
    if (!std::filesystem::exists(std::filesystem::symlink_status(file, ignored))) {
      return std::optional<note::Checkpoint>{};
    }
    return std::optional(TRY(note::open(TRY(read_text(file)), log)));
  }
  [[nodiscard]] Answer cosign(const AddCheckpoint& request, const note::Checkpoint& next,
                              const note::Verifier& log);
};

Witness::Witness(std::unique_ptr<State> state) : state_(std::move(state)) {}
Witness::Witness(Witness&&) noexcept = default;
Witness& Witness::operator=(Witness&&) noexcept = default;
Witness::~Witness() = default;

Result<Witness> Witness::open(const std::filesystem::path& state, std::vector<note::Verifier> logs,
                              const Clock& clock) {
  TRY(make_folders(state, 0700));
  auto lock = TRY(FileLock::take(state / "witness.lock", 0));
  TRY(make_folders(state / "witness", 0700));
  auto key = TRY(witness_key(state / "witness-key.pem"));
  const PublicKey known = key.public_key();
  note::Verifier self{.name = cat("cupel.dev/witness/", known.fingerprint()), .key = known};
  TRY(replace_file(state / "witness-key.pub", note::cosigner_vkey(self) + "\n"));
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): it has a mutex, so it is made where it stays
  return Witness(std::unique_ptr<State>(new State{.folder = state,
                                                  .lock = std::move(lock),
                                                  .key = std::move(key),
                                                  .self = std::move(self),
                                                  .logs = std::move(logs),
                                                  .clock = &clock,
                                                  .turn = {}}));
}

std::string Witness::vkey() const {
  return note::cosigner_vkey(state_->self);
}

Witness::Answer Witness::add_checkpoint(std::string_view request) {
  const auto reading = read_add_checkpoint(request);
  if (!reading.request) return refuse(400, reading.problem);
  const auto claimed = note::read_unverified(reading.request->checkpoint);
  if (!claimed.ok()) return refuse(400, cat("the checkpoint: ", claimed.error().what));
  const auto log = std::ranges::find(state_->logs, claimed.value().origin, &note::Verifier::name);
  if (log == state_->logs.end()) return refuse(404, "this log is not known here");
  const auto next = note::open(reading.request->checkpoint, *log);
  if (!next.ok()) return refuse(403, cat("the checkpoint: ", next.error().what));
  if (reading.request->old > next.value().size) {
    return refuse(400, "the old size is larger than that of the checkpoint");
  }
  const std::scoped_lock one(state_->turn);
  return state_->cosign(*reading.request, next.value(), *log);
}

Witness::Answer Witness::State::cosign(const AddCheckpoint& request, const note::Checkpoint& next,
                                       const note::Verifier& log) {
  const auto before = last(log);
  if (!before.ok()) return refuse(500, "what was cosigned before cannot be read");
  const std::uint64_t size = before.value() ? before.value()->size : 0;
  if (request.old != size) {
    return {.status = 409, .body = cat(size, "\n"), .type = kTlogSize};
  }
  const Digest root = before.value() ? before.value()->root : merkle::empty_root();
  const bool continues =
      size == 0 ? request.proof.empty() && (next.size > 0 || next.root == merkle::empty_root())
                : merkle::verify_consistency(size, next.size, root, next.root, request.proof);
  if (!continues) return refuse(422, "the checkpoint does not continue the one before");
  auto line = note::cosign(request.checkpoint, static_cast<std::uint64_t>(clock->now().ms / 1000),
                           self, key);
  if (!line.ok()) return refuse(400, line.error().what);
  if (!before.value() || next.size != size) {
    if (!replace_file(file_of(log.name), request.checkpoint, 0600).ok()) {
      return refuse(500, "the checkpoint could not be kept");
    }
  }
  return {.status = 200, .body = std::move(line).value()};
}

}  // namespace cupel
