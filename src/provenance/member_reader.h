// SPDX-License-Identifier: Apache-2.0
// MemberReader: the members of a predicate, read in a straight line. The first that is not what it
// should be fails the reading for good, and everything read behind it is empty; one asks once, at
// the end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "provenance/statement.h"

namespace cupel {

class MemberReader {
 public:
  // `where` stands before the name of a member in problems: "runDetails.".
  MemberReader(const Json& json, std::string_view where, std::string& problem);

  // Required; a text is not empty and has at most 4,096 bytes, a time has an hour and a zone.
  std::string text(std::string_view key);
  std::string uri(std::string_view key);  // a text with a scheme
  Timestamp time(std::string_view key);
  Descriptor descriptor(std::string_view key);
  const Json& object(std::string_view key);
  // One of the words.
  std::string word(std::string_view key, std::initializer_list<std::string_view> words);

  // May be missing.
  std::string text_if(std::string_view key);
  std::string uri_if(std::string_view key);
  std::optional<Timestamp> time_if(std::string_view key);
  std::optional<std::int64_t> integer_if(std::string_view key);
  std::optional<Descriptor> descriptor_if(std::string_view key);
  Json object_if(std::string_view key);  // an empty object when it is missing
  std::vector<std::string> texts_if(std::string_view key);
  std::vector<Descriptor> descriptors_if(std::string_view key);

  // Members that nobody asked for are a problem.
  void nothing_else();

  [[nodiscard]] bool ok() const { return problem_.empty(); }
  void fail(std::string_view key, std::string_view why);

 private:
  const Json& get(std::string_view key);

  const Json& json_;
  std::string where_;
  std::string& problem_;
  std::vector<std::string> asked_;
};

}  // namespace cupel
