#!/bin/sh
# Builds DJL's native bridge against an installed PyTorch, so that BiSup runs on that PyTorch (docs/gpu.md).
#
#   scripts/build-djl-jni.sh [--torch DIR] [--djl DIR|TAR.GZ] [--jobs N]
#
# --torch  the installed package, with include/ and lib/ (default: where python3 finds torch)
# --djl    DJL's sources of the version in pom.xml (default: downloaded from GitHub)
# --jobs   compilers at a time (default: number of processors)
#
# Writes one file, <engine version>-libdjl_torch.so, into the package's lib folder and prints the settings to start with.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
version=$(sed -n 's:.*<djl.pytorch-engine.version>\(.*\)</djl.pytorch-engine.version>.*:\1:p' "$root/pom.xml")
torch=
djl=
jobs=$(nproc 2>/dev/null || echo 2)

fail() {
    echo "build-djl-jni: $1" >&2
    exit 2
}

usage() {
    sed -n '2,10s/^# \{0,1\}//p' "$0"
}

while [ $# -gt 0 ]; do
    case $1 in
        --torch | --djl | --jobs)
            [ $# -ge 2 ] || fail "$1 needs a value"
            name=${1#--}
            eval "$name=\$2"
            shift 2
            ;;
        -h | --help)
            usage
            exit 0
            ;;
        *) fail "unknown argument '$1'; see --help" ;;
    esac
done

find_torch() {
    [ -n "$torch" ] || torch=$(python3 -c 'import os, torch; print(os.path.dirname(torch.__file__))' 2>/dev/null) ||
        fail "no torch found by python3: install one or give --torch DIR"
    [ -f "$torch/lib/libtorch_cpu.so" ] || fail "$torch/lib/libtorch_cpu.so is missing: --torch must name the torch package"
    [ -d "$torch/include/torch" ] || fail "$torch/include/torch is missing: this torch came without its headers"
    [ -w "$torch/lib" ] || fail "$torch/lib is not writable: DJL looks for its bridge beside libtorch"
    torch_version=$(sed -n "s/^__version__ *= *'\([0-9.]*\).*/\1/p" "$torch/version.py")
    [ -n "$torch_version" ] || fail "$torch/version.py names no version"
}

find_tools() {
    command -v "${CXX:-g++}" >/dev/null || fail "no C++ compiler: install g++ (with C++20) or set CXX"
    [ -n "${JAVA_HOME:-}" ] || JAVA_HOME=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")") ||
        fail "no JDK: set JAVA_HOME"
    [ -f "$JAVA_HOME/include/jni.h" ] || fail "$JAVA_HOME/include/jni.h is missing: JAVA_HOME must be a JDK"
}

find_sources() {
    if [ -z "$djl" ]; then
        url=https://github.com/deepjavalibrary/djl/archive/refs/tags/v$version.tar.gz
        djl=$work/djl.tar.gz
        curl --fail --silent --show-error --location --output "$djl" "$url" ||
            fail "cannot download $url: fetch it elsewhere and give --djl FILE"
    fi
    if [ -f "$djl" ]; then
        mkdir "$work/djl"
        tar -xzf "$djl" --strip-components=1 -C "$work/djl"
        djl=$work/djl
    fi
    native=$djl/engines/pytorch/pytorch-native/src/main/native
    [ -d "$native" ] || fail "$native is missing: --djl must be the root of DJL's sources at v$version"
}

# CUDA headers come with the toolkit or with the pip packages beside torch.
cuda_flags() {
    flavor=cpu
    defines=
    libraries="-ltorch -ltorch_cpu -lc10"
    [ -f "$torch/lib/libtorch_cuda.so" ] || return 0
    for folder in "${CUDA_HOME:-/usr/local/cuda}/include" "$torch"/../nvidia/*/include; do
        [ -f "$folder/cuda_runtime_api.h" ] && cuda_include=$folder && break
    done
    [ -n "${cuda_include:-}" ] || fail "cuda_runtime_api.h not found: set CUDA_HOME to a CUDA toolkit"
    flavor=cu$(sed -n "s/^cuda.*= *'\([0-9]*\)\.\([0-9]*\).*/\1\2/p" "$torch/version.py")
    defines="-DUSE_CUDA -I$cuda_include"
    libraries="$libraries -ltorch_cuda -lc10_cuda"
}

compile() {
    engine=$djl/engines/pytorch/pytorch-engine/src/main/java
    "$JAVA_HOME/bin/javac" -nowarn -proc:none -sourcepath "$engine" -h "$work/include" -d "$work/classes" \
        "$engine/ai/djl/pytorch/jni/PyTorchLibrary.java"
    mkdir -p "$work/objects"
    flags="-std=c++20 -O2 -fPIC -w $defines -I$work/include -I$djl/api/src/main/native -I$torch/include
        -I$torch/include/torch/csrc/api/include -I$JAVA_HOME/include -I$JAVA_HOME/include/linux"
    # Every source includes the same enormous headers: compiled once, the rest takes seconds.
    printf '#include <torch/torch.h>\n#include <torch/script.h>\n' >"$work/torch-all.h"
    # shellcheck disable=SC2086 # flags are words
    "${CXX:-g++}" $flags -x c++-header "$work/torch-all.h" -o "$work/torch-all.h.gch"
    # shellcheck disable=SC2086
    find "$native" -name '*.cc' -exec basename {} .cc \; |
        xargs -P "$jobs" -I '{}' "${CXX:-g++}" $flags -include "$work/torch-all.h" -c "$native/{}.cc" \
            -o "$work/objects/{}.o" ||
        fail "DJL $version does not compile against torch $torch_version (messages above)"
}

link() {
    bridge=$torch/lib/$version-libdjl_torch.so
    # shellcheck disable=SC2086 # libraries are words
    "${CXX:-g++}" -shared -o "$work/bridge.so" "$work"/objects/*.o -L"$torch/lib" $libraries -Wl,-rpath,'$ORIGIN'
    mv "$work/bridge.so" "$bridge"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
find_torch
find_tools
find_sources
cuda_flags
echo "DJL $version against torch $torch_version ($flavor) in $torch ..." >&2
compile
link
cat <<END
Built $bridge. Start BiSup with:
  export PYTORCH_LIBRARY_PATH=$torch/lib
  export PYTORCH_VERSION=$torch_version
  export PYTORCH_FLAVOR=$flavor
END
