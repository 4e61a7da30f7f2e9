// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <tuple>

#include "base/text.h"
#include "scan/examiner.h"

namespace cupel::scan {
namespace {

// Findings are kept in one order whatever the order in which they were made.
// Without copies: a flood of findings is compared with those that are kept, one by one.
auto order(const Diagnostic& finding, const std::uint64_t& begin) {
  return std::tie(finding.place.path, begin, finding.place.line, finding.code, finding.title);
}

bool before(const Diagnostic& a, const Diagnostic& b) {
  if (a.severity != b.severity) return a.severity > b.severity;
  const std::uint64_t begin_a = a.place.span ? a.place.span->begin : 0;
  const std::uint64_t begin_b = b.place.span ? b.place.span->begin : 0;
  return order(a, begin_a) < order(b, begin_b);
}

// What stands at the span, beginning at a multiple of sixteen as byte views do.
void take_excerpt(Finding& finding, Bytes bytes) {
  if (!finding.place.span || finding.place.span->begin >= bytes.size()) return;
  finding.excerpt_begin = finding.place.span->begin & ~std::uint64_t{15};
  const auto rest = bytes.subspan(static_cast<std::size_t>(finding.excerpt_begin));
  finding.excerpt = as_text(rest.first(std::min(rest.size(), kExcerptBytes)));
}

}  // namespace

Sniff sniff_of(const Layer& layer) {
  return {.head = layer.bytes.first(std::min(layer.bytes.size(), kSniffBytes)),
          .size = layer.bytes.size(),
          .name = layer.name()};
}

const Format* format_of(const Layer& layer) {
  if (!layer.format) layer.format = recognise(sniff_of(layer));
  return *layer.format;
}

Diagnostic finding(std::string_view code, Severity severity, Place place, std::string title,
                   std::string_view help, std::vector<std::string> notes) {
  return {.code = std::string(code),
          .severity = severity,
          .title = std::move(title),
          .place = std::move(place),
          .notes = std::move(notes),
          .help = std::string(help)};
}

std::string quote(std::string_view name) {
  return cat("`", printable(name, 200), "`");
}

bool is_format(const Layer& layer, std::string_view id) {
  const auto* format = format_of(layer);
  return format != nullptr && format->id == id;
}

std::string name_some(const std::vector<std::string>& names, std::size_t most) {
  std::string out;
  const std::size_t shown = std::min(most, names.size());
  for (std::size_t i = 0; i < shown; ++i) {
    if (i != 0) out += i + 1 == names.size() ? " and " : ", ";
    out += quote(names[i]);
  }
  if (names.size() > shown) out += cat(" and ", names.size() - shown, " more");
  return out;
}

std::string unexamined(const Layer& layer) {
  constexpr std::array<std::string_view, 8> kCode = {".so",    ".dll", ".dylib", ".exe",
                                                     ".class", ".jar", ".js",    ".lua"};
  if (layer.bytes.empty()) return {};
  const auto* format = format_of(layer);
  if (format != nullptr && format->kind != AssetKind::dataset) {
    return cat("there is no examiner for ", format->title, " yet");
  }
  const std::string name = lower(layer.name());
  const auto ends = [&](std::string_view ending) { return name.ends_with(ending); };
  if (std::ranges::any_of(kCode, ends)) return "there is no examiner for code yet";
  return {};
}

void Session::tell(const Layer& layer, Diagnostic diagnostic) {
  if (diagnostic.place.path.empty()) diagnostic.place.path = layer.path;
  auto& findings = report_.findings;
  const bool full = !findings.empty() && findings.size() >= limits_.findings;
  if (full && !before(diagnostic, *std::ranges::max_element(findings, before))) {
    ++report_.findings_untold;
    return;
  }
  const auto same = [&](const Diagnostic& told) { return told == diagnostic; };
  if (std::ranges::any_of(findings, same)) return;
  Finding finding{{std::move(diagnostic)}};
  if (finding.place.path == layer.path) take_excerpt(finding, layer.bytes);
  findings.push_back(std::move(finding));
  if (findings.size() <= limits_.findings) return;
  // The one that is worth least goes: a flood of trifles must not hide anything.
  findings.erase(std::ranges::max_element(findings, before));
  ++report_.findings_untold;
}

void Session::miss(const Layer& layer, std::string_view why) {
  miss(layer, why, layer.bytes.size());
}

void Session::miss(const Layer& layer, std::string_view why, std::uint64_t bytes) {
  constexpr std::size_t kTold = 20;
  // Of what lies packed inside nobody can say how many bytes of the file it is: at least one.
  report_.missed_bytes += layer.depth == 0 ? bytes : std::min<std::uint64_t>(bytes, 1);
  const std::string line =
      layer.depth == 0 ? std::string(why) : cat(to_text(layer.place()), ": ", why);
  auto& shortfalls = report_.shortfalls;
  if (shortfalls.size() == kTold) shortfalls.emplace_back("and more");
  if (shortfalls.size() < kTold && std::ranges::find(shortfalls, line) == shortfalls.end()) {
    shortfalls.push_back(line);
  }
}

void Session::import(std::string_view name, std::string_view standing, std::uint64_t count) {
  const auto [at, fresh] = imports_.try_emplace(
      std::string(name),
      Import{.name = std::string(name), .standing = std::string(standing), .count = count});
  if (!fresh) at->second.count += count;
}

void Session::state(const Layer& layer, std::string_view key, std::string_view value) {
  constexpr std::size_t kStatements = 1'000;
  if (report_.statements.size() >= kStatements) return;
  report_.statements.push_back(
      {.key = std::string(key), .value = printable(value, 2'000), .place = layer.place()});
}

void Session::follow(const Layer& outer, std::string_view name, Bytes bytes, bool is_loaded) {
  Layer layer{
      .bytes = bytes, .path = outer.path, .depth = outer.depth + 1, .weights = limits_.weights};
  layer.path.push_back(is_utf8(name) ? std::string(name) : printable(name));
  if (layer.depth > limits_.depth) return miss(layer, "containers are nested too deep");
  if (layers_ >= limits_.layers) return miss(layer, "there are more members than are examined");
  if (!examine(layer).empty()) return;
  if (const auto why = unexamined(layer); !why.empty()) {
    miss(layer, why);
  } else if (is_loaded) {
    miss(layer, "its format is not recognised");
  }
}

std::uint64_t Session::unpack_limit(std::uint64_t packed) const {
  const std::uint64_t fair =
      packed > limits_.member_bytes / limits_.ratio ? limits_.member_bytes : packed * limits_.ratio;
  const std::uint64_t left = unpackable_bytes_ - unpacked_bytes_;
  return std::min({std::max(fair, limits_.suspicious_member_bytes), limits_.member_bytes, left});
}

void Session::count_unpacked(std::uint64_t bytes) {
  unpacked_bytes_ += std::min(bytes, unpackable_bytes_ - unpacked_bytes_);
}

bool Session::may_unpack(const Layer& layer, std::uint64_t unpacked, std::uint64_t packed) {
  if (unpacked > unpack_limit(packed)) {
    miss(layer, cat("it would unpack from ", human_bytes(packed), " to ", human_bytes(unpacked),
                    ", more than is examined"));
    return false;
  }
  unpacked_bytes_ += unpacked;
  return true;
}

std::vector<std::string_view> Session::examine(const Layer& layer) {
  if (layer.depth == 0) {
    const auto size = std::min<std::uint64_t>(layer.bytes.size(), limits_.unpacked_bytes);
    unpackable_bytes_ =
        std::min(limits_.unpacked_bytes, limits_.suspicious_member_bytes + (size * limits_.ratio));
  }
  ++layers_;
  std::vector<std::string_view> fitting;
  for (const auto* examiner : all_examiners()) {
    if (!examiner->fits(layer)) continue;
    fitting.push_back(examiner->id);
    examiner->examine(layer, *this);
  }
  return fitting;
}

Report Session::report() && {
  std::ranges::sort(report_.findings, before);
  for (auto& [name, import] : imports_) report_.imports.push_back(std::move(import));
  report_.layers = layers_;
  return std::move(report_);
}

}  // namespace cupel::scan
