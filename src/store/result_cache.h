// SPDX-License-Identifier: Apache-2.0
// ResultCache: a file of answers that the program gave about bytes, kept from run to run.
//
// A question, and the SHA-256 of the bytes it was asked of, lead to the answer. The answers
// are those of one build of the program: another build starts anew, because its rules may be
// others. What was not asked for since the file was read is dropped when it is written.
//
// Like the digest cache it lies in the state folder, which only the assessing user may write;
// a digest over the whole finds accidental damage, and a damaged cache is as good as none.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/byte_reader.h"
#include "base/result.h"

namespace cupel {

class ResultCache {
 public:
  // Empty when there is no such file, or when it is damaged or of another version or build;
  // `note` then says why, except for a file that is not there and for another build.
  static ResultCache load(const std::filesystem::path& path, std::string_view build,
                          std::string& note);
  // The same from bytes: what load() reads, and what is fuzzed.
  static ResultCache parse(Bytes bytes, std::string_view build, std::string& note);
  // An empty one, for this build.
  explicit ResultCache(std::string_view build) : build_(build) {}

  // `sha256` in hex. The pointer lives until the next put().
  [[nodiscard]] const std::string* find(std::string_view question, std::string_view sha256);
  void put(std::string_view question, std::string_view sha256, std::string answer);
  [[nodiscard]] std::size_t size() const { return answers_.size(); }

  // What was found or put since the cache was read, in one order.
  [[nodiscard]] std::string bytes() const;
  [[nodiscard]] Result<void> save(const std::filesystem::path& path) const;
  // Whether save() would write something else than was read.
  [[nodiscard]] bool changed() const { return added_ || used_ != answers_.size(); }

 private:
  struct Answer {
    std::string text;
    bool used = false;
  };
  std::string build_;
  std::unordered_map<std::string, Answer> answers_;  // by sha256, a space, and the question
  std::size_t used_ = 0;
  bool added_ = false;
};

}  // namespace cupel
