// SPDX-License-Identifier: Apache-2.0
#include "net/http.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace cupel::net {
namespace {

std::string_view find(const std::vector<Header>& headers, std::string_view name) {
  const auto found = std::ranges::find_if(
      headers, [&](const Header& header) { return equal_ignoring_case(header.name, name); });
  return found == headers.end() ? std::string_view{} : std::string_view(found->value);
}

void add_line(std::string& out, std::string_view name, std::string_view value) {
  require(value.find_first_of("\r\n") == std::string_view::npos &&
          name.find_first_of("\r\n: ") == std::string_view::npos);
  out.append(name).append(": ").append(value).append("\r\n");
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  unsigned port = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (problem != std::errc{} || cat(port) != text || port > 65'535) return {};
  return static_cast<std::uint16_t>(port);
}

// HOST, HOST:PORT, [IPV6] or [IPV6]:PORT.
bool read_authority(std::string_view text, Url& url) {
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return false;
    url.host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
  } else {
    const auto colon = std::min(text.find(':'), text.size());
    url.host = text.substr(0, colon);
    rest = text.substr(colon);
  }
  const bool plain = !url.host.empty() && std::ranges::all_of(url.host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == ':' || c == '_' || c == '%';
  });
  if (!plain) return false;
  if (rest.empty()) return true;
  const auto port = rest.front() == ':' ? port_of(rest.substr(1)) : std::nullopt;
  if (!port) return false;
  url.port = *port;
  return true;
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
  return find(headers, name);
}

std::string_view Response::header(std::string_view name) const {
  return find(headers, name);
}

std::string_view reason_of(unsigned status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return "Other";
  }
}

std::string to_wire(const Request& request, std::string_view host) {
  require(request.target.find_first_of(" \r\n") == std::string::npos);
  std::string out = cat(request.method, " ", request.target, " HTTP/1.1\r\n");
  add_line(out, "Host", host);
  for (const auto& [name, value] : request.headers) add_line(out, name, value);
  if (!request.body.empty() || request.method == "POST") {
    add_line(out, "Content-Length", cat(request.body.size()));
  }
  if (!request.keep_alive) add_line(out, "Connection", "close");
  return out += "\r\n" + request.body;
}

std::string to_wire(const Response& response, bool keep_alive, bool head) {
  std::string out = cat("HTTP/1.1 ", response.status, " ", reason_of(response.status), "\r\n");
  out.reserve(256 + response.body.size());
  if (!response.type.empty()) add_line(out, "Content-Type", response.type);
  for (const auto& [name, value] : response.headers) add_line(out, name, value);
  add_line(out, "Content-Length", cat(response.body.size()));
  if (!keep_alive) add_line(out, "Connection", "close");
  out += "\r\n";
  if (!head) out += response.body;
  return out;
}

std::string Url::authority() const {
  const bool v6 = host.find(':') != std::string::npos;
  return v6 ? cat("[", host, "]:", port) : cat(host, ":", port);
}

Result<Url> parse_url(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  if (text.starts_with("https://")) {
    return fail(Fault::unsupported, cat("`", printable(text, 200), "`: there is no TLS here yet"),
                "reach it through a tunnel or a proxy on this machine, as http://127.0.0.1:PORT");
  }
  Url url;
  const std::string_view rest =
      text.starts_with(kScheme) ? text.substr(kScheme.size()) : std::string_view{};
  const auto slash = std::min(rest.find('/'), rest.size());
  url.prefix = rest.substr(slash);
  while (url.prefix.ends_with('/')) url.prefix.pop_back();
  const bool plain = std::ranges::all_of(
      url.prefix, [](char c) { return c > ' ' && c <= '~' && c != '?' && c != '#'; });
  if (!plain || !read_authority(rest.substr(0, slash), url)) {
    return fail(Fault::usage, cat("`", printable(text, 200), "` is no address of a server"),
                "it reads http://HOST:PORT/PREFIX");
  }
  return url;
}

Result<Url> parse_listen(std::string_view text) {
  Url url;
  url.port = 0;
  if (const auto port = port_of(text)) {
    url.host = "127.0.0.1";
    url.port = *port;
    return url;
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || !port_of(text.substr(colon + 1)) ||
      !read_authority(text, url)) {
    return fail(Fault::usage, cat("`", printable(text, 200), "` is no address to listen at"),
                "it reads HOST:PORT, as in 127.0.0.1:8470");
  }
  return url;
}

}  // namespace cupel::net
