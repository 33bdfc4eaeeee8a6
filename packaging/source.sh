# shellcheck shell=bash
# Sourced by the scripts of packaging/: which sources these are, and when they were committed.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/scripts/need.sh"

# The time that everything made bears: the last commit's, so that the same commit makes the same bytes.
if [ -z "${SOURCE_DATE_EPOCH:-}" ]; then
    SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null) || {
        echo "this is no git checkout, so nothing tells when these sources were made. Set SOURCE_DATE_EPOCH to that, in seconds since 1970" >&2
        exit 2
    }
fi
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC

# The version in Cargo.toml.
source_version() {
    sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml"
}

# The version of a package: the one in Cargo.toml where the commit bears its tag, else one that sorts before it, by time.
package_version() {
    local version commit
    version=$(source_version)
    if ! commit=$(git -C "$root" rev-parse --short=8 HEAD 2>/dev/null) || git -C "$root" describe --exact-match --match "v$version" >/dev/null 2>&1; then
        echo "$version"
    else
        echo "$version~git$(date --utc --date="@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S).$commit"
    fi
}

# Where cargo puts what it builds.
target_folder() {
    echo "${CARGO_TARGET_DIR:-$root/target}"
}
