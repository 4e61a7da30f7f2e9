// SPDX-License-Identifier: Apache-2.0
// asio: what this room includes of Boost. Private to its .cpp files: it takes long to compile.
// Boost.Asio has a function named `require`, as a macro of ours is.
#pragma once

#ifdef __SANITIZE_THREAD__
// The thread sanitizer does not know fences; what Asio orders with them, its mutexes order, too.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK  // NOLINT(*-macro-usage)
#endif
#pragma push_macro("require")
#undef require
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#pragma pop_macro("require")
