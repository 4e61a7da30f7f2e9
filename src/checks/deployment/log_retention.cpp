// SPDX-License-Identifier: Apache-2.0
// deployment.log-retention: are logs kept, and for as long as was promised?
//
// It reads configuration files for settings that say so. What a setting does in the running
// system is not seen here; that is said in the criterion.
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "checks/material.h"
#include "formats/settings.h"

namespace cupel {

extern const Check kLogRetention;

namespace {

using settings::Setting;

constexpr std::array<std::string_view, 3> kCodes = {"LOG001", "LOG002", "LOG003"};
constexpr std::array<TestUnit, 1> kUnits = {{
    {.id = "5.4.2-1/log-retention",
     .provision = "5.4.2-1",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "deployment.log-retention",
     .criterion = "no configuration switches logging off, and every retention that is configured "
                  "is at least the declared one",
     .codes = kCodes},
}};

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && value >= 0 && value < 1'000'000'000 ? std::optional(value) : std::nullopt;
}

// "400", "400d", "9600h", "13months", "57w", "400 days" → days.
std::optional<std::int64_t> days_of(std::string_view value, std::int64_t seconds_per_unit) {
  constexpr std::int64_t kDay = 86'400;
  if (const auto count = number(value)) return *count * seconds_per_unit / kDay;
  if (const auto days = parse_days(value)) return days;
  const auto unit_at = value.find_first_not_of("0123456789");
  if (unit_at == 0 || unit_at == std::string_view::npos) return {};
  const auto count = number(value.substr(0, unit_at));
  const std::string unit = lower(trim(value.substr(unit_at)));
  if (!count) return {};
  if (unit == "h") return *count / 24;
  if (unit == "m" || unit == "min" || unit == "s") return 0;
  if (unit == "d") return count;
  if (unit == "w") return *count * 7;
  if (unit == "month" || unit == "months") return *count * 30;
  if (unit == "y" || unit == "year" || unit == "years") return *count * 365;
  return {};
}

bool has(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

bool is_off(std::string_view value) {
  const std::string plain = lower(value);
  return plain == "false" || plain == "off" || plain == "no" || plain == "0" ||
         plain == "disabled" || plain == "none" || plain == "/dev/null";
}

// "logging.enabled: false", "access_log off", "disable_logging: true", "log_level: off".
bool switches_off(const Setting& setting) {
  const std::string_view key = setting.key;
  const auto ends = [&](std::string_view end) { return key.ends_with(end); };
  const bool about_logs = has(key, "logging") || has(key, "audit_log") || has(key, "access_log");
  if (ends("logging.enabled") || ends("audit_log.enabled") || ends("access_log.enabled") ||
      ends("log.enabled") || ends("logs.enabled") || ends("logging_enabled") ||
      ends("enable_logging") || ends("access_log") || ends("audit_log")) {
    return is_off(setting.value);
  }
  if (ends("log_level") || (about_logs && ends(".level"))) {
    return is_off(setting.value) && setting.value != "0";
  }
  if (ends("disable_logging") || ends("disable_access_log") || ends("disable_request_logging") ||
      (about_logs && ends(".disabled"))) {
    return !setting.value.empty() && !is_off(setting.value);
  }
  // "logging" itself, and the log driver of a container.
  return (key == "logging" || ends("logging.driver")) && is_off(setting.value);
}

// A word of the name is about logs: "catalog" and "blog" are not.
bool speaks_of_logs(std::string_view name) {
  constexpr std::array<std::string_view, 10> kWords = {
      "log",  "logs",     "logging", "logger", "logrotate",
      "loki", "journald", "journal", "audit",  "cloudwatch"};
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const std::string plain = lower(name);
  for (std::size_t at = 0; at < plain.size();) {
    std::size_t end = at;
    while (end < plain.size() && is_letter(plain[end])) ++end;
    const std::string_view word = std::string_view(plain).substr(at, end - at);
    if (std::ranges::find(kWords, word) != kWords.end()) return true;
    at = end + 1;
  }
  return false;
}

// A retention that a setting configures, in days.
std::optional<std::int64_t> retention_of(const Setting& setting, std::string_view path) {
  constexpr std::int64_t kSecond = 1;
  constexpr std::int64_t kHour = 3'600;
  constexpr std::int64_t kDay = 86'400;
  const std::string_view key = setting.key;
  if (key.ends_with("maxretentionsec")) return days_of(setting.value, kSecond);  // journald
  const bool about_logs = speaks_of_logs(key) || speaks_of_logs(file_name(path));
  if (!about_logs || has(key, "size") || has(key, "bytes")) return {};
  if (key.ends_with("retention_hours")) return days_of(setting.value, kHour);
  if (key.ends_with("retention") || key.ends_with("retention_days") ||
      key.ends_with("retention_in_days") || key.ends_with("retention_period") ||
      key.ends_with("retain_days") || key.ends_with("keep_days")) {
    return days_of(setting.value, kDay);
  }
  return {};
}

// logrotate: "daily" and "rotate 400" keep 400 days, "maxage" bounds them.
class Rotation {
 public:
  void take(const Setting& setting) {
    const auto dot = setting.key.rfind('.');
    const auto word = std::string_view(setting.key).substr(dot == std::string::npos ? 0 : dot + 1);
    if (word == "hourly") period_ = 0;
    if (word == "daily") period_ = 1;
    if (word == "weekly") period_ = 7;
    if (word == "monthly") period_ = 30;
    if (word == "yearly") period_ = 365;
    if (word == "rotate") {
      count_ = number(setting.value);
      line_ = setting.line;
    }
    if (word == "maxage") bound_ = number(setting.value);
  }
  [[nodiscard]] std::optional<std::int64_t> days() const {
    if (!count_ || !period_) return {};
    const std::int64_t kept = *count_ * *period_;
    return bound_ ? std::min(kept, *bound_) : kept;
  }
  [[nodiscard]] std::uint32_t line() const { return line_; }

 private:
  std::optional<std::int64_t> period_;
  std::optional<std::int64_t> count_;
  std::optional<std::int64_t> bound_;
  std::uint32_t line_ = 0;
};

// What the organisation promised: the parameter `retention` of its claim.
struct Promise {
  std::optional<std::int64_t> days;
  std::string problem;
};
Promise promise_of(const CheckInput& input) {
  const Claim* claim = input.system.claim("5.4.2-1");
  if (claim == nullptr) return {.days = {}, .problem = "no retention is declared for 5.4.2-1"};
  for (const std::string_view key : {"retention", "log_retention"}) {
    const Json& given = claim->parameters[key];
    if (given.is_null()) continue;
    const auto days =
        given.is_integer() ? std::optional(given.integer()) : parse_days(given.text());
    if (days) return {.days = days, .problem = {}};
    return {.days = {}, .problem = "the declared retention is not a duration"};
  }
  return {.days = {}, .problem = "no retention is declared for 5.4.2-1"};
}

class Search {
 public:
  Search(const CheckInput& input, Promise promise)
      : input_(input), promise_(std::move(promise)), seen_(observe(kLogRetention, input)) {}

  Result<void> look_at(const FileEntry& file) {
    auto text = TRY(read_text_of(input_, file));
    if (!text.ok()) {
      miss(seen_.coverage, file.path, text.problem);
      return {};
    }
    if (text.text.find('\0') != std::string::npos) return {};  // not a text
    const auto reading = settings::read(text.text, settings::syntax_of(file.path));
    if (reading.problem.empty()) {
      hit(seen_.coverage);
    } else {
      miss(seen_.coverage, file.path, reading.problem);
    }
    seen_.subjects.push_back(subject_of(file));
    Rotation rotation;
    for (const auto& setting : reading.settings) {
      if (switches_off(setting)) tell_off(file, setting);
      if (const auto days = retention_of(setting, file.path)) compare(file, setting.line, *days);
      rotation.take(setting);
    }
    if (const auto days = rotation.days()) compare(file, rotation.line(), *days);
    return {};
  }

  Observation conclude() {
    if (retentions_ == 0) tell_none();
    if (!promise_.days && retentions_ != 0) miss(seen_.coverage, "5.4.2-1", promise_.problem);
    seen_.facts = Json::object({{"retentions", retentions_}, {"switched_off", off_}});
    if (shortest_) seen_.facts.set("shortest_days", *shortest_);
    if (promise_.days) seen_.facts.set("declared_days", *promise_.days);
    seen_.measured = cat(
        count_of(retentions_, "retention setting"),
        shortest_ ? cat(", the shortest ", count_of(static_cast<std::uint64_t>(*shortest_), "day"))
                  : std::string(),
        promise_.days
            ? cat(", declared ", count_of(static_cast<std::uint64_t>(*promise_.days), "day"))
            : std::string(", none declared"),
        ", logging switched off in ", count_of(off_, "place"));
    return std::move(seen_);
  }

 private:
  void compare(const FileEntry& file, std::uint32_t line, std::int64_t days) {
    ++retentions_;
    if (!shortest_ || days < *shortest_) shortest_ = days;
    if (!promise_.days || days >= *promise_.days) return;
    seen_.diagnostics.push_back(
        {.code = "LOG001",
         .severity = Severity::high,
         .title = cat("logs are kept ", days, " days, but ", *promise_.days, " are declared"),
         .place = place_of(file, line),
         .help = "raise the retention, or declare and justify a shorter one under 5.4.2-1"});
  }

  void tell_off(const FileEntry& file, const Setting& setting) {
    ++off_;
    seen_.diagnostics.push_back(
        {.code = "LOG002",
         .severity = Severity::high,
         .title = cat("logging is switched off by `", printable(setting.key, 100), ": ",
                      printable(setting.value, 60), "`"),
         .place = place_of(file, setting.line),
         .help = "switch it on; filter what must not be logged instead"});
  }

  void tell_none() {
    if (seen_.coverage.population == 0) hit(seen_.coverage);
    if (seen_.subjects.empty()) {
      seen_.subjects.push_back(
          {.kind = "system", .name = input_.system.name, .digest = input_.system.digest});
    }
    seen_.diagnostics.push_back(
        {.code = "LOG003",
         .severity = Severity::medium,
         .title = "no configuration says how long logs are kept",
         .place = {.path = {"cupel.yaml"}, .pointer = "declares.5.4.2-1"},
         .help = "keep the log configuration (logrotate, retention_days, …) with the system and "
                 "declare it as an asset of kind configuration"});
  }

  const CheckInput& input_;
  Promise promise_;
  Observation seen_;
  std::size_t retentions_ = 0;
  std::size_t off_ = 0;
  std::optional<std::int64_t> shortest_;
};

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  Search search(input, promise_of(input));
  for (const auto& file : input.inventory.files) {
    if (file.kind != AssetKind::configuration || is_vendored(file.path)) continue;
    TRY(task.step(1));
    TRY(search.look_at(file));
  }
  return emit(search.conclude());
}

}  // namespace

constinit const Check kLogRetention = {
    .id = "deployment.log-retention",
    .question = "are logs kept, and for as long as was promised?",
    .codes = kCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
