// SPDX-License-Identifier: Apache-2.0
// Meaning: the callables whose effect the machine models, because what they do with their
// arguments is itself an import, a call, or a constant.
#pragma once

#include <cstdint>
#include <string_view>

namespace cupel::pickle {

enum class Meaning : std::uint8_t {
  none,
  array_wrapper,  // joblib's NumpyArrayWrapper
  dtype,          // numpy.dtype
  add_extension,  // copyreg.add_extension(module, name, code)
  makes_first,    // makes an instance of its first argument without calling that one
  get_attribute,  // getattr(object, name)
  set_attribute,  // setattr(object, name, value)
  partial,        // functools.partial(callable, …)
  calls_first,    // f(callable, type, arguments, …): torch's _rebuild_from_type_v2
  calls_second,   // f(argument, callable): numpy.random's constructors
  import_named,   // f(module, name): numpy's _ufunc_reconstruct
  loads,          // f(bytes or file): reads a pickle, or a file that holds one
  loads_code,     // marshal.loads
  code,           // types.CodeType
  function,       // f(code, …): types.FunctionType
  builtin_type,   // cloudpickle's _builtin_type(name)
  calls_with,     // f(callable, arguments, …): dill's _create_array
  distribution,   // of scipy.stats: its __setstate__ runs a text of the state
  // What gives a constant for constants:
  same,    // bytes(x), io.BytesIO(x)
  encode,  // (text, codec)
  decode,  // (bytes, codec)
  from_base64,
  from_hex,
  inflate,      // zlib or gzip
  join,         // (separator, items)
  concatenate,  // (a, b)
  get_item,     // (items, index)
};

// Of "pickle.loads", "builtins.getattr".
[[nodiscard]] Meaning meaning_of(std::string_view dotted);

}  // namespace cupel::pickle
