// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>

#include "base/require.h"
#include "base/text.h"
#include "net/http.h"

namespace {

using namespace cupel;

// What is read must not depend on how the bytes came.
std::vector<net::Request> requests_of(Bytes bytes, std::size_t step, bool& refused) {
  net::RequestReader reader({.header_bytes = 1024, .body_bytes = 4096});
  std::vector<net::Request> all;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    reader.add(bytes.subspan(at, std::min(step, bytes.size() - at)));
    static_cast<void>(reader.waits_to_continue());
    while (auto request = reader.next()) all.push_back(std::move(*request));
  }
  refused = reader.refusal().has_value();
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  bool whole_refused = false;
  bool cut_refused = false;
  const auto whole = requests_of(bytes, size + 1, whole_refused);
  const auto cut = requests_of(bytes, 3, cut_refused);
  require(whole.size() == cut.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    require(whole[i].target == cut[i].target && whole[i].body == cut[i].body &&
            whole[i].headers == cut[i].headers);
    require(whole[i].body.size() <= 4096);
  }
  net::ResponseReader reader({.header_bytes = 1024, .body_bytes = 4096});
  reader.add(bytes);
  reader.end();
  while (auto response = reader.next()) require(response->body.size() <= 4096);
  static_cast<void>(net::parse_url(as_text(bytes)));
  static_cast<void>(net::parse_listen(as_text(bytes)));
  return 0;
}
