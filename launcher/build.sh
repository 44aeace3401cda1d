# Builds what is stale and nothing else. Sourced by ../bisup; $ROOT is the project's folder.
# shellcheck shell=sh

# Prints the folders whose files module $1 is made of: its own and those of the modules it stands on.
build_inputs() {
    case $1 in
        shared/contract | local-stack) echo "$1" ;;
        shared/llm | shared/platform) echo "$1 shared/contract" ;;
        api-service) echo "$1 shared/contract shared/data shared/platform shared/llm shared/export" ;;
        worker-service) echo "$1 shared/contract shared/data shared/platform shared/llm shared/quantize shared/export" ;;
        eval-service) echo "$1 shared/contract shared/data shared/platform shared/llm shared/measure" ;;
        demo-model) echo "$1 shared/contract shared/llm" ;;
        cli | bench) echo "$1 shared/contract shared/data shared/llm shared/quantize shared/export shared/measure demo-model" ;;
        *) echo "$1 shared/contract shared/data shared/platform shared/llm shared/quantize shared/export shared/measure local-stack api-service worker-service eval-service cli demo-model" ;;
    esac
}

# Succeeds when module $1 was never packaged, or something it is made of changed since. Folders count: a deletion
# touches its folder.
build_stale() {
    stamp=$ROOT/$1/target/.bisup-built
    [ -f "$stamp" ] || return 0
    for input in $(build_inputs "$1"); do
        [ -d "$ROOT/$input/src" ] || continue
        changed=$(find "$ROOT/$input/src" "$ROOT/$input/pom.xml" "$ROOT/pom.xml" -newer "$stamp" -print | sed -n 1p)
        [ -z "$changed" ] || return 0
    done
    return 1
}

# Packages those of the modules in $@ that are stale, with what they stand on, without running tests.
build() {
    stale=
    for module in "$@"; do
        if build_stale "$module"; then
            stale=$stale,$module
        fi
    done
    [ -n "$stale" ] || return 0
    stale=${stale#,}
    echo "bisup: building $(echo "$stale" | sed 's/,/, /g') (the first time this takes some minutes and downloads libraries)" >&2
    begun=$(mktemp "${TMPDIR:-/tmp}/bisup.XXXXXX")
    if ! (cd "$ROOT" && ./mvnw -q -B -DskipTests -Dspotless.check.skip -pl "$stale" -am package </dev/null >&2); then
        rm -f "$begun"
        echo "bisup: the build failed; the reason stands above" >&2
        return 1
    fi
    build_stamp "$begun" "$(echo "$stale" | tr ',' ' ')"
    case ,$stale, in
        *,cli,*) archive_classes ;;
    esac
}

# Runs the command line twice, so that the archives of its classes are there before somebody waits for it.
archive_classes() {
    rm -f "$ROOT/cli/target/brief.jsa" "$ROOT/cli/target/engine.jsa"
    "$ROOT/bisup" recipes --help >/dev/null 2>&1 </dev/null || true
    "$ROOT/bisup" local perplexity --model "$ROOT/demo-model/model" --text "$ROOT/LICENSE" --window 256 \
        >/dev/null 2>&1 </dev/null || true
}

# Marks the modules in $2 as built from what was there when file $1 was made.
build_stamp() {
    for module in $2; do
        mkdir -p "$ROOT/$module/target"
        cp -p "$1" "$ROOT/$module/target/.bisup-built"
    done
    rm -f "$1"
}
