// SPDX-License-Identifier: Apache-2.0
// Reading messages: Boost.Beast's parser, fed with bytes and asked for values. It sees no socket.
#include "base/text.h"
#include "net/beast.h"
#include "net/http.h"

namespace cupel::net {
namespace {

namespace http = boost::beast::http;

std::string text_of(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

template <class Fields>
std::vector<Header> headers_of(const Fields& fields) {
  std::vector<Header> headers;
  for (const auto& field : fields) {
    headers.push_back({.name = text_of(field.name_string()), .value = text_of(field.value())});
  }
  return headers;
}

Refusal refusal_of(const boost::beast::error_code& problem) {
  if (problem == http::error::body_limit) return {.status = 413, .what = "the body is too large"};
  if (problem == http::error::header_limit) {
    return {.status = 431, .what = "the header is too large"};
  }
  return {.status = 400, .what = cat("this is no HTTP/1.1: ", problem.message())};
}

// The bytes that have come and were not read, and the message that they are read into.
template <class Parser>
class Feed {
 public:
  Feed(const MessageLimits& limits, bool skip_body) : limits_(limits), skip_body_(skip_body) {
    begin();
  }

  void add(Bytes bytes) {
    if (refusal) return;
    // What was used is cut off when it is more than what is left.
    if (at_ > buffer_.size() / 2) {
      buffer_.erase(0, at_);
      at_ = 0;
    }
    buffer_ += as_text(bytes);
    read();
  }
  void end() {
    if (refusal || parser_->is_done()) return;
    boost::beast::error_code problem;
    parser_->put_eof(problem);
    if (problem) refusal = refusal_of(problem);
  }
  // The message, when all of it is there; reading goes on with the next one.
  std::optional<typename Parser::value_type> next() {
    if (refusal || !parser_->is_done()) return {};
    std::optional<typename Parser::value_type> message(parser_->release());
    begin();
    read();
    return message;
  }
  [[nodiscard]] bool begun() const { return parser_->got_some() || at_ < buffer_.size(); }
  [[nodiscard]] const Parser& parser() const { return *parser_; }

  std::optional<Refusal> refusal;

 private:
  void begin() {
    parser_.emplace();
    parser_->eager(true);
    parser_->header_limit(limits_.header_bytes);
    parser_->body_limit(limits_.body_bytes);
    parser_->skip(skip_body_);
  }
  void read() {
    while (at_ < buffer_.size() && !parser_->is_done() && !refusal) {
      boost::beast::error_code problem;
      const std::size_t used = parser_->put(
          boost::asio::const_buffer(buffer_.data() + at_, buffer_.size() - at_), problem);
      at_ += used;
      if (problem == http::error::need_more) return;
      if (problem) refusal = refusal_of(problem);
      if (used == 0) return;
    }
  }

  MessageLimits limits_;
  bool skip_body_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::optional<Parser> parser_;
};

using RequestParser = http::request_parser<http::string_body>;
using ResponseParser = http::response_parser<http::string_body>;

}  // namespace

struct RequestReader::State {
  explicit State(const MessageLimits& limits) : feed(limits, false) {}
  Feed<RequestParser> feed;
  bool told_to_continue = false;
};

RequestReader::RequestReader(const MessageLimits& limits)
    : state_(std::make_unique<State>(limits)) {}
RequestReader::RequestReader(RequestReader&&) noexcept = default;
RequestReader& RequestReader::operator=(RequestReader&&) noexcept = default;
RequestReader::~RequestReader() = default;

void RequestReader::add(Bytes bytes) {
  state_->feed.add(bytes);
}

std::optional<Request> RequestReader::next() {
  auto message = state_->feed.next();
  if (!message) return {};
  state_->told_to_continue = false;
  if (message->version() != 11 && message->version() != 10) {
    state_->feed.refusal = Refusal{.status = 400, .what = "only HTTP/1.1 is spoken here"};
    return {};
  }
  Request request{.method = text_of(message->method_string()),
                  .target = text_of(message->target()),
                  .headers = headers_of(message->base()),
                  .body = std::move(message->body()),
                  .keep_alive = message->keep_alive()};
  return request;
}

const std::optional<Refusal>& RequestReader::refusal() const {
  return state_->feed.refusal;
}

bool RequestReader::begun() const {
  return state_->feed.begun();
}

bool RequestReader::waits_to_continue() {
  const auto& parser = state_->feed.parser();
  if (state_->told_to_continue || !parser.is_header_done() || parser.is_done()) return false;
  const auto expects = text_of(parser.get()[http::field::expect]);
  if (!equal_ignoring_case(expects, "100-continue")) return false;
  return state_->told_to_continue = true;
}

struct ResponseReader::State {
  State(const MessageLimits& limits, bool head) : feed(limits, head) {}
  Feed<ResponseParser> feed;
  bool keep_alive = false;
};

ResponseReader::ResponseReader(const MessageLimits& limits, bool head)
    : state_(std::make_unique<State>(limits, head)) {}
ResponseReader::ResponseReader(ResponseReader&&) noexcept = default;
ResponseReader& ResponseReader::operator=(ResponseReader&&) noexcept = default;
ResponseReader::~ResponseReader() = default;

void ResponseReader::add(Bytes bytes) {
  state_->feed.add(bytes);
}

void ResponseReader::end() {
  state_->feed.end();
}

std::optional<Response> ResponseReader::next() {
  auto message = state_->feed.next();
  if (!message) return {};
  state_->keep_alive = message->keep_alive() && !message->need_eof();
  return Response{.status = message->result_int(),
                  .type = text_of((*message)[http::field::content_type]),
                  .body = std::move(message->body()),
                  .headers = headers_of(message->base())};
}

const std::optional<Refusal>& ResponseReader::refusal() const {
  return state_->feed.refusal;
}

bool ResponseReader::begun() const {
  return state_->feed.begun();
}

bool ResponseReader::keep_alive() const {
  return state_->keep_alive;
}

}  // namespace cupel::net
