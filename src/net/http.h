// SPDX-License-Identifier: Apache-2.0
// http: messages of HTTP/1.1 (RFC 9112) as values, and reading them from bytes that nobody
// vouches for. Sockets are in server.h and client.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "base/result.h"

namespace cupel::net {

struct Header {
  std::string name;
  std::string value;
  bool operator==(const Header&) const = default;
};

struct Request {
  std::string method = "GET";
  std::string target = "/";
  std::vector<Header> headers;
  std::string body;
  bool keep_alive = true;

  // The value of a header, whatever the case of its name; empty when it is not there.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

struct Response {
  unsigned status = 200;
  std::string type = "text/plain; charset=utf-8";  // Content-Type
  std::string body;
  std::vector<Header> headers;

  [[nodiscard]] std::string_view header(std::string_view name) const;
};

[[nodiscard]] std::string_view reason_of(unsigned status);  // "Not Found"

// As they go over the wire, with Content-Length. REQUIRES: no header holds a line break.
[[nodiscard]] std::string to_wire(const Request& request, std::string_view host);
[[nodiscard]] std::string to_wire(const Response& response, bool keep_alive, bool head = false);

struct MessageLimits {
  std::uint32_t header_bytes = 16U << 10U;
  std::uint64_t body_bytes = 1U << 20U;
};

// Why a message was refused: nothing that follows on that connection can be read.
struct Refusal {
  unsigned status = 400;
  std::string what;
};

// Reads requests from bytes as they come, one behind the other.
class RequestReader {
 public:
  explicit RequestReader(const MessageLimits& limits);
  RequestReader(RequestReader&&) noexcept;
  RequestReader& operator=(RequestReader&&) noexcept;
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;
  ~RequestReader();

  void add(Bytes bytes);
  // The next whole request, when it has come.
  [[nodiscard]] std::optional<Request> next();
  [[nodiscard]] const std::optional<Refusal>& refusal() const;
  // Bytes of a request that is not whole yet have come.
  [[nodiscard]] bool begun() const;
  // The client waits for "100 Continue" before it sends the body. True once.
  [[nodiscard]] bool waits_to_continue();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The same for the responses of one connection.
class ResponseReader {
 public:
  // `head`: the answer to a HEAD request, which has no body.
  explicit ResponseReader(const MessageLimits& limits, bool head = false);
  ResponseReader(ResponseReader&&) noexcept;
  ResponseReader& operator=(ResponseReader&&) noexcept;
  ResponseReader(const ResponseReader&) = delete;
  ResponseReader& operator=(const ResponseReader&) = delete;
  ~ResponseReader();

  void add(Bytes bytes);
  // The other side has closed: of a message without a length, that is its end.
  void end();
  [[nodiscard]] std::optional<Response> next();
  [[nodiscard]] const std::optional<Refusal>& refusal() const;
  [[nodiscard]] bool begun() const;
  // Whether the connection can be used again after the response that next() gave.
  [[nodiscard]] bool keep_alive() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// http://HOST[:PORT][/PREFIX]. There is no TLS here yet: https is Fault::unsupported.
struct Url {
  std::string host;  // without the brackets of IPv6
  std::uint16_t port = 80;
  std::string prefix;  // without a slash at its end

  [[nodiscard]] std::string authority() const;  // HOST:PORT, as in a Host header
};
[[nodiscard]] Result<Url> parse_url(std::string_view text);
// HOST:PORT, [IPV6]:PORT, or PORT alone, which is that of 127.0.0.1.
[[nodiscard]] Result<Url> parse_listen(std::string_view text);

}  // namespace cupel::net
