# tranship guest: inspect
# Tells what the guest is like. Changes nothing.
#include parts/as-root.sh
as_root "$@" <<'TRANSHIP_SCRIPT'
#include parts/base.sh
#include parts/json.sh
#include parts/adapters.sh
#include parts/machine.sh
#include parts/services.sh
#include parts/initramfs.sh
#include parts/agents.sh

os_name() {
    name=$(sed -n 's/^PRETTY_NAME=//p' "$ROOT/etc/os-release" 2>/dev/null | sed -n '1{ s/^["'\'']//; s/["'\'']$//; p; }')
    [ -n "$name" ] || { read -r name <"$ROOT/etc/redhat-release"; } 2>/dev/null
    printf '%s' "${name:-Linux}"
}

host_name() {
    host=
    { read -r host <"$ROOT/proc/sys/kernel/hostname"; } 2>/dev/null
    printf '%s' "${host:-$(uname -n)}"
}

# Disks named by the order in which they were found; that order is another one on another machine.
fstab_by_device() {
    awk '$1 ~ /^\/dev\/(sd[a-z]|vd[a-z]|hd[a-z]|xvd[a-z]|nvme[0-9])/ { print $1 }' "$ROOT/etc/fstab" 2>/dev/null
}

has_arc() { have azcmagent || [ -d "$ROOT/opt/azcmagent" ]; }

is_true() {
    if "$@"; then printf true; else printf false; fi
}

main() {
    read_argument "$1"
    tool=$(initramfs_tool)
    facts="{\"bitlocker\":[],\"fstabByDevice\":$(fstab_by_device | texts),\"hvModules\":$(is_true has_modules)"
    facts="$facts,\"initramfsTool\":$([ -n "$tool" ] && text "$tool" || printf null)"
    facts="$facts,\"connectedMachineAgent\":$(is_true has_arc),\"sanPolicy\":null,\"agents\":$(agents | texts)}"
    answer "{\"os\":\"linux\",\"osName\":$(text "$(os_name)"),\"hostname\":$(text "$(host_name)"),\"services\":$(running_services | texts),\"nics\":$(nics),\"volumes\":$(volumes),\"facts\":$facts}"
}

main "$@" </dev/null
TRANSHIP_SCRIPT
