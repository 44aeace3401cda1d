# Finds a JDK that is new enough, whatever `java` on the PATH is. Sourced by ../bisup.
# shellcheck shell=sh

JDK_WANTED=25

# Prints the feature release (8, 17, 25 ...) of the JDK in folder $1, or nothing when it is no whole JDK.
jdk_release() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 0
    if [ -r "$1/release" ]; then
        sed -n 's/^JAVA_VERSION="\(1\.\)\{0,1\}\([0-9][0-9]*\).*/\2/p' "$1/release"
    else
        "$1/bin/java" -version 2>&1 | sed -n 's/.* version "\(1\.\)\{0,1\}\([0-9][0-9]*\).*/\2/p'
    fi
}

jdk_suits() {
    release=$(jdk_release "$1")
    [ -n "$release" ] && [ "$release" -ge "$JDK_WANTED" ]
}

# Prints the home of the `java` on the PATH, links followed.
jdk_on_path() {
    java=$(command -v java) || return 0
    while [ -L "$java" ]; do
        target=$(readlink "$java")
        case $target in
            /*) java=$target ;;
            *) java=$(dirname "$java")/$target ;;
        esac
    done
    (cd "$(dirname "$java")/.." 2>/dev/null && pwd)
}

# Prints the folders where package managers, SDKMAN, IDEs and macOS put JDKs, one a line.
jdk_places() {
    if [ -n "${BISUP_JDK_PLACES:-}" ]; then
        printf '%s\n' "$BISUP_JDK_PLACES" | tr ':' '\n'
        return 0
    fi
    for place in /usr/lib/jvm/* "${SDKMAN_DIR:-$HOME/.sdkman}"/candidates/java/* "$HOME"/.jdks/* /opt/java/* \
        /opt/jdk* /usr/java/* "$HOME"/.asdf/installs/java/* "$HOME"/.local/share/mise/installs/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
        printf '%s\n' "$place"
    done
    if [ -x /usr/libexec/java_home ]; then
        /usr/libexec/java_home -v "$JDK_WANTED+" 2>/dev/null || true
    fi
}

# Of the JDKs in those places prints the lowest release that suits: nearest to what the build is tested with.
jdk_elsewhere() {
    jdk_places | while IFS= read -r place; do
        if jdk_suits "$place"; then
            printf '%s %s\n' "$release" "$place"
        fi
    done | sort -n | sed -n '1s/^[0-9]* //p'
}

# Prints the home of a JDK to use; says how to get one and fails with 2 when there is none.
find_jdk() {
    for home in "${JAVA_HOME:-}" "$(jdk_on_path)" "$(jdk_elsewhere)"; do
        if [ -n "$home" ] && jdk_suits "$home"; then
            printf '%s\n' "$home"
            return 0
        fi
    done
    cat >&2 <<END
bisup: no JDK $JDK_WANTED or newer found (looked at JAVA_HOME, the PATH, /usr/lib/jvm, SDKMAN, ~/.jdks and macOS's places).
Get one, then run the same command again:
  Debian, Ubuntu   sudo apt-get install temurin-$JDK_WANTED-jdk   (after https://adoptium.net/installation/linux)
  anywhere         curl -s https://get.sdkman.io | bash   then   sdk install java $JDK_WANTED-tem
  by hand          https://adoptium.net/temurin/releases/?version=$JDK_WANTED   then   export JAVA_HOME=<its folder>
END
    return 2
}
