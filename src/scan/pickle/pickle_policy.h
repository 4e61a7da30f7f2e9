// SPDX-License-Identifier: Apache-2.0
// pickle_policy: what is thought of the names that a pickle imports and calls.
//
// An allow-list of exact names: what stands in it, may be loaded. Everything else is
// told, and the families that are known to run code only make the wording, and the
// severity, sharper. Nothing in the file can change what is thought of it.
#pragma once

#include <string>
#include <string_view>

#include "formats/pickle.h"

namespace cupel::pickle_policy {

enum class Standing {
  vetted,     // on the allow-list
  unknown,    // of a package that nobody has looked at
  carries,    // makes functions or classes of code that the file holds
  forbidden,  // of the standard library or a known framework, and not on the allow-list
  dangerous,  // of a family that runs commands or code, or reaches files or the network
  computed,   // not written in the file: decided while it is loaded
};

[[nodiscard]] std::string_view to_text(Standing standing);

struct Judgement {
  Standing standing = Standing::vetted;
  std::string_view why = {};  // "runs commands"; empty when vetted
};

// A name as it is written. One that getattr reaches, C.name, is vetted when C is a vetted class.
[[nodiscard]] Judgement judge_name(std::string_view module, std::string_view name,
                                   bool is_attribute = false);
// As it is written, and as an unpickler of Python 3 takes it below protocol 3: the worse.
[[nodiscard]] Judgement judge(const pickle::Import& import);
// What a call adds to the import of its callee: that this cannot be known, that an imported
// thing itself is changed, or that a vetted name is used as no honest pickle uses it.
[[nodiscard]] Judgement judge(const pickle::Call& call, const pickle::Reading& reading);

}  // namespace cupel::pickle_policy
