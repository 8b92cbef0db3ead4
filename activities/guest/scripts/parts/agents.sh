# What hypervisors leave in a guest, by the names the answer uses.
AGENTS='nutanix-guest-tools
open-vm-tools
vmware-tools
qemu-guest-agent'

has_package() {
    if have dpkg-query; then
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
    elif have rpm; then
        rpm -q "$1" >/dev/null 2>&1
    else
        return 1
    fi
}

has_agent() {
    case $1 in
        nutanix-guest-tools) [ -d "$ROOT/usr/local/nutanix/ngt" ] ;;
        vmware-tools) [ -f "$ROOT/usr/bin/vmware-uninstall-tools.pl" ] ;;
        *) has_package "$1" ;;
    esac
}

agents() {
    for agent in $AGENTS; do
        has_agent "$agent" && printf '%s\n' "$agent"
    done
    return 0
}
