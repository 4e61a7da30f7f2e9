// SPDX-License-Identifier: Apache-2.0
// Server: HTTP/1.1 over TCP, asynchronous, one thread for each core.
//
// There is no TLS yet: whoever listens beyond this machine puts a proxy with TLS in front. An
// address that is not of this machine alone is refused without a token.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/http.h"

namespace cupel::net {

struct ServerOptions {
  Url listen;  // port 0: any that is free
  // "Authorization: Bearer <token>" that every request must carry.
  std::optional<std::string> token;
  MessageLimits limits;
  std::size_t connections = 1024;
  unsigned threads = 0;  // zero: as many as there are cores
  // From a request's first byte to its last; until a waiting client sends one; until it has
  // taken the answer.
  std::chrono::milliseconds request_time{30'000};
  std::chrono::milliseconds idle_time{75'000};
  std::chrono::milliseconds answer_time{30'000};
  // How long stop() waits for answers that are under way.
  std::chrono::milliseconds grace{5'000};
};

// Where the answer to one request goes: called once, from any thread, at any time. One that is
// dropped answers 500.
class Reply {
 public:
  struct Sink;
  explicit Reply(std::shared_ptr<Sink> sink);
  Reply(Reply&&) noexcept;
  Reply& operator=(Reply&&) noexcept;
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;
  ~Reply();
  void operator()(Response response);

 private:
  std::shared_ptr<Sink> sink_;
};

// Called on the threads of the server, so it must not wait for long: what takes time moves the
// reply to where the work is done.
using Handler = std::function<void(Request request, Reply reply)>;

class Server {
 public:
  // Listens and serves until stop() or the end of the object. Fault::denied for an address beyond
  // this machine without a token.
  static Result<Server> start(ServerOptions options, Handler handler);
  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string authority() const;  // "127.0.0.1:8470"
  // Takes no more connections, lets answers that are under way go out, and ends the threads.
  void stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cupel::net
