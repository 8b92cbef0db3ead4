# tranship guest: readdress
# Gives adapters their addresses, each by its MAC. Answers those that have them; asked again it answers the rest.
#include parts/as-root.sh
as_root "$@" <<'TRANSHIP_SCRIPT'
#include parts/base.sh
#include parts/json.sh
#include parts/adapters.sh
#include parts/wanted.sh
#include parts/assign.sh
#include parts/package.sh

main() {
    read_argument "$1"
    need_root
    read_wanted
    applied=
    pending=
    while read -r mac index mode address gateway dns; do
        name=$(adapter_of "$mac")
        [ -n "$name" ] || continue
        CHANGED=
        configure "$name" "$mac" "$mode" "$address" "$gateway" "$dns" ||
            refuse notConfigured "The addresses of $name could not be written: $(stack_of "$name")."
        if [ -z "$CHANGED" ] && is_live "$name" "$mac" "$mode" "$address" "$gateway" "$dns"; then
            applied="$applied$mac
"
        else
            pending="$pending$name $mac $mode $address $gateway $dns
"
        fi
    done <<WANTED_END
${WANTED%?}
WANTED_END
    remove_package
    activate_later
    answer "{\"applied\":$(printf '%s' "$applied" | texts)}"
}

# After the answer: a new address may end the very connection that carries it.
activate_later() {
    [ -n "$pending" ] || return 0
    (
        trap '' HUP
        sleep 2
        printf '%s' "$pending" | while read -r name mac mode address gateway dns; do
            activate "$name" "$mac" "$mode" "$address" "$gateway" "$dns" </dev/null
        done
    ) </dev/null >/dev/null 2>&1 &
}

main "$@" </dev/null
TRANSHIP_SCRIPT
