# Reads `nics` of the argument into lines `mac index mode ip/prefix gateway dns,dns`, `-` for what is not asked. Every field was
# looked at letter by letter, so that it may stand in a configuration file.
read_wanted() {
    WANTED=
    get 'nics#' || refuse badArgument 'nics is no list.'
    total=$REPLY
    n=0
    while [ "$n" -lt "$total" ]; do
        read_one "nics/$n"
        WANTED="$WANTED$mac $index $mode $address $gateway $dns
"
        n=$((n + 1))
    done
}

read_one() {
    get "$1/mac"
    mac=$(printf '%s' "$REPLY" | tr 'A-F-' 'a-f:')
    is_mac "$mac" || refuse badArgument "$1/mac is no MAC address."
    get "$1/index" || REPLY=$n
    index=$REPLY
    is_number "$index" || refuse badArgument "$1/index is no number."
    mode=static
    address=-
    gateway=-
    dns=-
    get "$1/dhcp"
    if [ "$REPLY" = true ]; then
        mode=dhcp
        return 0
    fi
    get "$1/ip"
    ip=$REPLY
    get "$1/prefix"
    is_ip4 "$ip" && is_number "$REPLY" && [ "$REPLY" -ge 1 ] && [ "$REPLY" -le 32 ] || refuse badArgument "$1 has no IPv4 address with prefix."
    address=$ip/$REPLY
    if get "$1/gateway" && [ -n "$REPLY" ]; then
        is_ip4 "$REPLY" || refuse badArgument "$1/gateway is no IPv4 address."
        gateway=$REPLY
    fi
    servers=
    d=0
    while get "$1/dns/$d"; do
        is_ip4 "$REPLY" || refuse badArgument "$1/dns/$d is no IPv4 address."
        servers="$servers,$REPLY"
        d=$((d + 1))
    done
    [ -z "$servers" ] || dns=${servers#,}
}
