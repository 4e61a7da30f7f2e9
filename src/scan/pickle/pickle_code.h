// SPDX-License-Identifier: Apache-2.0
// pickle_code: what is thought of code that a pickle holds, as dill and cloudpickle write it.
//
// Code is never vetted: whoever loads it runs what nobody has read. What it names tells whether it
// is more than that.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/pickle.h"
#include "scan/pickle/pickle_policy.h"

namespace cupel::pickle_code {

// Those of its names, and of its constants where it looks up attributes by text, that run commands
// or code, load, or reach files, the network or whatever Python holds.
[[nodiscard]] std::vector<std::string> reaches(const pickle::Code& code);

// Whether that callable imports the module that its first argument names.
[[nodiscard]] bool imports_module(std::string_view callee);
// computed: it is not written as a constant.
[[nodiscard]] pickle_policy::Judgement judge_module(std::string_view dotted);

}  // namespace cupel::pickle_code
