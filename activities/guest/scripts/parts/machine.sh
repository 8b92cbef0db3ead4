# What the guest looks like: adapters and volumes, the same before and after a move.

name_servers() {
    for file in /etc/resolv.conf /run/systemd/resolve/resolv.conf /run/NetworkManager/no-stub-resolv.conf; do
        found=$(awk '$1 == "nameserver" && $2 !~ /^(127\.|::1)/ { print $2 }' "$ROOT$file" 2>/dev/null)
        if [ -n "$found" ]; then
            printf '%s\n' "$found"
            return 0
        fi
    done
}

# Addresses of either family without those of the link itself: `family ip/prefix dynamic|static`.
addresses() {
    ip -o addr show dev "$1" scope global 2>/dev/null | awk '{
        for (i = 1; i < NF; i++) if ($i == "inet" || $i == "inet6") print $i, $(i + 1), (/ dynamic/ ? "dynamic" : "static")
    }'
}

is_leased() {
    addresses "$1" | awk '{ n[$1]++; if ($3 == "dynamic") d[$1]++ } END { f = n["inet"] ? "inet" : "inet6"; exit !(n[f] && n[f] == d[f]) }'
}

# JSON list of adapters.
nics() {
    between=
    printf '['
    adapters | while read -r number name mac; do
        gateway=$(gateway_of "$name")
        leased=false
        is_leased "$name" && leased=true
        printf '%s{"mac":"%s","name":%s,"addresses":%s,"gateway":%s,"dns":%s,"dhcp":%s}' "$between" "$mac" "$(text "$name")" \
            "$(addresses "$name" | awk '{ print $2 }' | texts)" \
            "$([ -n "$gateway" ] && text "$gateway" || printf null)" \
            "$([ -n "$(addresses "$name")" ] && name_servers | texts || printf '[]')" "$leased"
        between=,
    done
    printf ']'
}

# Mounts of disks; not what containers, snaps, removable media and the running system bring.
mounts() {
    awk '
        $3 ~ /^(squashfs|iso9660|overlay|udf|autofs|fuse)/ { next }
        $1 !~ /^\/dev\// && $3 !~ /^(zfs|btrfs)$/ { next }
        $2 ~ /^\/(run|dev|proc|sys|media|snap|var\/snap|var\/lib\/(docker|containers|kubelet|containerd|snapd))(\/|$)/ { next }
        { print $2 }
    ' "$ROOT/proc/mounts" 2>/dev/null
}

# JSON list of volumes, in bytes. The kernel writes odd letters of a mount as octal numbers.
volumes() {
    between=
    printf '['
    mounts | while IFS= read -r coded; do
        mount=$(printf '%bx' "$(printf '%s' "$coded" | sed 's/\\\([0-7][0-7][0-7]\)/\\0\1/g')")
        mount=${mount%x}
        sizes=$(df -P -k -- "$ROOT$mount" 2>/dev/null | awk 'NR == 2 { printf "%.0f %.0f", $2 * 1024, $3 * 1024 }')
        case $sizes in *' '*) ;; *) continue ;; esac
        printf '%s{"mount":%s,"total":%s,"used":%s}' "$between" "$(text "$mount")" "${sizes% *}" "${sizes#* }"
        between=,
    done
    printf ']'
}
