// SPDX-License-Identifier: Apache-2.0
// Client: asks a server over one connection that is kept, and waits for the answer.
#pragma once

#include <chrono>
#include <memory>

#include "base/result.h"
#include "net/http.h"

namespace cupel::net {

struct ClientOptions {
  MessageLimits limits{.header_bytes = 16U << 10U, .body_bytes = 64U << 20U};
  // For each request, connecting and the answer included; resolving a name takes what it takes.
  std::chrono::milliseconds time{10'000};
};

class Client {
 public:
  // Connects with the first request.
  explicit Client(Url url, ClientOptions options = {});
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  // `request.target` goes behind the URL's prefix. A kept connection that turns out to be closed is
  // made anew for requests that change nothing (GET, HEAD). Fault::limit when time is over,
  // Fault::missing when nobody listens there.
  [[nodiscard]] Result<Response> ask(const Request& request);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cupel::net
