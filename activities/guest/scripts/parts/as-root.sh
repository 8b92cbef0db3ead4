# Runs the script on standard input as root where this account may become root without a question; else as it is, and what
# needs root says so itself.
as_root() {
    if [ "$(id -u)" != 0 ] && sudo -n true </dev/null >/dev/null 2>&1; then
        sudo -n env "TRANSHIP_ROOT=${TRANSHIP_ROOT-}" sh -s -- "$@"
    else
        sh -s -- "$@"
    fi
}
