# Byte order and English words, whatever this guest speaks.
LC_ALL=C
export LC_ALL
ROOT=${TRANSHIP_ROOT-}
STORE=/var/lib/tranship

have() { command -v "$1" >/dev/null 2>&1; }

# Writes text $3 to file $1 with mode $2, whole or not at all. A file that holds it already is left alone. Sets CHANGED.
CHANGED=
put() {
    target=$ROOT$1
    if [ -f "$target" ] && [ "$(cat "$target")" = "$3" ]; then
        return 0
    fi
    mkdir -p "${target%/*}" || return 1
    (umask 077 && printf '%s\n' "$3" >"$target.tranship") || return 1
    chmod "$2" "$target.tranship" && mv -f "$target.tranship" "$target" || return 1
    if [ -z "$ROOT" ] && have restorecon; then
        restorecon -F "$target" >/dev/null 2>&1
    fi
    CHANGED=yes
}

# A copy of a customer's file as it was before we touched it, or a mark that there was none; the first one stays.
keep_before() {
    copy=$ROOT$STORE/before/$(printf '%s' "${1#/}" | tr / _)
    [ -e "$copy" ] || [ -e "$copy.none" ] && return 0
    mkdir -p "${copy%/*}" || return 1
    if [ -f "$ROOT$1" ]; then cp -p "$ROOT$1" "$copy"; else : >"$copy.none"; fi
}
