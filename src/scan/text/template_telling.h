// SPDX-License-Identifier: Apache-2.0
// template_telling: what is told of a chat template, in whatever language it is written.
#pragma once

#include <string_view>

#include "formats/jinja.h"
#include "scan/examiner.h"

namespace cupel::scan {

// `text` is what the layer holds, and `reading` is of it.
void tell_of_template(const Layer& layer, Session& session, std::string_view text,
                      const jinja::Reading& reading);

}  // namespace cupel::scan
