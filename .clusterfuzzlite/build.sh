#!/bin/bash -eu
# ClusterFuzzLite builds as OSS-Fuzz does.
exec "$SRC/clusrace/fuzz/oss-fuzz/build.sh"
