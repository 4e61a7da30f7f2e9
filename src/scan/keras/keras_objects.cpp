// SPDX-License-Identifier: Apache-2.0
#include "scan/keras/keras_objects.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "formats/marshal.h"
#include "scan/keras/python_modules.h"

namespace cupel::scan::keras {
namespace {

using loose_json::Value;

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, word) != words.end();
}

// Modules of Keras whose classes only compute.
bool is_computing(std::string_view module) {
  constexpr std::array<std::string_view, 14> kParts = {
      "layers",       "initializers", "regularizers", "constraints",    "activations",
      "optimizers",   "losses",       "metrics",      "dtype_policies", "quantizers",
      "distribution", "random",       "ops",          "callbacks"};
  constexpr std::array<std::string_view, 6> kModels = {
      "models",       "models.functional", "models.sequential",
      "models.model", "engine.functional", "engine.sequential"};
  for (const std::string_view root :
       {"keras.src.", "keras.api.", "keras_core.", "tf_keras.src.", "tensorflow.keras.",
        "tensorflow.python.keras.", "tf_keras.", "keras."}) {
    if (!module.starts_with(root)) continue;
    const auto rest = module.substr(root.size());
    return is_one_of(rest.substr(0, rest.find('.')), kParts) || is_one_of(rest, kModels);
  }
  return module == "keras" || module == "tf_keras";
}

bool is_of_keras(std::string_view module) {
  const auto root = module.substr(0, module.find('.'));
  return root == "keras" || root == "tf_keras" || root == "keras_core" ||
         module.starts_with("tensorflow.");
}

std::string_view last_part(std::string_view name) {
  const auto at = name.find_last_of(".>:");
  return at == std::string_view::npos ? name : name.substr(at + 1);
}

// Names that a function which only computes uses.
bool is_arithmetic(std::string_view name) {
  constexpr std::array<std::string_view, 64> kNames = {
      "abs",        "argmax",      "axis",        "backend",   "bool",    "cast",    "ceil",
      "clip",       "concat",      "concatenate", "constant",  "cos",     "dtype",   "enumerate",
      "equal",      "exp",         "expand_dims", "float",     "float32", "floor",   "greater",
      "image",      "int",         "int32",       "int_shape", "K",       "keras",   "l2_normalize",
      "len",        "less",        "linalg",      "list",      "log",     "math",    "matmul",
      "max",        "maximum",     "mean",        "min",       "minimum", "mod",     "nn",
      "norm",       "normalize",   "np",          "numpy",     "ops",     "pow",     "range",
      "reduce_max", "reduce_mean", "reduce_sum",  "relu",      "repeat",  "reshape", "resize",
      "shape",      "sigmoid",     "sin",         "softmax",   "sqrt",    "square",  "sum",
      "tf"};
  constexpr std::array<std::string_view, 12> kMore = {"tanh",  "tensorflow", "tile",    "transpose",
                                                      "tuple", "where",      "zip",     "zeros",
                                                      "ones",  "stack",      "squeeze", "round"};
  return is_one_of(name, kNames) || is_one_of(name, kMore);
}

class Walk {
 public:
  Walk(const Layer& layer, Session& session, const loose_json::Document& document)
      : layer_(layer), session_(session), document_(document) {}

  void run() {
    // The tape is in order: every node comes by, however deep, without recursion.
    for (std::uint32_t at = 0; at < document_.nodes.size(); ++at) {
      if (document_.nodes[at].kind == loose_json::Kind::object) object(Value(document_, at));
    }
  }

 private:
  struct Object {
    std::vector<std::string> classes;  // twins too
    std::vector<std::string> modules;
    std::vector<std::string> registered;
    std::vector<Value> configs;
    std::string name;
    bool twins = false;
  };

  void object(const Value& value) {
    Object it;
    for (const auto& item : value.items()) {
      const auto key = item.key();
      if (key == "class_name" || key == "class") {
        add(it, it.classes, item);
      } else if (key == "module") {
        add(it, it.modules, item);
      } else if (key == "registered_name") {
        add(it, it.registered, item);
      } else if (key == "config") {
        it.configs.push_back(item);
      } else if (key == "name") {
        it.name = item.text();
      }
    }
    it.twins = it.twins || it.configs.size() > 1;
    const bool described = !it.configs.empty() || !it.modules.empty() || !it.registered.empty();
    if ((it.classes.empty() && it.modules.empty()) || !described) return;
    if (it.twins) twins(value, it);
    for (const auto& name : it.classes) class_of(value, it, name);
    for (const auto& name : it.registered) {
      if (std::ranges::find(it.classes, last_part(name)) == it.classes.end()) {
        class_of(value, it, name);
      }
    }
    for (const auto& module : it.modules) module_of(value, it, module);
    functions(value, it);
  }

  static void add(Object& it, std::vector<std::string>& to, const Value& value) {
    it.twins = it.twins || !to.empty();
    if (value.is_text()) to.push_back(value.text());
  }

  void twins(const Value& value, const Object& it) {
    tell("KRS004", Severity::high, value.span(),
         cat("an object of ", quote(layer_.name()), " has two of one key",
             it.classes.empty() ? "" : cat(", as ", name_some(it.classes))),
         "get the file again: no Keras writes a key twice, and readers disagree on which counts");
  }

  void class_of(const Value& value, const Object& it, const std::string& full) {
    const auto name = std::string(last_part(full));
    if (name == "Lambda" || name == "__lambda__") return lambda(value, it);
    if (name == "TorchModuleWrapper") {
      tell("KRS002", Severity::critical, value.span(),
           cat("loading ", quote(layer_.name()), " unpickles a PyTorch module"),
           "do not load this file", {"CVE-2025-49655: TorchModuleWrapper runs torch.load"});
    } else if (name == "TFOpLambda" || name == "SlicingOpLambda" || name == "TFOpLambda_") {
      operation(value, it);
    } else if (is_one_of(name, kReaders)) {
      reader(it, name);
    } else if (is_dangerous_name(name) || is_dangerous_module(full)) {
      injected(value, full, "");
    }
  }

  void lambda(const Value& value, const Object& it) {
    bool told = false;
    for (const auto& config : it.configs) told = code_in(value, config, 0) || told;
    if (told) return;
    tell("KRS001", Severity::high, value.span(),
         cat("loading ", quote(layer_.name()), " makes a Lambda layer",
             it.name.empty() ? "" : cat(" ", quote(it.name)),
             ", which runs a function of its choice"),
         "save the model without Lambda layers; CVE-2024-3660");
  }

  // The bytecode stands as base64 in `code`, or first in a list under `function`.
  bool code_in(const Value& object, const Value& config, unsigned depth) {
    if (depth > 4) return false;
    bool told = false;
    for (const auto& item : config.items()) {
      const auto key = item.key();
      if (item.is_text() && (key == "code" || key.empty()) && item.raw().size() > 24) {
        examine_code(layer_, session_, object.span(), "", item.text());
        told = true;
        if (key.empty()) break;
      } else if (key == "function" || key == "config" || key == "output_shape" || key == "mask") {
        if (item.is_text() && item.raw().size() > 60) {
          examine_code(layer_, session_, object.span(), "", item.text());
          told = true;
        } else if (item.is_array() || key != "output_shape") {
          told = code_in(object, item, depth + 1) || told;
        }
      }
    }
    return told;
  }

  void operation(const Value& value, const Object& it) {
    for (const auto& config : it.configs) {
      const auto function = config.find("function").text();
      if (is_dangerous_name(last_part(function)) || function.find("__") != std::string::npos) {
        injected(value, function, "");
      }
    }
  }

  void reader(const Object& it, const std::string& name) {
    for (const auto& config : it.configs) {
      for (const auto& item : config.items()) {
        const auto key = item.key();
        if (!item.is_text() || (key != "vocabulary" && key != "idf_weights")) continue;
        tell("KRS003", Severity::high, item.span(),
             cat("loading ", quote(layer_.name()), " reads the file ", quote(item.text()),
                 " into the ", key, " of ", name),
             "do not load this file; save the model with its vocabulary inside",
             {"CVE-2025-12058: the path is read even in safe mode, from the net too"});
      }
    }
  }

  void module_of(const Value& value, const Object& it, const std::string& module) {
    std::string name = it.classes.empty() ? "" : it.classes.back();
    if (module == "builtins" && (name == "function" || name == "slice" || name == "set" ||
                                 name == "frozenset" || name == "complex")) {
      return;
    }
    if (name == "function" && !it.configs.empty()) name = it.configs.back().text();
    const auto full = cat(module, ".", name);
    if (is_computing(module) && !is_dangerous_name(name)) return;
    if (is_of_keras(module) || is_dangerous_module(module) || is_dangerous_name(name)) {
      return injected(value, full,
                      is_of_keras(module) ? "CVE-2025-8747, CVE-2025-9906: functions of Keras "
                                            "itself download files and turn safe mode off"
                                          : "CVE-2025-1550: Keras imports whatever is named");
    }
    tell("KRS002", Severity::medium, value.span(),
         cat("loading ", quote(layer_.name()), " needs ", quote(full), ", which nobody has vetted"),
         "review what this class does when a file chooses its configuration");
  }

  // {"class_name": "function", "config": "os.system"}
  void functions(const Value& value, const Object& it) {
    if (std::ranges::find(it.classes, "function") == it.classes.end()) return;
    for (const auto& config : it.configs) {
      const auto name = config.text();
      if (is_dangerous_name(last_part(name)) ||
          (name.find('.') != std::string::npos && is_dangerous_module(name))) {
        injected(value, name, "");
      }
    }
  }

  void injected(const Value& value, std::string_view name, std::string_view note) {
    const bool runs = is_dangerous_module(name) || is_dangerous_name(last_part(name));
    session_.import(printable(name, 300), runs ? "dangerous" : "forbidden");
    std::vector<std::string> notes;
    if (!note.empty()) notes.emplace_back(note);
    tell("KRS002", runs ? Severity::critical : Severity::high, value.span(),
         cat("loading ", quote(layer_.name()), " makes an object of ", quote(name),
             ", which is no layer"),
         "do not load this file: no honest model names such an object", std::move(notes));
  }

  void tell(std::string_view code, Severity severity, Span span, std::string title,
            std::string_view help, std::vector<std::string> notes = {}) {
    session_.tell(layer_, finding(code, severity, layer_.place(span.begin, span.end),
                                  std::move(title), help, std::move(notes)));
  }

  static constexpr std::array<std::string_view, 5> kReaders = {
      "StringLookup", "IntegerLookup", "TextVectorization", "IndexLookup", "Hashing"};
  const Layer& layer_;
  Session& session_;
  const loose_json::Document& document_;
};

std::string without_breaks(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != '\n' && c != '\r' && c != ' ') out += c;
  }
  while (out.size() % 4 != 0) out += '=';
  return out;
}

}  // namespace

bool may_be_keras(std::string_view text) {
  return text.find("class_name") != std::string_view::npos ||
         text.find("\"module\"") != std::string_view::npos ||
         text.find("\\u00") != std::string_view::npos;
}

void examine_code(const Layer& layer, Session& session, Span span, std::string_view pointer,
                  std::string_view base64) {
  const auto bytes = from_base64(without_breaks(base64));
  const auto code = bytes ? marshal::read(Bytes(*bytes)) : marshal::Reading{};
  std::vector<std::string> bad;
  std::vector<std::string> unknown;
  for (const auto& name : code.names) {
    if (is_dangerous_name(name) || is_dangerous_module(name) || name.starts_with("__")) {
      bad.push_back(name);
    } else if (!is_arithmetic(name)) {
      unknown.push_back(name);
    }
  }
  std::vector<std::string> notes;
  if (code.is_code) notes.push_back(cat("bytecode of CPython ", code.layout));
  if (!code.names.empty()) notes.push_back(cat("it uses ", name_some(code.names, 12)));
  if (!bad.empty()) notes.push_back(cat("of these dangerous: ", name_some(bad, 8)));
  if (!code.is_code) notes.emplace_back("its bytecode is of no known CPython");
  const bool harmless = code.is_code && bad.empty() && unknown.empty();
  Place place = layer.place(span.begin, span.end);
  place.pointer = std::string(pointer);
  session.tell(layer, {.code = "KRS001",
                       .severity = !bad.empty() ? Severity::critical
                                   : harmless   ? Severity::medium
                                                : Severity::high,
                       .title = cat("loading ", quote(layer.name()),
                                    " runs Python bytecode that stands in the file"),
                       .place = std::move(place),
                       .notes = std::move(notes),
                       .help = "save the model without Lambda layers; CVE-2024-3660, and "
                               "CVE-2025-9905 for HDF5, where safe_mode is ignored"});
}

void examine_objects(const Layer& layer, Session& session, const loose_json::Document& document) {
  Walk(layer, session, document).run();
}

}  // namespace cupel::scan::keras
