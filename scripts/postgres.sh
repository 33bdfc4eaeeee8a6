# Starts a PostgreSQL of its own for tests, in a temporary folder, on a free port of this machine. To be sourced:
# `start_postgres` sets STORE_TEST_POSTGRES to its address and STORE_TEST_POSTGRES_CA to the file of its certificate;
# `stop_postgres` takes it away again. POSTGRES_FSYNC=on writes to the disk, POSTGRES_OPTIONS are further options. Needs scripts/need.sh.

# Where Debian and others put the server's programs; prints the newest folder that has them.
postgres_folder() {
    local found
    found=$(command -v postgres) && dirname "$(readlink -f "$found")" && return
    found=$(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql@*/bin 2>/dev/null | sort -V | tail -n 1)
    [ -n "$found" ] && [ -x "$found/initdb" ] && echo "$found"
}

# Runs a command as somebody who is not root: PostgreSQL refuses to be root.
as_postgres() {
    if [ "$(id -u)" -ne 0 ]; then
        "$@"
    elif id postgres >/dev/null 2>&1; then
        (cd / && exec runuser -u postgres -- "$@")
    else
        (cd / && exec runuser -u nobody -- "$@")
    fi
}

start_postgres() {
    local programs port
    if ! programs=$(postgres_folder); then
        need postgres postgresql
        programs=$(postgres_folder) || return 1
    fi
    POSTGRES_TEST_FOLDER=$(mktemp -d)
    export POSTGRES_TEST_PROGRAMS=$programs
    if [ "$(id -u)" -eq 0 ]; then
        chown "$(id postgres >/dev/null 2>&1 && echo postgres || echo nobody)" "$POSTGRES_TEST_FOLDER"
    fi
    as_postgres "$programs/initdb" --pgdata "$POSTGRES_TEST_FOLDER/data" --username bridge --auth trust \
        --encoding UTF8 --locale C --no-sync >"$POSTGRES_TEST_FOLDER/initdb.log" 2>&1 || {
        cat "$POSTGRES_TEST_FOLDER/initdb.log" >&2
        return 1
    }
    need openssl openssl
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
        -addext basicConstraints=critical,CA:FALSE \
        -keyout "$POSTGRES_TEST_FOLDER/data/server.key" -out "$POSTGRES_TEST_FOLDER/server.crt" 2>/dev/null
    cp "$POSTGRES_TEST_FOLDER/server.crt" "$POSTGRES_TEST_FOLDER/data/server.crt"
    chmod 600 "$POSTGRES_TEST_FOLDER/data/server.key"
    if [ "$(id -u)" -eq 0 ]; then
        chown --reference="$POSTGRES_TEST_FOLDER/data" "$POSTGRES_TEST_FOLDER"/data/server.{key,crt}
        # Who reads the certificate is somebody else.
        chmod 755 "$POSTGRES_TEST_FOLDER"
    fi
    # Somebody may take the port between looking and listening: then another one.
    for _ in 1 2 3 4 5; do
        port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
        # What is in it is thrown away: nothing has to be on the disk, unless it is measured how long that takes.
        if as_postgres "$programs/pg_ctl" --pgdata "$POSTGRES_TEST_FOLDER/data" --wait --silent \
            --log "$POSTGRES_TEST_FOLDER/server.log" \
            --options "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c ssl=on -c fsync=${POSTGRES_FSYNC:-off} -c max_connections=400 ${POSTGRES_OPTIONS:-}" start; then
            export STORE_TEST_POSTGRES="postgres://bridge@127.0.0.1:$port/postgres"
            export STORE_TEST_POSTGRES_CA="$POSTGRES_TEST_FOLDER/server.crt"
            return
        fi
    done
    cat "$POSTGRES_TEST_FOLDER/server.log" >&2
    return 1
}

# By the process that was started, whose number the server keeps.
stop_postgres() {
    [ -n "${POSTGRES_TEST_FOLDER:-}" ] || return 0
    as_postgres "$POSTGRES_TEST_PROGRAMS/pg_ctl" --pgdata "$POSTGRES_TEST_FOLDER/data" --mode immediate --silent stop || true
    rm -rf "$POSTGRES_TEST_FOLDER"
    unset POSTGRES_TEST_FOLDER POSTGRES_TEST_PROGRAMS STORE_TEST_POSTGRES STORE_TEST_POSTGRES_CA
}
