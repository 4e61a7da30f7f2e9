// SPDX-License-Identifier: Apache-2.0
// services: AI services that others run, and how a program shows that it uses one.
//
// What can also run on one's own machine (a vector database, say) counts only where its hosted
// form is named: its package alone says nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "inventory/packages.h"

namespace cupel {

struct ServiceUse {
  std::string_view service;  // "openai-api"
  std::string_view url;      // "https://api.openai.com"; a part in capitals is the customer's
  std::string sign;          // what shows it: "openai", "api.openai.com"
};

// The SDK that nearly every other provider is spoken to with as well.
inline constexpr std::string_view kCommonSdk = "openai";

// Each service once. Pure; every text has an answer.
[[nodiscard]] std::vector<ServiceUse> services_in(SourceKind kind, std::string_view path,
                                                  std::string_view text);

}  // namespace cupel
