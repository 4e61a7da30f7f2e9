// SPDX-License-Identifier: Apache-2.0
// keras_objects: what Keras would make of a configuration, object by object.
//
// Every object of the tree that has a class or a module is judged, wherever it stands: in a
// wrapper, an initializer, compile_config, a twin of a key. What the file says of versions, of
// safe_mode or of its author counts for nothing.
#pragma once

#include "formats/loose_json.h"
#include "scan/examiner.h"

namespace cupel::scan::keras {

inline constexpr std::string_view kCodes[] = {"KRS001", "KRS002", "KRS003", "KRS004"};

// Whether such a text may be, or hold, a configuration of Keras.
[[nodiscard]] bool may_be_keras(std::string_view text);
void examine_objects(const Layer& layer, Session& session, const loose_json::Document& document);
// A code object of Python that a layer would run.
void examine_code(const Layer& layer, Session& session, Span span, std::string_view pointer,
                  std::string_view base64);

}  // namespace cupel::scan::keras
