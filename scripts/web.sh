# Sourced by the root scripts: the dashboard, which the binary carries inside it.

# build_web ROOT: builds web/dist where its sources are newer, or another list of packages was installed.
build_web() {
    local web=$1/web
    need node nodejs
    need npm npm
    install_web "$1"
    if [ -f "$web/dist/index.html" ] && [ -z "$(find "$web/src" "$web"/*.* -newer "$web/dist/index.html" -print -quit)" ]; then
        return
    fi
    npm run --silent --prefix "$web" build >&2
}

# install_e2e ROOT: what drives Chromium, without a browser of its own.
install_e2e() {
    local e2e=$1/e2e
    if ! cmp -s "$e2e/package-lock.json" "$e2e/node_modules/.installed"; then
        PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix "$e2e" --no-audit --no-fund --loglevel=error >&2
        cp "$e2e/package-lock.json" "$e2e/node_modules/.installed"
    fi
}

# install_web ROOT: what the list of packages says, by name from the npm registry.
install_web() {
    local web=$1/web
    if ! cmp -s "$web/package-lock.json" "$web/node_modules/.installed"; then
        npm ci --prefix "$web" --no-audit --no-fund --loglevel=error >&2
        cp "$web/package-lock.json" "$web/node_modules/.installed"
    fi
}
