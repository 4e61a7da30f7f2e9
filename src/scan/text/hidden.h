// SPDX-License-Identifier: Apache-2.0
// hidden: code and credentials in texts that should only describe: metadata, notes, names.
#pragma once

#include <string_view>

#include "scan/examiner.h"

namespace cupel::scan {

// Judges the text that a model file keeps under `key`, which stands at `span` of the layer.
// Tells TXT001 (code) and TXT002 (a credential); what the text encodes in base64 is followed.
void examine_hidden_text(const Layer& layer, Session& session, std::string_view key,
                         std::string_view text, Span span);

}  // namespace cupel::scan
