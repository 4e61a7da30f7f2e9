// SPDX-License-Identifier: Apache-2.0
#include "formats/pickle/meaning.h"

#include <algorithm>
#include <array>
#include <utility>

namespace cupel::pickle {
namespace {

using enum Meaning;

// Sorted. Python 2's names stand beside those of Python 3.
constexpr auto kMeanings = std::to_array<std::pair<std::string_view, Meaning>>({
    {"__builtin__.bytearray", same},
    {"__builtin__.bytes", same},
    {"__builtin__.getattr", get_attribute},
    {"__builtin__.setattr", set_attribute},
    {"__builtin__.str.join", join},
    {"_codecs.decode", decode},
    {"_codecs.encode", encode},
    {"_functools.partial", partial},
    {"_io.BytesIO", same},
    {"_operator.add", concatenate},
    {"_operator.concat", concatenate},
    {"_operator.getitem", get_item},
    {"_pickle.load", loads},
    {"_pickle.loads", loads},
    {"base64.b64decode", from_base64},
    {"base64.decodebytes", from_base64},
    {"base64.decodestring", from_base64},
    {"base64.standard_b64decode", from_base64},
    {"base64.urlsafe_b64decode", from_base64},
    {"binascii.a2b_base64", from_base64},
    {"binascii.a2b_hex", from_hex},
    {"binascii.unhexlify", from_hex},
    {"builtins.bytearray", same},
    {"builtins.bytearray.fromhex", from_hex},
    {"builtins.bytes", same},
    {"builtins.bytes.decode", decode},
    {"builtins.bytes.fromhex", from_hex},
    {"builtins.bytes.join", join},
    {"builtins.getattr", get_attribute},
    {"builtins.memoryview", same},
    {"builtins.setattr", set_attribute},
    {"builtins.str.encode", encode},
    {"builtins.str.join", join},
    {"cPickle.load", loads},
    {"cPickle.loads", loads},
    {"cStringIO.StringIO", same},
    {"cloudpickle.cloudpickle._builtin_type", builtin_type},
    {"cloudpickle.cloudpickle._make_function", function},
    {"cloudpickle.cloudpickle._make_skel_func", function},
    {"cloudpickle.cloudpickle.load", loads},
    {"cloudpickle.cloudpickle.loads", loads},
    {"cloudpickle.load", loads},
    {"cloudpickle.loads", loads},
    {"codecs.decode", decode},
    {"codecs.encode", encode},
    {"copy_reg.__newobj__", makes_first},
    {"copy_reg.__newobj_ex__", makes_first},
    {"copy_reg._reconstructor", makes_first},
    {"copy_reg.add_extension", add_extension},
    {"copyreg.__newobj__", makes_first},
    {"copyreg.__newobj_ex__", makes_first},
    {"copyreg._reconstructor", makes_first},
    {"copyreg.add_extension", add_extension},
    {"dill._dill._create_array", calls_with},
    {"dill._dill._create_code", code},
    {"dill._dill._create_function", function},
    {"dill._dill._setattr", set_attribute},
    {"dill._dill.load", loads},
    {"dill._dill.loads", loads},
    {"dill.load", loads},
    {"dill.loads", loads},
    {"functools.partial", partial},
    {"gzip.decompress", inflate},
    {"io.BytesIO", same},
    {"joblib.load", loads},
    {"joblib.numpy_pickle.NumpyArrayWrapper", array_wrapper},
    {"joblib.numpy_pickle.load", loads},
    {"marshal.loads", loads_code},
    {"new.code", code},
    {"numpy._core._ufunc_reconstruct", import_named},
    {"numpy.core._ufunc_reconstruct", import_named},
    {"numpy.dtype", dtype},
    {"numpy.lib._npyio_impl.load", loads},
    {"numpy.lib.npyio.load", loads},
    {"numpy.load", loads},
    {"numpy.random._pickle.__generator_ctor", calls_second},
    {"numpy.random._pickle.__randomstate_ctor", calls_second},
    {"operator.add", concatenate},
    {"operator.concat", concatenate},
    {"operator.getitem", get_item},
    {"pandas._libs.indexes.base._new_Index", makes_first},
    {"pandas.core.indexes.base._new_Index", makes_first},
    {"pandas.indexes.base._new_Index", makes_first},
    {"pandas.io.pickle.read_pickle", loads},
    {"pandas.read_pickle", loads},
    {"pickle._load", loads},
    {"pickle._loads", loads},
    {"pickle.load", loads},
    {"pickle.loads", loads},
    {"sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper", array_wrapper},
    {"torch._tensor._rebuild_from_type_v2", calls_first},
    {"torch.load", loads},
    {"torch.serialization.load", loads},
    {"torch.storage._load_from_bytes", loads},
    {"types.CodeType", code},
    {"types.FunctionType", function},
    {"types.LambdaType", function},
    {"zlib.decompress", inflate},
});
static_assert(std::ranges::is_sorted(kMeanings, {}, &decltype(kMeanings)::value_type::first));

}  // namespace

Meaning meaning_of(std::string_view dotted) {
  const auto* const found =
      std::ranges::lower_bound(kMeanings, dotted, {}, &decltype(kMeanings)::value_type::first);
  if (found != kMeanings.end() && found->first == dotted) return found->second;
  constexpr std::string_view kPandas = "pandas.core.indexes.";  // _new_DatetimeIndex and the like
  if (dotted.starts_with(kPandas) && dotted.find("._new_") != std::string_view::npos) {
    return makes_first;
  }
  constexpr std::string_view kStats = "scipy.stats._";
  if (dotted.starts_with(kStats) && (dotted.ends_with("_gen") || dotted.ends_with(".rv_sample"))) {
    return distribution;
  }
  return dotted.starts_with("sklearn.") && dotted.ends_with(".newObj") ? makes_first : none;
}

}  // namespace cupel::pickle
