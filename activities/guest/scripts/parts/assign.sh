# Addresses for good, in the words of whatever configures the network of this guest. Nothing of a customer's file is lost: a copy
# lies in the store. `name mac mode ip/prefix gateway dns,dns` is what every function takes.

active() { have systemctl && systemctl is-active --quiet "$1" 2>/dev/null; }

stack_of() {
    if active NetworkManager && have nmcli && [ "$(nmcli -t -f DEVICE,STATE device 2>/dev/null | awk -F: -v dev="$1" '$1 == dev { print $2; exit }')" != unmanaged ]; then
        echo networkmanager
    elif active systemd-networkd; then
        echo networkd
    elif active wicked; then
        echo wicked
    elif [ -f "$ROOT/etc/network/interfaces" ]; then
        echo interfaces
    elif [ -d "$ROOT/etc/sysconfig/network-scripts" ]; then
        echo ifcfg
    else
        echo none
    fi
}

digits() { printf '%s' "$1" | tr -d ':'; }
uuid_for() { printf '7472616e-7368-4970-8000-%s' "$(digits "$1")"; }

netmask() {
    bits=${1#*/}
    mask=
    for octet in 1 2 3 4; do
        here=$((bits > 8 ? 8 : bits))
        bits=$((bits - here))
        mask=$mask.$((256 - (1 << (8 - here))))
    done
    printf '%s' "${mask#.}"
}

# A priority above all others: NetworkManager takes this profile for the adapter whatever else would fit. NM wants a trailing `;`.
write_networkmanager() {
    method=auto
    lines=
    if [ "$3" = static ]; then
        method=manual
        lines="
address1=$4"
        [ "$5" = - ] || lines="$lines,$5"
        [ "$6" = - ] || lines="$lines
dns=$(printf '%s' "$6" | tr , ';');"
    fi
    put "/etc/NetworkManager/system-connections/tranship-$(digits "$2").nmconnection" 600 "[connection]
id=tranship-$(digits "$2")
uuid=$(uuid_for "$2")
type=ethernet
autoconnect=true
autoconnect-priority=999

[ethernet]
mac-address=$2

[ipv4]
method=$method$lines

[ipv6]
method=auto"
}

activate_networkmanager() {
    nmcli connection load "$ROOT/etc/NetworkManager/system-connections/tranship-$(digits "$2").nmconnection" || nmcli connection reload
    nmcli --wait 30 connection up "$(uuid_for "$2")"
}

# The first file by name that matches wins over all others, also over those that netplan writes. The name keeps VLANs on the
# adapter out, which share its MAC.
write_networkd() {
    lines='DHCP=yes'
    if [ "$3" = static ]; then
        lines="Address=$4"
        [ "$5" = - ] || lines="$lines
Gateway=$5"
        [ "$6" = - ] || lines="$lines
DNS=$(printf '%s' "$6" | tr , ' ')"
    fi
    put "/etc/systemd/network/00-tranship-$(digits "$2").network" 644 "[Match]
MACAddress=$2
Name=$1

[Network]
ConfigureWithoutCarrier=yes
$lines"
}

activate_networkd() {
    { networkctl reload && networkctl reconfigure "$1"; } || systemctl restart systemd-networkd
}

write_wicked() {
    proto='dhcp'
    ip=
    route=
    if [ "$3" = static ]; then
        proto=static
        ip="
IPADDR='$4'"
        [ "$5" = - ] || route="default $5 - $1"
    fi
    keep_before "/etc/sysconfig/network/ifcfg-$1"
    keep_before "/etc/sysconfig/network/ifroute-$1"
    put "/etc/sysconfig/network/ifcfg-$1" 600 "STARTMODE='auto'
BOOTPROTO='$proto'$ip" || return 1
    put "/etc/sysconfig/network/ifroute-$1" 644 "$route" || return 1
    config=$ROOT/etc/sysconfig/network/config
    if [ "$6" != - ] && [ -f "$config" ]; then
        keep_before /etc/sysconfig/network/config
        put /etc/sysconfig/network/config 644 "$(grep -v '^NETCONFIG_DNS_STATIC_SERVERS=' "$config")
NETCONFIG_DNS_STATIC_SERVERS=\"$(printf '%s' "$6" | tr , ' ')\""
    fi
}

activate_wicked() {
    netconfig update -f
    wicked ifreload "$1" || wicked ifup "$1"
}

# Lines of $1 without what they say of adapter $2 in IPv4.
without_stanza() {
    awk -v dev="$2" '
        /^[ \t]*#/ { if ($0 != "# tranship " dev) held = held $0 "\n"; next }
        $1 == "iface" { drop = ($2 == dev && $3 == "inet") }
        $1 == "auto" || $1 ~ /^allow-/ {
            drop = 0
            out = $1
            for (i = 2; i <= NF; i++) if ($i != dev) out = out " " $i
            if (out == $1) next
            $0 = out
        }
        $1 == "mapping" || $1 ~ /^(source|no-|rename)/ { drop = 0 }
        drop { held = ""; next }
        { printf "%s", held; held = ""; print }
        END { printf "%s", held }
    ' "$1"
}

write_interfaces() {
    main=/etc/network/interfaces
    for file in "$ROOT"/etc/network/interfaces.d/*; do
        [ -f "$file" ] || continue
        path=${file#"$ROOT"}
        kept=$(without_stanza "$file" "$1")
        [ "$kept" = "$(cat "$file")" ] || { keep_before "$path" && put "$path" 644 "$kept"; } || return 1
    done
    lines="iface $1 inet dhcp"
    if [ "$3" = static ]; then
        lines="iface $1 inet static
    address ${4%/*}
    netmask $(netmask "$4")"
        [ "$5" = - ] || lines="$lines
    gateway $5"
        [ "$6" = - ] || lines="$lines
    dns-nameservers $(printf '%s' "$6" | tr , ' ')"
    fi
    keep_before "$main"
    put "$main" 644 "$(without_stanza "$ROOT$main" "$1")
# tranship $1
auto $1
$lines" || return 1
    have resolvconf || write_resolver "$6"
}

# Only where the file is a file: a link belongs to a resolver that writes it.
write_resolver() {
    file=$ROOT/etc/resolv.conf
    [ "$1" != - ] && [ -f "$file" ] && [ ! -L "$file" ] || return 0
    keep_before /etc/resolv.conf
    put /etc/resolv.conf 644 "$(grep -v '^nameserver' "$file"; printf '%s' "$1" | tr , '\n' | sed 's/^/nameserver /')"
}

activate_interfaces() {
    ifdown "$1"
    ip addr flush dev "$1" scope global
    ifup "$1"
}

write_ifcfg() {
    proto=dhcp
    lines=
    if [ "$3" = static ]; then
        proto=none
        lines="
IPADDR=${4%/*}
PREFIX=${4#*/}"
        [ "$5" = - ] || lines="$lines
GATEWAY=$5"
        count=1
        for server in $(printf '%s' "$6" | tr ',-' '  '); do
            lines="$lines
DNS$count=$server"
            count=$((count + 1))
        done
    fi
    keep_before "/etc/sysconfig/network-scripts/ifcfg-$1"
    put "/etc/sysconfig/network-scripts/ifcfg-$1" 644 "DEVICE=$1
HWADDR=$2
TYPE=Ethernet
ONBOOT=yes
BOOTPROTO=$proto$lines"
}

activate_ifcfg() {
    ifdown "$1"
    ifup "$1"
}

# Writes what shall hold from now on; false where it could not be written.
configure() {
    stack=$(stack_of "$1")
    [ "$stack" != none ] || return 1
    "write_$stack" "$@"
}

# An address that is not wanted any more would still answer.
drop_others() {
    [ "$3" = static ] || return 0
    addresses4 "$1" | while read -r old; do
        [ "$old" = "$4" ] || ip addr del "$old" dev "$1"
    done
}

activate() {
    stack=$(stack_of "$1")
    "activate_$stack" "$@" >/dev/null 2>&1
    drop_others "$@" >/dev/null 2>&1
    return 0
}

# Whether the adapter has what it shall have. Without a carrier what is written is all there can be.
is_live() {
    has_carrier "$1" || return 0
    [ "$3" = static ] || return 0
    [ "$(addresses4 "$1")" = "$4" ] || return 1
    [ "$5" = - ] || [ "$(gateway_of "$1")" = "$5" ]
}
