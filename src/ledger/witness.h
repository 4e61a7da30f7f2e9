// SPDX-License-Identifier: Apache-2.0
// Witness: cosigns the checkpoints of logs that it knows, each only when it continues the last one
// that it cosigned (C2SP tlog-witness, https://c2sp.org/tlog-witness). Whoever holds a cosigned
// checkpoint need not trust the owner of the log alone not to have rebuilt its history.
//
// State folder: `witness-key.pem` (0600), `witness-key.pub`, `witness.lock`, and in `witness/` the
// last checkpoint of each log, named by the SHA-256 of its origin. A copy of the folder that is put
// back later makes the witness forget: it must not be restored from a backup.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "crypto/digest.h"
#include "crypto/note.h"

namespace cupel {

// What a log sends: "old <size>\n", the consistency proof in base64, an empty line, the checkpoint.
struct AddCheckpoint {
  std::uint64_t old = 0;
  std::vector<Digest> proof;
  std::string checkpoint;
};
[[nodiscard]] std::string to_text(const AddCheckpoint& request);
struct AddCheckpointReading {
  std::optional<AddCheckpoint> request;
  std::string problem;
};
[[nodiscard]] AddCheckpointReading read_add_checkpoint(std::string_view text);

// The content type of a body that is a size.
inline constexpr std::string_view kTlogSize = "text/x.tlog.size";

class Witness {
 public:
  // Makes the key when there is none. `logs`: whose checkpoints it cosigns; the origin of each is
  // the name of its key. Fault::limit when another process is this witness.
  static Result<Witness> open(const std::filesystem::path& state, std::vector<note::Verifier> logs,
                              const Clock& clock);
  Witness(Witness&&) noexcept;
  Witness& operator=(Witness&&) noexcept;
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness();

  [[nodiscard]] std::string vkey() const;

  struct Answer {
    unsigned status = 200;
    std::string body;
    std::string_view type = "text/plain; charset=utf-8";
  };
  // The answer as the specification numbers it: 200 with signature lines, 400, 403, 404, 409 with
  // the size, 422; 500 when the disk refuses. What is cosigned is durable first. From any thread.
  [[nodiscard]] Answer add_checkpoint(std::string_view request);

 private:
  struct State;
  explicit Witness(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cupel
