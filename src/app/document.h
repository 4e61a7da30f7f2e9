// SPDX-License-Identifier: Apache-2.0
// document: the members that every JSON document of a command begins with. Their schemas are in
// catalogue/schema/; the assessment writes the same members itself (vocab/assessment.h).
#pragma once

#include <string_view>

#include "base/json.h"
#include "base/time.h"

namespace cupel {

// {"schema":…,"tool":{…},"started":…,"finished":…}, to be gone on with by set().
[[nodiscard]] Json document(std::string_view schema, Timestamp started, Timestamp finished);

}  // namespace cupel
