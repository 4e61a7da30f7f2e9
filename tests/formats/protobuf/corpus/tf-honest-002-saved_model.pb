§
"serve*2.15.0Z

xPlaceholder*
dtype0

yIdentityx*
T0


f
aAddV2xx"†
*8
serving_default%

x:0tensorflow/serving/predict