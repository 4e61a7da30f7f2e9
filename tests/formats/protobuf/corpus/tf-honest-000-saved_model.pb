¤
"serve*2.15.0Ö

xPlaceholder*
dtype0

MatMulMatMulx

BiasAddBiasAddx

ReluRelux

SoftmaxSoftmaxx

Conv2DConv2Dx

MaxPoolMaxPoolx
#
ReadVariableOpReadVariableOpx

VarHandleOpVarHandleOpx
5
StatefulPartitionedCallStatefulPartitionedCallx

NoOpNoOpx

ReshapeReshapex

CastCastx

GatherV2GatherV2x

HashTableV2HashTableV2x
)
LookupTableFindV2LookupTableFindV2x

yIdentityx*
T0"†
*8
serving_default%

x:0tensorflow/serving/predict