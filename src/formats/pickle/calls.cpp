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

}  // namespace

bool Machine::import(std::string_view module, std::string_view name) {
  if (!is_utf8(module) || !is_utf8(name)) odd("an imported name that is not UTF-8");
  const auto number =
      session_.import(module.substr(0, kNameBytes), name.substr(0, kNameBytes), span());
  return push(Value(Kind::name, number));
}

// At the end of a stream Python takes what is left for the line, but for its last byte.
bool Machine::global() {
  std::string_view module;
  std::string_view name;
  if (!line(module)) return false;
  if (line(name)) return import(module, name);
  const auto rest = as_text(stream_.subspan(at_));
  if (rest.size() < 2) return false;
  at_ = stream_.size();
  static_cast<void>(import(module, rest.substr(0, rest.size() - 1)));
  return false;
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
  // Only told, never trusted: what stands behind a computation may change before this opcode.
  const auto module_text = fold(module);
  const auto name_text = fold(name);
  const bool is_told = module_text && name_text && module_text->size() < kNameBytes &&
                       name_text->size() < kNameBytes;
  session_.import_unknown(is_told ? cat(*module_text, '.', *name_text) : "?", span());
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
  Value made;
  return apply(callee, arguments, opcode, made) && push(made);
}

bool Machine::apply(Value callee, Value arguments, std::string_view opcode, Value& made) {
  if (callee.is(Kind::name) && callee.name() != Session::kUnknown) {
    call_name(callee, arguments, opcode);
    const bool is_made =
        opcode.starts_with("NEWOBJ") && session_.meaning(callee.name()) != Meaning::partial;
    made =
        is_made ? Value::result(callee.name(), arguments.items()) : model(callee.name(), arguments);
    return end_ == End::stop;
  }
  if (callee.kind() < Kind::name) return damaged(cat(opcode, " on what cannot be called"));
  if (opcode == "REDUCE" && delays_known(callee)) {
    const Value delayed = item(Value(Kind::tuple, callee.items()), 0);
    call_name(delayed, Value(Kind::tuple), opcode);
    made = Value::result(delayed.name(), 0);
    return end_ == End::stop;
  }
  std::string origin;
  Session::Callee returned;
  made = Value::result(Session::kUnknown, arguments.items());
  if (callee.is(Kind::result)) {
    origin = cat("called: what ", printable(session_.dotted(callee.name()), kArgumentShown),
                 " returned");
    returned = {.name = callee.name(), .returned = true};
    if (session_.is_method(callee.name())) made = call_method(callee, arguments);
  }
  session_.call(returned, opcode, origin, span());
  return true;
}

void Machine::call_name(Value callee, Value arguments, std::string_view opcode) {
  const Session::Callee made{.name = callee.name()};
  const auto argument =
      session_.wants_argument(made, opcode) ? shown_argument(made.name, arguments) : std::string();
  session_.call(made, opcode, argument, span());
  if (session_.meaning(callee.name()) == Meaning::array_wrapper) ++wrappers_made_;
  if (session_.meaning(callee.name()) == Meaning::distribution) ++distributions_;
  if (session_.meaning(callee.name()) == Meaning::code) note_code(arguments);
  if (session_.meaning(callee.name()) == Meaning::function) note_function(item(arguments, 0));
}

// What a call gives, where that is known well enough to matter.
Value Machine::model(std::uint32_t callee, Value arguments) {
  const Value first = item(arguments, 0);
  switch (session_.meaning(callee)) {
    case Meaning::add_extension:
      add_extension(arguments);
      break;
    case Meaning::makes_first:
      if (count_of_items(arguments) == 0) break;
      return called_for(first, Value(Kind::tuple), "NEWOBJ");
    case Meaning::calls_first:
      if (count_of_items(arguments) < 3) break;
      return given_state(called_for(first, item(arguments, 2), "REDUCE"), item(arguments, 3));
    case Meaning::calls_second:
      if (count_of_items(arguments) < 2) break;
      return called_for(item(arguments, 1), Value(Kind::tuple), "REDUCE");
    case Meaning::calls_with:
      if (count_of_items(arguments) < 2) break;
      return given_state(called_for(first, item(arguments, 1), "REDUCE"), item(arguments, 2));
    case Meaning::get_attribute:
      return attribute_of(first, item(arguments, 1), arguments);
    case Meaning::set_attribute:
      set_attribute(first, item(arguments, 1));
      break;
    case Meaning::partial:
      delay(first);
      break;
    case Meaning::import_named:
    case Meaning::builtin_type:
      return named_by(callee, arguments);
    case Meaning::loads:
    case Meaning::loads_code:
      follow(callee, first);
      break;
    default:
      break;
  }
  return Value::result(callee, arguments.items());
}

// A modelled callable calls `callee` in its turn.
Value Machine::called_for(Value callee, Value arguments, std::string_view opcode) {
  constexpr unsigned kDepth = 16;
  if (callee.is(Kind::opaque) || callee.kind() < Kind::name || calling_ >= kDepth) {
    session_.call({}, opcode, {}, span());
    return Value(Kind::opaque);
  }
  if (!arguments.is(Kind::tuple)) arguments = Value(Kind::tuple);
  ++calling_;
  Value made;
  static_cast<void>(apply(callee, arguments, opcode, made));
  --calling_;
  return made;
}

// What a modelled callable made is told its state by that callable, without BUILD.
Value Machine::given_state(Value made, Value state) {
  if (made.is(Kind::result) && session_.meaning(made.name()) == Meaning::distribution) {
    build_distribution(made.name(), state);
  }
  return made;
}

// functools.partial: called some day, perhaps.
void Machine::delay(Value callee) {
  const bool is_known = callee.is(Kind::name) && callee.name() != Session::kUnknown;
  session_.call({.name = is_known ? callee.name() : Session::kUnknown}, "partial", {}, span());
}

// Whether calling it calls a name that functools.partial was given, and that has no meaning of its
// own here: what it is called with is not followed. build_partial() sees to it that it stays so.
bool Machine::delays_known(Value callee) const {
  if (!callee.is(Kind::result) || session_.meaning(callee.name()) != Meaning::partial) return false;
  const Value delayed = item(Value(Kind::tuple, callee.items()), 0);
  return delayed.is(Kind::name) && delayed.name() != Session::kUnknown &&
         session_.meaning(delayed.name()) == Meaning::none;
}

// A partial's state is (callable, arguments, keywords, attributes). pickle writes the callable that
// it was made with; another one is called some day without having been made one.
void Machine::build_partial(Value target, Value state) {
  const Value made_with = item(Value(Kind::tuple, target.items()), 0);
  const Value becomes = item(state, 0);
  const bool is_same =
      becomes.kind() == made_with.kind() && becomes.payload() == made_with.payload();
  if (!state.is(Kind::tuple) || !is_same) delay(Value(Kind::opaque));
}

// torch's files of old name classes of whole models so: ("module", class, file, source). Their
// loader answers with the class.
Value Machine::persistent_object(Value id) const {
  if (!id.is(Kind::tuple) || count_of_items(id) < 2) return Value(Kind::persistent);
  const Value made = item(id, 1);
  const bool is_class = made.is(Kind::name) && constant(item(id, 0)) == "module";
  return is_class ? made : Value(Kind::persistent);
}

// numpy's _ufunc_reconstruct(module, name) and cloudpickle's _builtin_type(name) import by name.
Value Machine::named_by(std::uint32_t callee, Value arguments) {
  const bool is_pair = session_.meaning(callee) == Meaning::import_named;
  const auto module = is_pair ? constant(item(arguments, 0)) : std::optional<std::string>("types");
  const auto name = constant(item(arguments, is_pair ? 1 : 0));
  if (module && name) return Value(Kind::name, session_.import(*module, *name, span(), !is_pair));
  session_.import_unknown("?", span());
  return Value(Kind::name, Session::kUnknown);
}

// getattr(os, "system") is the import of os.system by other means; what an instance has, its class
// is taken to have.
Value Machine::attribute_of(Value object, Value name, Value arguments) {
  const auto text = constant(name);
  const bool is_text = object.is(Kind::text) || object.is(Kind::bytes);
  if (text && is_text) {
    if (const auto method = session_.method(*text)) {
      return Value::result(*method, arguments.items());
    }
  }
  const bool has_owner =
      (object.is(Kind::name) || object.is(Kind::result)) && session_.is_imported(object.name());
  if (!text || !has_owner) {
    const auto told = fold(name);
    const bool is_told = told && has_owner && told->size() < kNameBytes;
    session_.import_unknown(is_told ? cat(session_.dotted(object.name()), '.', *told) : "?",
                            span());
    return Value(Kind::name, Session::kUnknown);
  }
  const auto& owner = session_.imported(object.name());
  const std::string module = owner.module;
  const std::string qualified = cat(owner.name, '.', *text).substr(0, kNameBytes);
  return Value(Kind::name, session_.import(module, qualified, span(), true));
}

// setattr(os, "system", …) changes what was imported; what a call made is changed as by BUILD.
void Machine::set_attribute(Value object, Value name) {
  const bool is_told = constant(name).has_value();
  if (object.is(Kind::name) && is_told) {
    session_.call({.name = object.name(), .on_name = true}, "SETATTR", {}, span());
  } else if (object.is(Kind::result) && is_told) {
    session_.call({.name = object.name(), .suffix = ".__setattr__"}, "SETATTR", {}, span());
  } else {
    session_.call({}, "SETATTR", {}, span());
  }
}

void Machine::add_extension(Value arguments) {
  constexpr std::size_t kMostExtensions = 10'000;
  const Value code_value = item(arguments, 2);
  const auto code =
      code_value.is(Kind::integer) ? integer_at(stream_, code_value.payload()) : std::nullopt;
  if (!code || session_.extensions().size() >= kMostExtensions) return;
  const auto module = constant(item(arguments, 0));
  const auto name = constant(item(arguments, 1));
  auto& registered = session_.extensions()[*code];
  registered.reset();
  if (module && name) registered.emplace(*module, *name);
}

// The text of a constant that is short enough for a name.
std::optional<std::string> Machine::constant(Value value) const {
  if (!value.is(Kind::text)) return {};
  return text_at(stream_, value.payload(), kNameBytes);
}

std::string Machine::shown_argument(std::uint32_t callee, Value arguments) const {
  if (session_.meaning(callee) == Meaning::code) return code_names(arguments);
  return first_argument(arguments);
}

// What the code names: its tuples of texts.
std::string Machine::code_names(Value arguments) const {
  std::string out;
  for (std::size_t i = 0; i < count_of_items(arguments); ++i) {
    const Value part = item(arguments, i);
    if (!part.is(Kind::tuple)) continue;
    for (std::size_t j = 0; j < count_of_items(part) && out.size() < kArgumentShown; ++j) {
      const auto text = constant(item(part, j));
      if (text) out += cat(out.empty() ? "" : " ", printable(*text, kArgumentShown));
    }
  }
  return out;
}

// A function is made of code that was made here; what comes from elsewhere nobody has seen.
void Machine::note_function(Value code) {
  if (code.is(Kind::result) && session_.meaning(code.name()) == Meaning::code) return;
  session_.code({.names = {}, .constants = {}, .known = false, .span = span()});
}

// Its first tuple holds the constants, the second the names.
void Machine::note_code(Value arguments) {
  Code code{.names = {}, .constants = {}, .span = span()};
  std::size_t tuples = 0;
  for (std::size_t i = 0; i < count_of_items(arguments) && tuples < 2; ++i) {
    const Value part = item(arguments, i);
    if (part.kind() >= Kind::name) code.known = false;
    if (!part.is(Kind::tuple)) continue;
    if (tuples++ == 0) {
      note_constants(code, part, 0);
    } else {
      note_names(code, part);
    }
  }
  code.known = code.known && tuples == 2 && !arena_is_full();
  session_.code(std::move(code));
}

void Machine::note_names(Code& code, Value names) {
  const std::size_t count = count_of_items(names);
  for (std::size_t i = 0; i < count; ++i) {
    auto text = constant(item(names, i));
    code.known = code.known && text.has_value();
    if (text) code.names.push_back(std::move(*text));
  }
}

// Other code among them is noted where it is made.
void Machine::note_constants(Code& code, Value constants, unsigned depth) {
  constexpr unsigned kDepth = 4;
  for (std::size_t i = 0; i < count_of_items(constants); ++i) {
    const Value part = item(constants, i);
    if (part.is(Kind::tuple) && depth < kDepth) {
      note_constants(code, part, depth + 1);
    } else if (part.is(Kind::text)) {
      auto text = constant(part);
      code.known = code.known && text.has_value();
      if (text) code.constants.push_back(std::move(*text));
    } else if (part.is(Kind::tuple) || part.is(Kind::opaque) ||
               (part.is(Kind::result) && session_.meaning(part.name()) >= Meaning::same)) {
      code.known = false;
    }
  }
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
  const auto made_by = session_.meaning(target.name());
  if (made_by == Meaning::dtype) build_dtype(state);
  if (made_by == Meaning::distribution) build_distribution(target.name(), state);
  if (made_by == Meaning::partial) build_partial(target, state);
  if (made_by != Meaning::array_wrapper) return true;
  if (!array_wrapper_at_) array_wrapper_at_ = at_;
  return arrays_ == Arrays::as_opcodes || read_array(state);
}

}  // namespace cupel::pickle
