// SPDX-License-Identifier: Apache-2.0
// Models in XML: OpenVINO (the graph beside its weights) and PMML. A document type lets a reader
// open other files; OpenVINO's extensions are native code.
#include "formats/xml.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "scan/examiner.h"
#include "scan/text/hidden.h"
#include "scan/text/paths.h"

namespace cupel::scan {

extern const Examiner kXml;

namespace {

constexpr std::array<std::string_view, 6> kCodes = {"XML001", "XML002", "XML003",
                                                    "XML004", "TXT001", "TXT002"};
constexpr std::uint64_t kMostTold = 20;

// The document as UTF-8; `copy` holds it when it is not.
std::string_view document(const Layer& layer, std::string& copy) {
  copy = xml::from_utf16(layer.bytes.first(std::min<std::size_t>(layer.bytes.size(), 64)));
  if (!copy.empty()) copy = xml::from_utf16(layer.bytes);
  return copy.empty() ? as_text(layer.bytes) : std::string_view(copy);
}

bool fits(const Layer& layer) {
  if (is_format(layer, "pmml") || is_format(layer, "openvino")) return true;
  std::string copy;
  constexpr std::size_t kHead = 64U << 10U;
  Layer head = layer;
  head.bytes = layer.bytes.first(std::min(layer.bytes.size(), kHead));
  auto text = document(head, copy);
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  text = trim(text);
  if (!text.starts_with('<')) return false;
  const bool named = lower(layer.name()).ends_with(".pmml");
  if (named || text.find("<PMML") != std::string_view::npos) return true;
  const auto net = text.find("<net ");
  if (net != std::string_view::npos && text.find("<layer", net) != std::string_view::npos)
    return true;
  // OpenVINO's list of custom kernels, and whatever hides a root behind a long document type.
  return text.find("<CustomLayer") != std::string_view::npos ||
         (lower(layer.name()).ends_with(".xml") && text.find("<!ENTITY") != std::string_view::npos);
}

class Telling {
 public:
  Telling(const Layer& layer, Session& session, std::string_view text)
      : layer_(layer), session_(session), text_(text) {}

  void all() {
    const auto reading = xml::read(text_, [&](const xml::Element& element) { judge(element); });
    declarations(reading);
    if (!reading.complete) damage(reading);
    session_.state(layer_, "architecture", reading.root == "net" ? "OpenVINO IR" : reading.root);
  }

 private:
  void tell(std::string_view code, Severity severity, Span span, std::string title,
            std::string help, std::vector<std::string> notes = {}) {
    if (++told_ > kMostTold) return;
    session_.tell(layer_, finding(code, severity, layer_.place(span.begin, span.end),
                                  std::move(title), help, std::move(notes)));
  }

  void damage(const xml::Reading& reading) {
    session_.miss(layer_, "it could not be read to its end",
                  layer_.bytes.size() - std::min<std::uint64_t>(reading.end, layer_.bytes.size()));
    tell("XML001", Severity::high, {reading.end, reading.end},
         cat(quote(layer_.name()), ": ", reading.problem),
         "get the file again from where it was made, and compare digests");
  }

  void declarations(const xml::Reading& reading) {
    const auto excerpt = [&](Span span) {
      const auto at = static_cast<std::size_t>(span.begin);
      return printable(text_.substr(at, std::min<std::size_t>(text_.find('>', at) - at, 160)), 160);
    };
    for (const auto& span : reading.externals) {
      tell("XML002", Severity::critical, span,
           cat("the document type of ", quote(layer_.name()), " names another file or address"),
           "do not open it with a reader that resolves entities; models need none",
           {cat("`", excerpt(span), "`")});
    }
    if (!reading.externals.empty()) return;
    for (const auto& span : reading.entities) {
      tell("XML002", Severity::high, span,
           cat(quote(layer_.name()), " declares entities of its own"),
           "do not open it with a reader that expands entities; models need none",
           {cat("`", excerpt(span), "`"), "a few of them can expand to gigabytes"});
    }
  }

  void judge(const xml::Element& element) {
    if (element.name == "layer") layer(element);
    if (element.name == "CustomLayer" || element.name == "Kernel" || element.name == "Extension" ||
        element.name == "extension" || element.name == "Source") {
      extension(element);
    }
    if (element.name == "xi:include" || element.name == "include") {
      tell("XML002", Severity::high, element.span,
           cat(quote(layer_.name()), " includes ", quote(element.attribute("href"))),
           "do not open it with a reader that resolves inclusions");
    }
    for (const auto& [key, value] : element.attributes) {
      if (is_native_library(value)) return library(element, value);
      if (value.size() > 16) examine_hidden_text(layer_, session_, key, value, element.span);
    }
  }

  void library(const xml::Element& element, std::string_view path) {
    session_.import(path, "dangerous");
    tell("XML003", Severity::critical, element.span,
         cat("the element ", quote(element.name), " names the native library ", quote(path)),
         "do not load this model with extensions enabled; a graph needs no library");
  }

  // Operators of OpenVINO come in numbered sets.
  void layer(const xml::Element& element) {
    const auto version = element.attribute("version");
    const auto type = element.attribute("type");
    const bool numbered =
        version.starts_with("opset") && version.size() <= 8 && version.size() > 5 &&
        std::ranges::all_of(version.substr(5), [](char c) { return c >= '0' && c <= '9'; });
    // Graphs before version 10 had no sets.
    if (numbered || version.empty()) return;
    session_.import(cat(version, ".", type), "unknown");
    tell("XML004", Severity::medium, element.span,
         cat("the operator ", quote(type), " is of ", quote(version),
             ", which is no operator set of OpenVINO"),
         "find out which library defines it, and review that library: it is native code");
  }

  void extension(const xml::Element& element) {
    const auto file = element.attribute("filename");
    if (element.name == "Source" && !file.empty()) {
      const auto why = path_escape(file);
      return tell(
          "XML004", why.empty() ? Severity::medium : Severity::high, element.span,
          cat("a kernel is compiled from ", quote(file), why.empty() ? "" : ", which ", why),
          "review that source: it runs on the accelerator");
    }
    if (element.name != "CustomLayer") return;
    tell("XML004", Severity::medium, element.span,
         cat("the operator ", quote(element.attribute("name")), " has a kernel of its own"),
         "review that kernel: it is native code");
  }

  const Layer& layer_;
  Session& session_;
  std::string_view text_;
  std::uint64_t told_ = 0;
};

void examine(const Layer& layer, Session& session) {
  std::string copy;
  const auto text = document(layer, copy);
  Telling(layer, session, text).all();
}

}  // namespace

constinit const Examiner kXml = {
    .id = "xml-model", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
