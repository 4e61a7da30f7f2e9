// SPDX-License-Identifier: Apache-2.0
#include "inventory/traces.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "inventory/kinds.h"
#include "inventory/settings_of_models.h"

namespace cupel {
namespace {

constexpr std::size_t kMostFiles = 5'000;
constexpr std::uint64_t kMostBytes = 64U << 20U;

bool is_test(std::string_view path) {
  const std::string folder = lower(folder_name(path));
  const auto parts = split(folder, '/');
  return std::ranges::any_of(parts, [](std::string_view part) {
    return part == "test" || part == "tests" || part == "__tests__" || part == "testdata";
  });
}

bool deploys(std::string_view path) {
  const std::string name = lower(file_name(path));
  const std::string ending = extension(path);
  const auto stem = name.substr(0, name.find('.'));
  const bool compose =
      (stem == "docker-compose" || stem == "compose") && (ending == ".yml" || ending == ".yaml");
  return stem == "dockerfile" || stem == "containerfile" || compose || name == "procfile" ||
         name == "chart.yaml" || ending == ".service";
}

// A manifest of Kubernetes, by its content.
bool deploys_to_cluster(std::string_view text) {
  return text.find("apiVersion:") != std::string_view::npos &&
         (text.find("kind: Deployment") != std::string_view::npos ||
          text.find("kind: StatefulSet") != std::string_view::npos ||
          text.find("kind: Service") != std::string_view::npos);
}

bool is_settings(std::string_view path) {
  constexpr auto kEndings =
      std::to_array<std::string_view>({".yaml", ".yml", ".toml", ".json", ".ini", ".cfg", ".conf"});
  return std::ranges::find(kEndings, extension(path)) != kEndings.end();
}

class Tracing {
 public:
  Tracing(const Inventory& inventory, const ReadText& read) : inventory_(inventory), read_(read) {
    held_.resize(inventory.files.size());
    for (const auto& asset : inventory.assets) {
      for (const auto index : asset.files) {
        if (index < held_.size()) held_[index] = true;
      }
    }
  }

  Traces run() {
    // Code before manifests: it shows where a service is used, a manifest only that it may be.
    for (const bool manifests : {false, true}) {
      for (std::size_t i = 0; i < inventory_.files.size(); ++i) {
        const auto& file = inventory_.files[i];
        const auto kind = source_kind(file.path);
        if ((kind == SourceKind::manifest) == manifests) look_at(file, kind, held_[i]);
      }
    }
    return std::move(traces_);
  }

 private:
  void look_at(const FileEntry& file, SourceKind kind, bool held) {
    const std::string& path = file.path;
    if (!file.problem.empty() || !installed_in(path).empty() || is_test(path)) return;
    if (path == "cupel.yaml" || path.starts_with("attestations/")) return;
    if (traces_.deployment.empty() && deploys(path)) traces_.deployment = path;
    const bool settings = kind == SourceKind::none && !held && is_settings(path);
    if (kind == SourceKind::none && !settings) return;
    if (!may_read(file.size_bytes)) {
      ++traces_.unread;
      return;
    }
    const std::string text = read_(path);
    if (settings) look_at_settings(path, text);
    if (kind != SourceKind::none) look_at_source(path, kind, text, held);
    look_for_services(path, kind, text);
  }

  // Counts the file towards what is read at most.
  bool may_read(std::uint64_t size_bytes) {
    if (size_bytes > kTraceBytes || ++files_ > kMostFiles) return false;
    bytes_ += size_bytes;
    return bytes_ <= kMostBytes;
  }

  void look_at_settings(const std::string& path, std::string_view text) {
    if (auto sign = model_settings_in(path, text); !sign.empty()) {
      traces_.configurations.push_back({.path = path, .sign = std::move(sign)});
    }
    if (traces_.deployment.empty() && deploys_to_cluster(text)) traces_.deployment = path;
  }

  void look_at_source(const std::string& path, SourceKind kind, std::string_view text, bool held) {
    if (traces_.server.path.empty()) {
      for (const auto& name : names_in(kind, path, text)) {
        if (!answers_requests_with(name, text)) continue;
        traces_.server = {.path = path, .sign = name};
        break;
      }
    }
    if (kind == SourceKind::manifest || held) return;
    if (auto name = prompt_constant_in(text); !name.empty()) {
      traces_.prompts.push_back({.path = path, .sign = std::move(name)});
    }
  }

  void look_for_services(const std::string& path, SourceKind kind, std::string_view text) {
    for (auto& use : services_in(kind, path, text)) {
      // Code has shown whom the SDK is used to speak to.
      const bool vague = kind == SourceKind::manifest && use.sign == kCommonSdk;
      if (vague && !traces_.services.empty()) continue;
      const bool known = std::ranges::any_of(traces_.services, [&](const Traces::Service& each) {
        return each.use.service == use.service;
      });
      if (!known) traces_.services.push_back({.use = std::move(use), .path = path});
    }
  }

  const Inventory& inventory_;
  const ReadText& read_;
  std::vector<bool> held_;  // files that an asset holds
  Traces traces_;
  std::size_t files_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace

Traces trace(const Inventory& inventory, const ReadText& read) {
  return read ? Tracing(inventory, read).run() : Traces{};
}

}  // namespace cupel
