// SPDX-License-Identifier: Apache-2.0
#include "checks/material.h"

#include <algorithm>

#include "base/text.h"

namespace cupel {

Result<std::string> examine(const CheckInput& input, const FileEntry& file,
                            const std::function<void(Bytes)>& use) {
  if (!file.problem.empty()) return file.problem;
  auto done = input.reader.with_bytes(file, [&](Bytes bytes) -> Result<void> {
    use(bytes);
    return {};
  });
  if (done.ok()) return std::string{};
  if (done.error().fault == Fault::cancelled) return std::move(done).error();
  return done.error().what;
}

Result<Answer> ask_once(const CheckInput& input, const FileEntry& file, std::string_view question,
                        const std::function<std::string(Bytes)>& look) {
  Answer answer;
  if (!file.problem.empty()) {
    answer.problem = file.problem;
    return answer;
  }
  if (auto known = input.recall.find(question, file.sha256)) {
    answer.text = std::move(*known);
    return answer;
  }
  answer.problem = TRY(examine(input, file, [&](Bytes bytes) { answer.text = look(bytes); }));
  if (answer.problem.empty()) input.recall.keep(question, file.sha256, answer.text);
  return answer;
}

Result<FileText> read_text_of(const CheckInput& input, const FileEntry& file, std::uint64_t limit) {
  FileText out;
  if (file.size_bytes > limit) {
    out.problem = cat("larger than ", human_bytes(limit));
    return out;
  }
  out.problem =
      TRY(examine(input, file, [&](Bytes bytes) { out.text = std::string(as_text(bytes)); }));
  return out;
}

Place place_of(const FileEntry& file, std::uint32_t line) {
  return {.path = {file.path}, .line = line};
}

Place place_of(const Asset& asset) {
  if (!asset.declared.declared_at.path.empty()) return asset.declared.declared_at;
  if (asset.declared.path.empty()) return {.path = {"cupel.yaml"}, .pointer = asset.declared.name};
  return {.path = {asset.declared.path}};
}

Place place_of(const Claim& claim) {
  if (!claim.declared_at.path.empty()) return claim.declared_at;
  return {.path = {"cupel.yaml"}, .pointer = cat("declares.", claim.provision)};
}

std::string_view folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::string join_path(std::string_view folder, std::string_view path) {
  std::vector<std::string> parts;
  const std::string whole = folder.empty() ? std::string(path) : cat(folder, "/", path);
  for (const auto part : split(whole, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.emplace_back(part);
    } else if (parts.empty()) {
      return {};
    } else {
      parts.pop_back();
    }
  }
  return join(parts, "/");
}

bool is_retired(const Asset& asset) {
  return asset.is_declared && asset.declared.lifecycle == "end-of-life" && !asset.is_present;
}

bool is_vendored(std::string_view path) {
  const auto parts = split(folder_of(path), '/');
  return std::ranges::any_of(parts, [](std::string_view part) {
    return part == "node_modules" || part == "site-packages" || part == "dist-packages" ||
           part == ".venv" || part == "venv" || part == "__pycache__";
  });
}

std::string name_some(const std::vector<std::string>& names, std::size_t most) {
  std::string out;
  const std::size_t shown = std::min(most, names.size());
  for (std::size_t i = 0; i < shown; ++i) {
    if (i != 0) out += i + 1 == names.size() ? " and " : ", ";
    out += cat("`", printable(names[i], 200), "`");
  }
  if (names.size() > shown) out += cat(" and ", names.size() - shown, " more");
  return out;
}

void miss(Coverage& coverage, std::string_view what, std::string_view why) {
  ++coverage.population;
  constexpr std::size_t kEnough = 400;  // characters: the rest is counted, not told
  if (coverage.shortfall.size() > kEnough) return;
  if (!coverage.shortfall.empty()) coverage.shortfall += "; ";
  coverage.shortfall += cat("`", printable(what, 200), "`: ", printable(why, 200));
}

void hit(Coverage& coverage) {
  ++coverage.population;
  ++coverage.examined;
}

}  // namespace cupel
