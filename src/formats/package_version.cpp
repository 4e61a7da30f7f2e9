// SPDX-License-Identifier: Apache-2.0
#include "formats/package_version.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.h"

namespace cupel {
namespace {

using Order = std::optional<std::weak_ordering>;
constexpr std::size_t kLongest = 512;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

// Numbers of any length, leading zeros aside.
std::weak_ordering compare_numbers(std::string_view a, std::string_view b) {
  const auto bare = [](std::string_view text) {
    return text.substr(std::min(text.find_first_not_of('0'), text.size()));
  };
  a = bare(a);
  b = bare(b);
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a.compare(b) <=> 0;
}

// --- PEP 440 -----------------------------------------------------------------------------------

struct Pep440 {
  std::string_view epoch = "0";
  std::vector<std::string_view> release;  // without zeros at its end
  int phase = 4;  // 0 development release of nothing else, 1 a, 2 b, 3 rc, 4 none
  std::string_view phase_number = "0";
  bool has_post = false;
  std::string_view post = "0";
  bool has_dev = false;
  std::string_view dev = "0";
  std::vector<std::string_view> local;
};

class Pep440Reader {
 public:
  explicit Pep440Reader(std::string_view text) : rest_(text) {}

  std::optional<Pep440> read() {
    take("v");
    auto first = number();
    if (first.empty()) return {};
    if (take("!")) {
      version_.epoch = first;
      first = number();
      if (first.empty()) return {};
    }
    version_.release.push_back(first);
    while (rest_.size() > 1 && rest_[0] == '.' && is_digit(rest_[1])) {
      rest_.remove_prefix(1);
      version_.release.push_back(number());
    }
    if (!suffixes()) return {};
    while (version_.release.size() > 1 && compare_numbers(version_.release.back(), "0") == 0) {
      version_.release.pop_back();
    }
    if (version_.phase == 4 && !version_.has_post && version_.has_dev) version_.phase = 0;
    return version_;
  }

 private:
  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  std::string_view number() {
    std::size_t end = 0;
    while (end < rest_.size() && is_digit(rest_[end])) ++end;
    const auto digits = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return digits;
  }

  // ".", "-" and "_" may stand before a word and before its number.
  void separator() {
    if (!rest_.empty() && std::string_view(".-_").find(rest_[0]) != std::string_view::npos) {
      rest_.remove_prefix(1);
    }
  }

  // One of the words, longest first, with a number behind it.
  bool word(std::initializer_list<std::string_view> words, std::string_view& its_number) {
    const auto before = rest_;
    separator();
    for (const auto each : words) {
      if (!take(each)) continue;
      const auto behind = rest_;
      separator();
      auto digits = number();
      if (digits.empty()) rest_ = behind;
      its_number = digits.empty() ? std::string_view("0") : digits;
      return true;
    }
    rest_ = before;
    return false;
  }

  bool suffixes() {
    if (word({"alpha", "a"}, version_.phase_number)) {
      version_.phase = 1;
    } else if (word({"beta", "b"}, version_.phase_number)) {
      version_.phase = 2;
    } else if (word({"preview", "pre", "rc", "c"}, version_.phase_number)) {
      version_.phase = 3;
    }
    if (word({"post", "rev", "r"}, version_.post)) {
      version_.has_post = true;
    } else if (rest_.size() > 1 && rest_[0] == '-' && is_digit(rest_[1])) {
      rest_.remove_prefix(1);
      version_.post = number();
      version_.has_post = true;
    }
    version_.has_dev = word({"dev"}, version_.dev);
    if (take("+")) return local();
    return rest_.empty();
  }

  bool local() {
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= rest_.size(); ++i) {
      const bool ends =
          i == rest_.size() || std::string_view(".-_").find(rest_[i]) != std::string_view::npos;
      if (!ends && !is_digit(rest_[i]) && !is_letter(rest_[i])) return false;
      if (!ends) continue;
      if (i == begin) return false;
      version_.local.push_back(rest_.substr(begin, i - begin));
      begin = i + 1;
    }
    return true;
  }

  std::string_view rest_;
  Pep440 version_;
};

std::weak_ordering compare_local(const std::vector<std::string_view>& a,
                                 const std::vector<std::string_view>& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const bool number_a = is_number(a[i]);
    const bool number_b = is_number(b[i]);
    if (number_a != number_b) return number_a <=> number_b;  // a number is later than a word
    const auto order = number_a ? compare_numbers(a[i], b[i])
                                : static_cast<std::weak_ordering>(a[i].compare(b[i]) <=> 0);
    if (order != 0) return order;
  }
  return a.size() <=> b.size();
}

Order compare_pep440(std::string_view left, std::string_view right) {
  const std::string plain_left = lower(trim(left));
  const std::string plain_right = lower(trim(right));
  const auto a = Pep440Reader(plain_left).read();
  const auto b = Pep440Reader(plain_right).read();
  if (!a || !b) return {};
  if (const auto order = compare_numbers(a->epoch, b->epoch); order != 0) return order;
  for (std::size_t i = 0; i < std::max(a->release.size(), b->release.size()); ++i) {
    const auto order = compare_numbers(i < a->release.size() ? a->release[i] : "0",
                                       i < b->release.size() ? b->release[i] : "0");
    if (order != 0) return order;
  }
  if (a->phase != b->phase) return a->phase <=> b->phase;
  if (const auto order = compare_numbers(a->phase_number, b->phase_number); order != 0)
    return order;
  if (a->has_post != b->has_post) return a->has_post <=> b->has_post;
  if (const auto order = compare_numbers(a->post, b->post); order != 0) return order;
  if (a->has_dev != b->has_dev) return b->has_dev <=> a->has_dev;
  if (const auto order = compare_numbers(a->dev, b->dev); order != 0) return order;
  return compare_local(a->local, b->local);
}

// --- Semantic Versioning -----------------------------------------------------------------------

struct Semver {
  std::vector<std::string_view> numbers;
  std::vector<std::string_view> before;  // "rc.1" of "1.0.0-rc.1"
};

std::optional<Semver> read_semver(std::string_view text) {
  if (text.starts_with('v') || text.starts_with('=')) text.remove_prefix(1);
  text = text.substr(0, text.find('+'));
  const auto dash = text.find('-');
  Semver version;
  // "1" and "1.2" stand in advisories: the rest is zero.
  for (const auto part : split(text.substr(0, dash), '.')) {
    if (!is_number(part) || version.numbers.size() == 3) return {};
    version.numbers.push_back(part);
  }
  while (version.numbers.size() < 3) version.numbers.emplace_back("0");
  if (dash == std::string_view::npos) return version;
  for (const auto part : split(text.substr(dash + 1), '.')) {
    const bool plain = !part.empty() && std::ranges::all_of(part, [](char c) {
      return is_digit(c) || is_letter(c) || c == '-';
    });
    if (!plain) return {};
    version.before.push_back(part);
  }
  return version;
}

std::weak_ordering compare_before(const std::vector<std::string_view>& a,
                                  const std::vector<std::string_view>& b) {
  if (a.empty() || b.empty())
    return b.size() == a.size() ? std::weak_ordering::equivalent : a.empty() <=> b.empty();
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const bool number_a = is_number(a[i]);
    const bool number_b = is_number(b[i]);
    if (number_a != number_b) return number_b <=> number_a;  // a number is earlier than a word
    const auto order = number_a ? compare_numbers(a[i], b[i])
                                : static_cast<std::weak_ordering>(a[i].compare(b[i]) <=> 0);
    if (order != 0) return order;
  }
  return a.size() <=> b.size();
}

// --- Debian ------------------------------------------------------------------------------------

// Letters sort before everything else, and '~' before the end.
int rank(std::string_view text, std::size_t at) {
  if (at >= text.size() || is_digit(text[at])) return 0;
  if (text[at] == '~') return -1;
  return is_letter(text[at]) ? text[at] : text[at] + 256;
}

std::weak_ordering compare_debian_part(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    while ((i < a.size() && !is_digit(a[i])) || (j < b.size() && !is_digit(b[j]))) {
      if (const auto order = rank(a, i) <=> rank(b, j); order != 0) return order;
      if (i < a.size() && !is_digit(a[i])) ++i;
      if (j < b.size() && !is_digit(b[j])) ++j;
    }
    const auto digits = [](std::string_view text, std::size_t& at) {
      const std::size_t begin = at;
      while (at < text.size() && is_digit(text[at])) ++at;
      return text.substr(begin, at - begin);
    };
    if (const auto order = compare_numbers(digits(a, i), digits(b, j)); order != 0) return order;
  }
  return std::weak_ordering::equivalent;
}

Order compare_debian(std::string_view a, std::string_view b) {
  const auto parts = [](std::string_view text) {
    const auto colon = text.find(':');
    const auto epoch = colon == std::string_view::npos ? "0" : text.substr(0, colon);
    if (colon != std::string_view::npos) text.remove_prefix(colon + 1);
    const auto dash = text.rfind('-');
    return std::array<std::string_view, 3>{
        epoch, text.substr(0, dash),
        dash == std::string_view::npos ? std::string_view() : text.substr(dash + 1)};
  };
  const auto left = parts(a);
  const auto right = parts(b);
  const auto is_version = [](const std::array<std::string_view, 3>& version) {
    return is_number(version[0]) && !version[1].empty() && is_digit(version[1][0]) &&
           version[1].find_first_of(" \t_") == std::string_view::npos;
  };
  if (!is_version(left) || !is_version(right)) return {};
  if (const auto order = compare_numbers(left[0], right[0]); order != 0) return order;
  if (const auto order = compare_debian_part(left[1], right[1]); order != 0) return order;
  return compare_debian_part(left[2], right[2]);
}

}  // namespace

std::optional<std::weak_ordering> compare_semver(std::string_view a, std::string_view b) {
  const auto left = read_semver(trim(a));
  const auto right = read_semver(trim(b));
  if (!left || !right) return {};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto order = compare_numbers(left->numbers[i], right->numbers[i]);
    if (order != 0) return order;
  }
  return compare_before(left->before, right->before);
}

std::optional<std::weak_ordering> compare_versions(std::string_view ecosystem, std::string_view a,
                                                   std::string_view b) {
  if (a.size() > kLongest || b.size() > kLongest) return {};
  ecosystem = ecosystem.substr(0, ecosystem.find(':'));
  if (ecosystem == "PyPI") return compare_pep440(a, b);
  if (ecosystem == "npm" || ecosystem == "crates.io" || ecosystem == "Go") {
    return compare_semver(a, b);
  }
  if (ecosystem == "Debian") return compare_debian(a, b);
  return {};
}

}  // namespace cupel
