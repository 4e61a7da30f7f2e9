// SPDX-License-Identifier: Apache-2.0
#include "scan/graphs/tensorflow_operators.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace cupel::scan {
namespace {

struct Named {
  std::string_view op;
  Reach reach;
};
// Sorted by name.
constexpr std::array<Named, 75> kNamed = {{
    {"BigQueryReader", Reach::network},
    {"BigtableClient", Reach::network},
    {"CSVDataset", Reach::reads},
    {"CSVDatasetV2", Reach::reads},
    {"CacheDataset", Reach::unvetted},
    {"CacheDatasetV2", Reach::unvetted},
    {"CreateSummaryDbWriter", Reach::writes},
    {"CreateSummaryFileWriter", Reach::writes},
    {"DataServiceDataset", Reach::network},
    {"DataServiceDatasetV2", Reach::network},
    {"DataServiceDatasetV3", Reach::network},
    {"DataServiceDatasetV4", Reach::network},
    {"DatasetFromGraph", Reach::unvetted},
    {"DistributedSave", Reach::writes},
    {"DumpTensor", Reach::writes},
    {"EagerPyFunc", Reach::python},
    {"ExperimentalCSVDataset", Reach::reads},
    {"ExperimentalLMDBDataset", Reach::reads},
    {"ExperimentalMatchingFilesDataset", Reach::reads},
    {"ExperimentalSqlDataset", Reach::reads},
    {"FileSystemSetConfiguration", Reach::writes},
    {"FixedLengthRecordDataset", Reach::reads},
    {"FixedLengthRecordDatasetV2", Reach::reads},
    {"FixedLengthRecordReader", Reach::reads},
    {"FixedLengthRecordReaderV2", Reach::reads},
    {"GcsConfigureBlockCache", Reach::network},
    {"GcsConfigureCredentials", Reach::network},
    {"GenerateBigQueryReaderPartitions", Reach::network},
    {"GenerateVocabRemapping", Reach::unvetted},
    {"ImmutableConst", Reach::reads},
    {"ImportEvent", Reach::reads},
    {"KafkaDataset", Reach::network},
    {"LMDBDataset", Reach::reads},
    {"LMDBReader", Reach::reads},
    {"ListSnapshotChunksDataset", Reach::reads},
    {"LoadAndRemapMatrix", Reach::unvetted},
    {"LoadDataset", Reach::reads},
    {"MatchingFiles", Reach::reads},
    {"MatchingFilesDataset", Reach::reads},
    {"PyFunc", Reach::python},
    {"PyFuncStateless", Reach::python},
    {"ReadFile", Reach::reads},
    {"RegisterDataset", Reach::network},
    {"RegisterDatasetV2", Reach::network},
    {"RemoteCall", Reach::unvetted},
    {"Rpc", Reach::network},
    {"RpcCall", Reach::network},
    {"RpcCheckStatus", Reach::network},
    {"RpcClient", Reach::network},
    {"RpcGetValue", Reach::network},
    {"RpcServer", Reach::network},
    {"RpcServerRegister", Reach::network},
    {"RpcServerStart", Reach::network},
    {"SaveDataset", Reach::writes},
    {"SaveDatasetV2", Reach::writes},
    {"SnapshotChunkDataset", Reach::reads},
    {"SnapshotDataset", Reach::writes},
    {"SnapshotDatasetReader", Reach::reads},
    {"SnapshotDatasetV2", Reach::writes},
    {"SnapshotNestedDatasetReader", Reach::reads},
    {"SqlDataset", Reach::reads},
    {"TFRecordDataset", Reach::reads},
    {"TFRecordDatasetV2", Reach::reads},
    {"TFRecordReader", Reach::reads},
    {"TFRecordReaderV2", Reach::reads},
    {"TRTEngineOp", Reach::unvetted},
    {"TextLineDataset", Reach::reads},
    {"TextLineReader", Reach::reads},
    {"TextLineReaderV2", Reach::reads},
    {"TryRpc", Reach::network},
    {"WholeFileReader", Reach::reads},
    {"WholeFileReaderV2", Reach::reads},
    {"WriteFile", Reach::writes},
    {"XlaCustomCall", Reach::unvetted},
    {"XlaCustomCallV2", Reach::unvetted},
}};
static_assert(std::ranges::is_sorted(kNamed, {}, &Named::op));

}  // namespace

Reach reach_of(std::string_view op) {
  const auto* const found = std::ranges::lower_bound(kNamed, op, {}, &Named::op);
  if (found != kNamed.end() && found->op == op) return found->reach;
  const bool plain = !op.empty() && op.find(' ') == std::string_view::npos;
  if (plain && vetted_tensorflow_operators().find(cat(" ", op, " ")) != std::string_view::npos) {
    return Reach::computes;
  }
  return Reach::unknown;
}

}  // namespace cupel::scan
