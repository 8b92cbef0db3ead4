# tranship guest: tidy
# Takes off the agents that were asked for and that we know; answers those that are gone now.
#include parts/as-root.sh
as_root "$@" <<'TRANSHIP_SCRIPT'
#include parts/base.sh
#include parts/json.sh
#include parts/adapters.sh
#include parts/package.sh
#include parts/agents.sh

remove_os_package() {
    if have apt-get; then
        DEBIAN_FRONTEND=noninteractive apt-get -y -q remove "$1"
    elif have dnf; then
        dnf -y remove "$1"
    elif have yum; then
        yum -y remove "$1"
    elif have zypper; then
        zypper --non-interactive remove "$1"
    fi
}

remove_agent() {
    case $1 in
        nutanix-guest-tools) sh "$ROOT/usr/local/nutanix/ngt/python/bin/uninstall_ngt.sh" ;;
        vmware-tools) "$ROOT/usr/bin/vmware-uninstall-tools.pl" ;;
        *) remove_os_package "$1" ;;
    esac >/dev/null 2>&1 </dev/null
}

is_known() {
    for known in $AGENTS; do
        [ "$1" = "$known" ] && return 0
    done
    return 1
}

main() {
    read_argument "$1"
    need_root
    remove_package
    removed=
    a=0
    while get "agents/$a"; do
        a=$((a + 1))
        agent=$REPLY
        is_known "$agent" && has_agent "$agent" || continue
        remove_agent "$agent"
        has_agent "$agent" || removed="$removed$agent
"
    done
    answer "{\"removed\":$(printf '%s' "$removed" | texts)}"
}

main "$@" </dev/null
TRANSHIP_SCRIPT
