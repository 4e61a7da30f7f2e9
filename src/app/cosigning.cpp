// SPDX-License-Identifier: Apache-2.0
#include "app/cosigning.h"

#include <charconv>

#include "base/file.h"
#include "base/text.h"
#include "ledger/witness.h"
#include "net/client.h"

namespace cupel {
namespace {

constexpr std::string_view kKept = "ledger-cosigned";

Error of_witness(const WitnessPlace& witness, Fault fault, std::string_view what,
                 std::string hint = {}) {
  return fail(fault, cat("the witness at ", printable(witness.url, 200), " ", what),
              std::move(hint));
}

// What the witness said in a 409: how long the log was when it cosigned last.
Result<std::uint64_t> told_size(const WitnessPlace& witness, const net::Response& response) {
  std::uint64_t size = 0;
  const std::string_view body = response.body;
  const auto [end, problem] = std::from_chars(body.data(), body.data() + body.size(), size);
  if (problem != std::errc{} || cat(size, "\n") != body || response.type != kTlogSize) {
    return of_witness(witness, Fault::io, "answers 409 without a size");
  }
  return size;
}

// Signature lines by one witness over `checkpoint`.
Result<std::string> ask(const Ledger& ledger, const std::string& checkpoint, std::uint64_t size,
                        std::uint64_t old, const WitnessPlace& witness) {
  net::Client client(TRY(net::parse_url(witness.url)));
  for (int attempt = 0; attempt < 3; ++attempt) {
    AddCheckpoint request{.old = old, .proof = {}, .checkpoint = checkpoint};
    if (old > 0) request.proof = TRY(ledger.consistency(old, size));
    const auto response = TRY(client.ask({.method = "POST",
                                          .target = "/add-checkpoint",
                                          .headers = {{"Content-Type", "text/plain"}},
                                          .body = to_text(request)}));
    if (response.status == 200) return response.body;
    if (response.status == 422) {
      return of_witness(witness, Fault::integrity, "knows another history of this ledger",
                        "compare with `cupel ledger verify --checkpoint` and a copy of its last "
                        "checkpoint: history was rebuilt");
    }
    if (response.status != 409) {
      return of_witness(
          witness, response.status == 404 ? Fault::denied : Fault::io,
          cat("answers ", response.status, ": ", printable(trim(response.body), 300)),
          response.status == 404 ? "start it with --log and the key in `ledger-key.pub`" : "");
    }
    old = TRY(told_size(witness, response));
    if (old > size) {
      return of_witness(witness, Fault::integrity,
                        cat("has seen ", count_of(old, "entry", "entries"),
                            " of this ledger, which holds ", size, ": it has shrunk"));
    }
  }
  return of_witness(witness, Fault::limit, "is busy with other checkpoints of this ledger");
}

}  // namespace

Result<std::optional<std::string>> kept_checkpoint(const std::filesystem::path& state) {
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::symlink_status(state / kKept, ignored))) {
    return std::optional<std::string>{};
  }
  return std::optional(TRY(read_text(state / kKept)));
}

Result<std::string> cosigned_checkpoint(const Ledger& ledger, const std::filesystem::path& state,
                                        const std::vector<WitnessPlace>& witnesses) {
  const std::string checkpoint = TRY(ledger.checkpoint());
  const std::uint64_t size = TRY(note::read_unverified(checkpoint)).size;
  std::uint64_t old = 0;
  if (const auto kept = TRY(kept_checkpoint(state))) {
    const auto before = note::open(*kept, TRY(note::parse_vkey(ledger.vkey())));
    if (before.ok() && before.value().size <= size) old = before.value().size;
  }
  std::string all = checkpoint;
  for (const auto& witness : witnesses) {
    const std::string lines = TRY(ask(ledger, checkpoint, size, old, witness));
    auto added = note::with_signatures(all, lines);
    if (!added.ok() || lines.empty()) {
      return of_witness(witness, Fault::io, "answers 200 without a signature");
    }
    all = std::move(added).value();
    if (!witness.key) continue;
    if (const auto at = note::cosigned_at(all, *witness.key); !at.ok()) {
      return of_witness(witness, Fault::integrity, cat("did not sign: ", at.error().what));
    }
  }
  TRY(replace_file(state / kKept, all));
  return all;
}

}  // namespace cupel
