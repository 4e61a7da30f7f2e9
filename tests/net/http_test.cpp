// SPDX-License-Identifier: Apache-2.0
#include "net/http.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "support/support.h"

namespace cupel::net {
namespace {

TEST(Http, ReadsRequestsHoweverTheirBytesCome) {
  const std::string wire =
      "POST /a?b HTTP/1.1\r\nHost: h\r\nX-Y: z\r\nContent-Length: 5\r\n\r\nhello"
      "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  for (std::size_t step = 1; step <= wire.size(); ++step) {
    RequestReader reader({});
    std::vector<Request> all;
    for (std::size_t at = 0; at < wire.size(); at += step) {
      reader.add(as_bytes(wire).subspan(at, std::min(step, wire.size() - at)));
      while (auto request = reader.next()) all.push_back(std::move(*request));
    }
    ASSERT_EQ(all.size(), 2U) << step;
    EXPECT_EQ(all[0].method, "POST");
    EXPECT_EQ(all[0].target, "/a?b");
    EXPECT_EQ(all[0].header("x-y"), "z");
    EXPECT_EQ(all[0].body, "hello");
    EXPECT_TRUE(all[0].keep_alive);
    EXPECT_FALSE(all[1].keep_alive);
    EXPECT_FALSE(reader.begun());
  }
}

unsigned refused(std::string_view wire) {
  RequestReader reader({.header_bytes = 512, .body_bytes = 8});
  reader.add(as_bytes(wire));
  EXPECT_FALSE(reader.next()) << wire;
  return reader.refusal() ? reader.refusal()->status : 0;
}

TEST(Http, RefusesWhatIsTooLargeOrCouldBeReadInTwoWays) {
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nA: " + std::string(600, 'x') + "\r\n\r\n"), 431U);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nA: " + std::string(600, 'x')), 431U);
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n"), 413U);
  EXPECT_EQ(refused("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n123456789\r\n"),
            413U);
  for (const auto* wire :
       {"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "GET / HTTP/1.1\r\nA : b\r\n\r\n",
        "GET / HTTP/1.1\r\n\xFF: b\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/3.0\r\n\r\n",
        "\x16\x03\x01\x02\r\n\r\n", "GET /\x01 HTTP/1.1\r\n\r\n"}) {
    EXPECT_EQ(refused(wire), 400U) << wire;
  }
}

TEST(Http, TellsOnceThatAClientWaitsToContinue) {
  RequestReader reader({});
  reader.add(as_bytes("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
  EXPECT_FALSE(reader.next());
  EXPECT_TRUE(reader.waits_to_continue());
  EXPECT_FALSE(reader.waits_to_continue());
  reader.add(as_bytes("ab"));
  EXPECT_EQ(reader.next()->body, "ab");
}

TEST(Http, ReadsWhatItWrites) {
  const Response response{
      .status = 409, .type = "text/x.tlog.size", .body = "12\n", .headers = {{"A", "b"}}};
  ResponseReader reader({});
  reader.add(as_bytes(to_wire(response, true) + to_wire(response, false)));
  for (const bool keep : {true, false}) {
    const auto read = reader.next();
    ASSERT_TRUE(read);
    EXPECT_EQ(read->status, 409U);
    EXPECT_EQ(read->type, response.type);
    EXPECT_EQ(read->body, response.body);
    EXPECT_EQ(read->header("a"), "b");
    EXPECT_EQ(reader.keep_alive(), keep);
  }
  RequestReader requests({});
  requests.add(as_bytes(
      to_wire(Request{.method = "POST", .target = "/x", .headers = {}, .body = "y"}, "h:1")));
  const auto request = requests.next();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->header("host"), "h:1");
  EXPECT_EQ(request->body, "y");
}

TEST(Http, ReadsAddresses) {
  const auto url = parse_url("http://example.com:81/a/b/");
  ASSERT_OK(url);
  EXPECT_EQ(url.value().host, "example.com");
  EXPECT_EQ(url.value().port, 81);
  EXPECT_EQ(url.value().prefix, "/a/b");
  EXPECT_EQ(parse_url("http://[::1]").value().authority(), "[::1]:80");
  EXPECT_EQ(parse_url("https://x").error().fault, Fault::unsupported);
  for (const auto* text :
       {"", "x", "http://", "http:///", "http://a b", "http://a:65536", "http://a:", "http://a:01",
        "http://u@h", "http://[::1", "http://a/ b", "ftp://a"}) {
    EXPECT_FALSE(parse_url(text).ok()) << text;
  }
  EXPECT_EQ(parse_listen("80").value().authority(), "127.0.0.1:80");
  EXPECT_EQ(parse_listen("[::1]:0").value().authority(), "[::1]:0");
  for (const auto* text : {"", "a", "a:", "a:x", "::1", "[::1]"}) {
    EXPECT_FALSE(parse_listen(text).ok()) << text;
  }
}

}  // namespace
}  // namespace cupel::net
