# Adapters that hardware stands behind, as `ifindex name mac`, in the order the kernel found them. A VF carries the MAC of its
# synthetic adapter and comes later: only the first counts.
adapters() {
    for dir in "$ROOT"/sys/class/net/*; do
        [ -e "$dir/device" ] || continue
        { read -r mac <"$dir/address" && read -r number <"$dir/ifindex"; } 2>/dev/null || continue
        printf '%s %s %s\n' "$number" "${dir##*/}" "$mac"
    done | sort -n | awk '{ $3 = tolower($3) } !seen[$3]++'
}

adapter_of() { adapters | awk -v mac="$1" '$3 == mac { print $2; exit }'; }

has_carrier() {
    carrier=
    { read -r carrier <"$ROOT/sys/class/net/$1/carrier"; } 2>/dev/null
    [ "$carrier" = 1 ]
}

# IPv4 addresses of an adapter, `ip/prefix`, one a line.
addresses4() { ip -o -4 addr show dev "$1" scope global 2>/dev/null | awk '{ for (i = 1; i < NF; i++) if ($i == "inet") print $(i + 1) }'; }

gateway_of() { ip -4 route show default dev "$1" 2>/dev/null | awk '$1 == "default" { for (i = 1; i < NF; i++) if ($i == "via") { print $(i + 1); exit } }'; }

is_mac() {
    case $1 in *[!0-9a-f:]*) return 1 ;; esac
    case $1 in ??:??:??:??:??:??) [ "${#1}" = 17 ] ;; *) return 1 ;; esac
}

is_number() {
    case $1 in '' | *[!0-9]* | ?????*) return 1 ;; esac
}

is_ip4() {
    case $1 in *[!0-9.]* | .* | *. | *..*) return 1 ;; esac
    left=$1.
    parts=0
    while [ -n "$left" ]; do
        part=${left%%.*}
        left=${left#*.}
        parts=$((parts + 1))
        case $part in '' | ????*) return 1 ;; esac
        [ "$part" -le 255 ] || return 1
    done
    [ "$parts" = 4 ]
}
