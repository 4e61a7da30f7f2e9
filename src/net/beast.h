// SPDX-License-Identifier: Apache-2.0
// beast: the parser of Boost.Beast, private to reader.cpp; see asio.h.
#pragma once

#include "net/asio.h"

#pragma push_macro("require")
#undef require
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#pragma pop_macro("require")
