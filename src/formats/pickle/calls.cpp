// SPDX-License-Identifier: Apache-2.0
// Imports and calls.
#include "base/text.h"
#include "formats/pickle/literal.h"
#include "formats/pickle/machine.h"

namespace cupel::pickle {
namespace {

constexpr std::size_t kArgumentShown = 120;
// Longer module and attribute names do not exist; what claims to be one is cut for the record.
constexpr std::size_t kNameBytes = 4096;

bool is_array_wrapper(std::string_view dotted) {
  return dotted == "joblib.numpy_pickle.NumpyArrayWrapper" ||
         dotted == "sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper";
}

}  // namespace

bool Machine::import(std::string_view module, std::string_view name) {
  if (!is_utf8(module) || !is_utf8(name)) odd("an imported name that is not UTF-8");
  const auto number =
      session_.import(module.substr(0, kNameBytes), name.substr(0, kNameBytes), span());
  return push(Value(Kind::name, number));
}

bool Machine::global() {
  std::string_view module;
  std::string_view name;
  return line(module) && line(name) && import(module, name);
}

bool Machine::stack_global() {
  Value name;
  Value module;
  if (!pop(name) || !pop(module)) return false;
  const auto is_constant = [](Value value) {
    return value.kind() < Kind::list && !value.is(Kind::text);
  };
  if (is_constant(name) || is_constant(module)) return damaged("STACK_GLOBAL on what is no text");
  if (name.is(Kind::text) && module.is(Kind::text)) {
    const auto module_text = text_at(stream_, module.payload(), kNameBytes + 1);
    const auto name_text = text_at(stream_, name.payload(), kNameBytes + 1);
    if (!module_text || !name_text) return damaged("STACK_GLOBAL on a damaged text");
    return import(*module_text, *name_text);
  }
  session_.import_unknown("?", span());
  return push(Value(Kind::name, Session::kUnknown));
}

bool Machine::extension(std::int64_t code) {
  if (code <= 0) return damaged("an extension code that cannot be");
  const auto& known = session_.extensions();
  const auto found = known.find(code);
  if (found != known.end()) {
    if (const auto& name = found->second) return import(name->first, name->second);
  }
  session_.import_unknown(cat("extension ", code), span());
  return push(Value(Kind::name, Session::kUnknown));
}

bool Machine::inst() {
  std::string_view module;
  std::string_view name;
  if (!line(module) || !line(name)) return false;
  std::size_t begin = 0;
  if (!pop_mark(begin)) return false;
  const Value arguments = make_tuple(begin);
  stack_.resize(begin);
  if (!import(module, name)) return false;
  const Value callee = top();
  stack_.pop_back();
  return call(callee, arguments, "INST");
}

bool Machine::obj() {
  std::size_t begin = 0;
  if (!pop_mark(begin)) return false;
  if (begin == stack_.size()) return damaged("OBJ without a class");
  const Value callee = stack_[begin];
  const Value arguments = make_tuple(begin + 1);
  stack_.resize(begin);
  return call(callee, arguments, "OBJ");
}

bool Machine::reduce() {
  Value arguments;
  Value callee;
  if (!pop(arguments) || !pop(callee)) return false;
  if (!arguments.is(Kind::tuple)) {
    if (arguments.kind() < Kind::tuple) odd("REDUCE with arguments that are no tuple");
    arguments = Value(Kind::tuple);
  }
  return call(callee, arguments, "REDUCE");
}

bool Machine::newobj(bool with_keywords) {
  Value keywords;
  Value arguments;
  Value callee;
  if (with_keywords && !pop(keywords)) return false;
  if (!pop(arguments) || !pop(callee)) return false;
  if (!arguments.is(Kind::tuple)) {
    if (arguments.kind() < Kind::tuple) odd("NEWOBJ with arguments that are no tuple");
    arguments = Value(Kind::tuple);
  }
  return call(callee, arguments, with_keywords ? "NEWOBJ_EX" : "NEWOBJ");
}

bool Machine::call(Value callee, Value arguments, std::string_view opcode) {
  if (callee.is(Kind::name) && callee.name() != Session::kUnknown) {
    call_name(callee, arguments, opcode);
    const bool makes_instance = opcode != "REDUCE";
    return push(makes_instance ? Value::result(callee.name(), arguments.items())
                               : model(callee.name(), arguments));
  }
  if (callee.kind() < Kind::name) return damaged(cat(opcode, " on what cannot be called"));
  std::string origin;
  if (callee.is(Kind::result)) {
    origin = cat("called: what ", printable(session_.dotted(callee.name()), kArgumentShown),
                 " returned");
  }
  session_.call({}, opcode, origin, span());
  return push(Value::result(Session::kUnknown, arguments.items()));
}

void Machine::call_name(Value callee, Value arguments, std::string_view opcode) {
  const Session::Callee made{.name = callee.name()};
  const auto argument =
      session_.wants_argument(made, opcode) ? first_argument(arguments) : std::string();
  session_.call(made, opcode, argument, span());
  if (is_array_wrapper(session_.dotted(callee.name()))) ++wrappers_made_;
}

// What a call gives, where that is known well enough to matter.
Value Machine::model(std::uint32_t callee, Value arguments) {
  const auto& import = session_.imported(callee);
  const bool registry = import.module == "copyreg" || import.module == "copy_reg";
  if (registry && import.name == "add_extension") {
    add_extension(arguments);
  } else if (registry && (import.name == "_reconstructor" || import.name == "__newobj__" ||
                          import.name == "__newobj_ex__")) {
    const Value made = item(arguments, 0);
    if (made.is(Kind::name) && made.name() != Session::kUnknown) {
      call_name(made, Value(Kind::tuple), "NEWOBJ");
      return Value::result(made.name(), 0);
    }
    if (count_of_items(arguments) != 0) session_.call({}, "NEWOBJ", {}, span());
  } else if (import.name == "getattr" &&
             (import.module == "builtins" || import.module == "__builtin__")) {
    return attribute_of(item(arguments, 0), item(arguments, 1));
  }
  return Value::result(callee, arguments.items());
}

// getattr(os, "system") is the import of os.system by other means.
Value Machine::attribute_of(Value object, Value name) {
  const auto text =
      name.is(Kind::text) ? text_at(stream_, name.payload(), kNameBytes) : std::nullopt;
  if (!text || !object.is(Kind::name) || object.name() == Session::kUnknown) {
    session_.import_unknown("?", span());
    return Value(Kind::name, Session::kUnknown);
  }
  const auto& owner = session_.imported(object.name());
  const std::string module = owner.module;
  const std::string qualified = cat(owner.name, '.', *text);
  return Value(Kind::name, session_.import(module, qualified, span()));
}

void Machine::add_extension(Value arguments) {
  constexpr std::size_t kMostExtensions = 10'000;
  const auto constant = [&](std::size_t index) {
    const Value value = item(arguments, index);
    return value.is(Kind::text) ? text_at(stream_, value.payload(), kNameBytes) : std::nullopt;
  };
  const Value code_value = item(arguments, 2);
  const auto code =
      code_value.is(Kind::integer) ? integer_at(stream_, code_value.payload()) : std::nullopt;
  if (!code || session_.extensions().size() >= kMostExtensions) return;
  const auto module = constant(0);
  const auto name = constant(1);
  auto& registered = session_.extensions()[*code];
  registered.reset();
  if (module && name) registered.emplace(*module, *name);
}

std::string Machine::first_argument(Value arguments) const {
  const Value first = item(arguments, 0);
  switch (first.kind()) {
    case Kind::text:
    case Kind::bytes:
      return printable(text_at(stream_, first.payload(), kArgumentShown + 1).value_or(""),
                       kArgumentShown);
    case Kind::integer: {
      const auto number = integer_at(stream_, first.payload());
      return number ? cat(*number) : std::string();
    }
    case Kind::name:
      return printable(session_.dotted(first.name()), kArgumentShown);
    default:
      return {};
  }
}

bool Machine::build() {
  Value state;
  if (!pop(state) || !need(1)) return false;
  const Value target = top();
  if (target.is(Kind::name)) {
    session_.call({.name = target.name(), .on_name = true}, "BUILD", {}, span());
    return true;
  }
  if (!target.is(Kind::result)) return true;
  session_.call({.name = target.name(), .suffix = ".__setstate__"}, "BUILD", {}, span());
  const auto& made_by = session_.dotted(target.name());
  if (made_by == "numpy.dtype") build_dtype(state);
  if (!is_array_wrapper(made_by)) return true;
  if (!array_wrapper_at_) array_wrapper_at_ = at_;
  return arrays_ == Arrays::as_opcodes || read_array(state);
}

}  // namespace cupel::pickle
