// SPDX-License-Identifier: Apache-2.0
#include "app/scan_policy.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "formats/yaml.h"
#include "scan/scan.h"

namespace cupel {
namespace {

class PolicyReader {
 public:
  PolicyReader(std::string_view path, std::vector<Diagnostic>& diagnostics)
      : path_(path), diagnostics_(diagnostics) {}

  ScanPolicy read(std::string_view text) {
    const auto reading = yaml::read(text);
    for (const auto& problem : reading.problems) tell("POL001", problem.at, problem.what, "");
    if (!reading.problems.empty()) return {};
    if (reading.root.kind != yaml::Kind::mapping) {
      tell("POL001", reading.root.begin, "a policy is a mapping with `cupel-policy: 1`", "");
      return {};
    }
    check_keys(reading.root, {"cupel-policy", "suppress"});
    const auto* version = reading.root.find("cupel-policy");
    if (version == nullptr || version->text != "1") {
      tell("POL001", reading.root.begin, "`cupel-policy: 1` is missing", "begin the file with it");
    }
    ScanPolicy policy;
    if (const auto* list = reading.root.find("suppress")) {
      for (const auto& item : list->items) suppression(item, policy);
    }
    return policy;
  }

 private:
  void suppression(const yaml::Node& node, ScanPolicy& policy) {
    if (node.kind != yaml::Kind::mapping) {
      return tell("POL001", node.begin, "an entry of `suppress` is a mapping", "");
    }
    const auto before = diagnostics_.size();
    check_keys(node, {"code", "sha256", "reason", "expires"});
    Suppression entry{.code = need(node, "code"),
                      .sha256 = lower(need(node, "sha256")),
                      .reason = need(node, "reason"),
                      .expires = {}};
    const auto expires = need(node, "expires");
    if (diagnostics_.size() != before) return;
    if (std::ranges::find(scan::kAllCodes, entry.code) == std::ranges::end(scan::kAllCodes)) {
      tell("POL001", node.find("code")->begin,
           cat("`", printable(entry.code, 40), "` is no code of cupel scan"), "cupel explain CODE");
    }
    if (entry.sha256.size() != 64 || !from_hex(entry.sha256)) {
      tell("POL001", node.find("sha256")->begin, "`sha256` is not a digest of 64 hex digits",
           "cupel scan --format json prints it");
    }
    const auto date = parse_timestamp(expires.size() == 10 ? cat(expires, "T00:00:00Z") : expires);
    if (!date) {
      tell("POL001", node.find("expires")->begin, "`expires` is not a date",
           "write it like 2027-03-01");
    }
    if (!date || diagnostics_.size() != before) return;
    entry.expires = *date;
    policy.suppressions.push_back(std::move(entry));
  }

  std::string need(const yaml::Node& node, std::string_view key) {
    const auto* value = node.find(key);
    if (value != nullptr && value->kind == yaml::Kind::text && !value->text.empty()) {
      return value->text;
    }
    tell("POL001", node.begin, cat("the entry has no `", key, "`"),
         "each suppression names a code, the digest of the file, a reason and a date");
    return {};
  }

  void check_keys(const yaml::Node& node, const std::vector<std::string_view>& known) {
    for (const auto& key : node.keys) {
      if (std::ranges::find(known, key.text) != known.end()) continue;
      const auto near = nearest(key.text, known);
      tell("POL001", key.begin, cat("`", printable(key.text, 60), "` is no key of a policy"),
           near ? cat("did you mean `", *near, "`?") : std::string());
    }
  }

  void tell(std::string_view code, const yaml::Mark& at, std::string what, std::string help) {
    diagnostics_.push_back(
        {.code = std::string(code),
         .severity = Severity::high,
         .title = std::move(what),
         .place = {.path = {std::string(path_)}, .line = at.line, .column = at.column},
         .help = std::move(help)});
  }

  std::string_view path_;
  std::vector<Diagnostic>& diagnostics_;
};

}  // namespace

ScanPolicy read_scan_policy(std::string_view path, std::string_view text,
                            std::vector<Diagnostic>& diagnostics) {
  return PolicyReader(path, diagnostics).read(text);
}

void apply(const ScanPolicy& policy, Timestamp now, ScanSubject& subject) {
  if (subject.sha256.empty()) return;
  auto& findings = subject.report.findings;
  for (const auto& entry : policy.suppressions) {
    if (entry.sha256 != subject.sha256 || now >= entry.expires) continue;
    std::erase_if(findings, [&](const scan::Finding& finding) {
      if (finding.code != entry.code) return false;
      subject.suppressed.push_back({.code = finding.code,
                                    .title = finding.title,
                                    .reason = entry.reason,
                                    .expires = to_date(entry.expires)});
      return true;
    });
  }
}

}  // namespace cupel
