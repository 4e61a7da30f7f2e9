// SPDX-License-Identifier: Apache-2.0
#include "app/document.h"

#include "app/command.h"

namespace cupel {

Json document(std::string_view schema, Timestamp started, Timestamp finished) {
  return Json::object({{"schema", schema},
                       {"tool", Json::object({{"name", "cupel"}, {"version", version()}})},
                       {"started", to_rfc3339(started)},
                       {"finished", to_rfc3339(finished)}});
}

}  // namespace cupel
