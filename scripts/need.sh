# Sourced by the root scripts: installs what the machine lacks, or says how.

# need COMMAND DEBIAN-PACKAGE: makes sure that a command is there.
need() {
    command -v "$1" >/dev/null 2>&1 && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "installing the Debian package $2, since $1 is missing" >&2
        apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$2" >&2
    else
        echo "$1 is missing. Install it (on Debian: sudo apt-get install $2) and start again." >&2
        exit 2
    fi
}

# need_rust: the Rust toolchain cannot be installed by us.
need_rust() {
    command -v cargo >/dev/null 2>&1 && return
    echo "cargo is missing. Install Rust with rustup (stable, 1.95 or newer) and start again." >&2
    exit 2
}

# step NAME COMMAND...: runs a step, says how long it took, stops at the first that fails.
step() {
    local name=$1 begin=$SECONDS
    shift
    echo "== $name"
    if "$@"; then
        echo "== $name: passed in $((SECONDS - begin)) s"
    else
        echo "== $name: FAILED after $((SECONDS - begin)) s" >&2
        exit 1
    fi
}
