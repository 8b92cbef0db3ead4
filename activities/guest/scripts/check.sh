# tranship guest: check
# Tells how the guest is now: what runs, what it reaches, and how its owner's test ends. Gives slow starters time. Changes nothing.
#include parts/as-root.sh
as_root "$@" <<'TRANSHIP_SCRIPT'
#include parts/base.sh
#include parts/json.sh
#include parts/adapters.sh
#include parts/machine.sh

asked_services() {
    s=0
    while get "services/$s"; do
        printf '%s\n' "$REPLY"
        s=$((s + 1))
    done
}

is_running() { have systemctl && systemctl is-active --quiet -- "$1.service" 2>/dev/null </dev/null; }

now_running() {
    asked_services | while IFS= read -r one; do
        if is_running "$one"; then printf '%s\n' "$one"; fi
    done
}

# Some services start minutes after the boot.
await_services() {
    tries=0
    while [ "$(now_running)" != "$(asked_services)" ] && [ "$tries" -lt 30 ]; do
        sleep 5
        tries=$((tries + 1))
    done
}

# One that keeps silent on ping but answered for its MAC is there.
reaches() {
    for try in 1 2 3; do
        ping -c 1 -W 2 "$1" >/dev/null 2>&1 && return 0
        case $(ip neigh show "$1" 2>/dev/null) in *REACHABLE*) return 0 ;; esac
        [ "$try" = 3 ] || sleep 1
    done
    return 1
}

resolves() {
    reaches "$1" && return 0
    have nslookup || return 1
    case $(nslookup localhost "$1" 2>&1) in *'timed out'* | *'no servers'* | *"can't connect"* | *refused*) return 1 ;; esac
}

reachability() {
    between=
    printf '{'
    while read -r target; do
        printf '%s%s:' "$between" "$(text "$target")"
        if "$1" "$target" </dev/null; then printf true; else printf false; fi
        between=,
    done
    printf '}'
}

gateways() {
    adapters | while read -r number name mac; do gateway_of "$name"; done | sort -u
}

# A drive without a medium says I/O error all day.
disk_errors() {
    dmesg 2>/dev/null | grep -Ei 'I/O error|EXT[234]-fs (error|warning)|XFS .*(corrupt|error|shutdown)|BTRFS.*(error|corrupt)|medium error|SCSI error|JBD2:.*error' |
        grep -Evi '(dev |logical unit |\[)(fd|sr|loop)[0-9]' | cut -c 1-200 | tail -n 10
}

# Whether this machine's account in its domain is good; null where it is in none we can ask of.
secure_channel() {
    if have adcli && [ -e "$ROOT/etc/krb5.keytab" ]; then
        if adcli testjoin >/dev/null 2>&1; then printf true; else printf false; fi
    else
        printf null
    fi
}

# ---------------------------------------------------------------- the owner's test

passed() { printf '{"passed":true,"detail":%s}' "$(text "$1")"; }
failed() { printf '{"passed":false,"detail":%s}' "$(text "$1")"; }

fetch() {
    if have curl; then
        status=$(curl -s -S -m 10 -o "$body" -w '%{http_code}' -- "$1" 2>"$body.said")
    elif have wget; then
        wget -S -T 10 -O "$body" -- "$1" 2>"$body.said"
        status=$(awk '$1 ~ /^HTTP\// { code = $2 } END { print code }' "$body.said")
    else
        echo 'neither curl nor wget is there' >"$body.said"
        return 1
    fi
    case $status in [1-9][0-9][0-9]) return 0 ;; *) return 1 ;; esac
}

holds() { case $(tr -d '\000' <"$body") in *"$expect"*) return 0 ;; *) return 1 ;; esac; }

fits() {
    case $expect in
        '') case $status in [23]??) return 0 ;; *) return 1 ;; esac ;;
        [1-5][0-9][0-9]) [ "$status" = "$expect" ] ;;
        *) holds ;;
    esac
}

try_http() {
    case $target in
        http://?* | https://?*) ;;
        *) failed "$target is no URL"; return ;;
    esac
    body=$(mktemp)
    if ! fetch "$target"; then
        failed "no answer from $target: $(tail -n 1 "$body.said")"
    elif fits; then
        passed "$target answered $status"
    else
        failed "$target answered $status, expected ${expect:-success}"
    fi
    rm -f "$body" "$body.said"
}

# Prints what the other side says first.
connects() {
    if have bash && have timeout; then
        timeout 10 bash -c 'exec 3<>"/dev/tcp/$0/$1" && { IFS= read -r -t 2 line <&3; printf "%s" "$line"; :; }' "$1" "$2"
    elif have nc; then
        nc -w 5 "$1" "$2" </dev/null
    else
        return 1
    fi
}

try_tcp() {
    host=${target%:*}
    port=${target##*:}
    host=${host#\[}
    host=${host%\]}
    case $host in '' | -* | *[!A-Za-z0-9._:-]*) failed "$target is not host:port"; return ;; esac
    case $port in '' | *[!0-9]* | ??????*) failed "$target is not host:port"; return ;; esac
    body=$(mktemp)
    if ! connects "$host" "$port" >"$body" 2>/dev/null; then
        failed "$target took no connection"
    elif holds; then
        passed "$target took the connection"
    else
        failed "$target took the connection but did not say $expect"
    fi
    rm -f "$body"
}

smoke_once() {
    case $kind in
        http) try_http ;;
        tcp) try_tcp ;;
        *) passed 'none asked' ;;
    esac
}

smoke() {
    get smoke/kind
    kind=$REPLY
    get smoke/target
    target=$REPLY
    get smoke/expect
    expect=$REPLY
    tries=0
    while :; do
        result=$(smoke_once)
        case $result in '{"passed":true'*) break ;; esac
        tries=$((tries + 1))
        [ "$tries" -lt 6 ] || break
        sleep 5
    done
    printf '%s' "$result"
}

main() {
    read_argument "$1"
    await_services
    answer "{\"nics\":$(nics),\"services\":$(now_running | texts),\"volumes\":$(volumes),\"gatewayReachable\":$(gateways | reachability reaches),\"dnsReachable\":$(name_servers | sort -u | reachability resolves),\"smoke\":$(smoke),\"diskErrors\":$(disk_errors | texts),\"secureChannel\":$(secure_channel)}"
}

main "$@" </dev/null
TRANSHIP_SCRIPT
