# Runs every test and closes with one line of counts. Sourced by ../bisup; $ROOT is the project's folder.
# shellcheck shell=sh

# Prints a browser that the dashboard's tests can drive, or nothing.
browser_find() {
    if [ -n "${BISUP_BROWSER:-}" ]; then
        echo "$BISUP_BROWSER"
        return 0
    fi
    for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable chrome; do
        if command -v "$name" 2>/dev/null; then
            return 0
        fi
    done
    for place in /usr/lib/chromium/chromium-headless-shell /usr/lib/chromium/chromium /opt/google/chrome/chrome \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" "$ROOT/.bisup/browser/chromium"; do
        if [ -x "$place" ]; then
            echo "$place"
            return 0
        fi
    done
}

# Installs a small browser where that is wanted (CI, or asked for) and possible (root, apt-get).
browser_install() {
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "bisup: cannot install a browser (needs root and apt-get); install Chromium or set BISUP_BROWSER" >&2
        return 0
    fi
    echo "bisup: installing chromium-headless-shell for the dashboard's tests" >&2
    apt_log=$(mktemp "${TMPDIR:-/tmp}/bisup.XXXXXX")
    if ! { apt_get install || { apt_get update && apt_get install; }; } >"$apt_log" 2>&1; then
        tail -5 "$apt_log" >&2
        echo "bisup: no browser could be installed" >&2
    fi
    rm -f "$apt_log"
}

apt_get() {
    case $1 in
        install) set -- install -y --no-install-recommends chromium-headless-shell ;;
    esac
    DEBIAN_FRONTEND=noninteractive apt-get "$@" </dev/null
}

# Adds up the surefire reports: "passed failed skipped".
test_counts() {
    find "$ROOT" -path '*/target/surefire-reports/TEST-*.xml' -exec awk '
        function attribute(name) {
            return match($0, " " name "=\"[0-9]+\"") ? substr($0, RSTART + length(name) + 3) + 0 : 0
        }
        FNR == 1 { seen = 0 }
        /<testsuite / && !seen { seen = 1; print attribute("tests"), attribute("failures") + attribute("errors"), attribute("skipped") }
    ' {} + | awk '{ t += $1; f += $2; s += $3 } END { print t - f - s, f + 0, s + 0 }'
}

# bisup test [--install-browser] [Maven's own options ...]
run_tests() {
    install=${CI:-false}
    if [ "${1:-}" = --install-browser ]; then
        install=true
        shift
    fi
    if [ -z "$(browser_find)" ] && [ "$install" = true ]; then
        browser_install
    fi
    BISUP_BROWSER=$(browser_find)
    if [ -n "$BISUP_BROWSER" ]; then
        export BISUP_BROWSER
    else
        unset BISUP_BROWSER
        echo "bisup: NO BROWSER FOUND, the dashboard's tests cannot run (./bisup test --install-browser gets one)" >&2
    fi
    find "$ROOT" -path '*/target/surefire-reports/TEST-*.xml' -exec rm -f {} +
    begun=$(mktemp "${TMPDIR:-/tmp}/bisup.XXXXXX")
    status=0
    # Two modules at a time: many tests wait for a store, a lease or a process. Warnings are errors here, but not where a newer
    # JDK's compiler only builds what the launcher starts.
    (cd "$ROOT" && ./mvnw -B -T 2 --fail-at-end -Dmaven.compiler.failOnWarning=true "$@" verify </dev/null) || status=$?
    # shellcheck disable=SC2046
    set -- $(test_counts)
    if [ "$status" = 0 ]; then
        build_stamp "$begun" "$MODULES"
        archive_classes
    else
        rm -f "$begun"
    fi
    if [ "$status" = 0 ] && [ "$1" = 0 ]; then
        echo "bisup: not one test ran" >&2
        status=1
    fi
    echo "$1 passed, $2 failed, $3 skipped"
    return "$status"
}
