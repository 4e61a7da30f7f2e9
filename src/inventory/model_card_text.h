// SPDX-License-Identifier: Apache-2.0
// model_card_text: what a model card says of its model's own name.
#pragma once

#include <string>
#include <string_view>

namespace cupel {

// "org/name", when the examples of the card load exactly one such model and the card's title is
// its name; empty when the card does not say so. Pure.
[[nodiscard]] std::string model_id_in(std::string_view card);

}  // namespace cupel
