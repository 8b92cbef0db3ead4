# One line is the answer: marks with JSON between them.
answer() {
    printf '<<GUEST>>%s<<END>>\n' "$1"
    exit 0
}

# Answers why not. Only the main shell may call it: a subshell would end itself alone.
refuse() { answer "{\"error\":{\"code\":$(text "$1"),\"message\":$(text "$2")}}"; }

need_root() {
    [ "$(id -u)" = 0 ] || refuse notRoot 'This account is not root and may not become root by sudo without a password.'
}

# A text as JSON.
text() {
    case $1 in
        *[!A-Za-z0-9._:/@+=,%-]*)
            TEXT=$1 awk 'BEGIN {
                for (i = 1; i < 32; i++) escaped[sprintf("%c", i)] = sprintf("\\u%04x", i)
                escaped["\""] = "\\\""
                escaped["\\"] = "\\\\"
                from = ENVIRON["TEXT"]
                total = length(from)
                for (i = 1; i <= total; i++) {
                    c = substr(from, i, 1)
                    out = out ((c in escaped) ? escaped[c] : c)
                }
                printf "\"%s\"", out
            }'
            ;;
        *) printf '"%s"' "$1" ;;
    esac
}

# Lines on standard input as a JSON list of texts.
texts() {
    between=
    printf '['
    while IFS= read -r one; do
        printf '%s' "$between"
        text "$one"
        between=,
    done
    printf ']'
}

# JSON on standard input becomes lines `path value`: `nics/0/mac 00:11…`, `nics# 2` for how many; null has no line.
# In a value `\` is doubled and a line break is `\n`, so a value is one line. Nothing of it is ever run.
FLATTEN='
function bail() { exit 1 }
function peek() { return substr(json, at, 1) }
function skip() { while (peek() ~ /^[ \t\r\n]$/) at++ }
function digit(c) {
    c = index("0123456789abcdef", tolower(c))
    if (c == 0) bail()
    return c - 1
}
function four(    n, i) {
    n = 0
    for (i = 0; i < 4; i++) {
        if (peek() == "") bail()
        n = n * 16 + digit(peek())
        at++
    }
    return n
}
function letter(code) {
    if (code == 0) bail()
    if (code == 10) return "\\n"
    if (code == 92) return "\\\\"
    if (code < 128) return byte[code]
    if (code < 2048) return byte[192 + int(code / 64)] byte[128 + code % 64]
    if (code < 65536) return byte[224 + int(code / 4096)] byte[128 + int(code / 64) % 64] byte[128 + code % 64]
    return byte[240 + int(code / 262144)] byte[128 + int(code / 4096) % 64] byte[128 + int(code / 64) % 64] byte[128 + code % 64]
}
function escape(    c, high, low) {
    c = peek()
    at++
    if (c == "\"" || c == "/") return c
    if (c == "\\") return "\\\\"
    if (c == "n") return "\\n"
    if (c == "t") return "\t"
    if (c == "r") return "\r"
    if (c == "b") return "\b"
    if (c == "f") return "\f"
    if (c != "u") bail()
    high = four()
    if (high < 55296 || high > 57343) return letter(high)
    if (high > 56319 || substr(json, at, 2) != "\\u") bail()
    at += 2
    low = four()
    if (low < 56320 || low > 57343) bail()
    return letter(65536 + (high - 55296) * 1024 + low - 56320)
}
function word(    c, out) {
    out = ""
    at++
    for (;;) {
        c = peek()
        if (c == "" || c == "\n") bail()
        at++
        if (c == "\"") return out
        out = out ((c == "\\") ? escape() : c)
    }
}
function object(path,    key, c) {
    at++
    skip()
    if (peek() == "}") { at++; return }
    for (;;) {
        skip()
        if (peek() != "\"") bail()
        key = word()
        if (key !~ /^[A-Za-z0-9_]+$/) bail()
        skip()
        if (peek() != ":") bail()
        at++
        value((path == "") ? key : path "/" key)
        skip()
        c = peek()
        at++
        if (c == "}") return
        if (c != ",") bail()
    }
}
function list(path,    n, c) {
    n = 0
    at++
    skip()
    if (peek() == "]") at++
    else for (;;) {
        value(path "/" n)
        n++
        skip()
        c = peek()
        at++
        if (c == "]") break
        if (c != ",") bail()
    }
    print path "# " n
}
function plain(path,    rest) {
    rest = substr(json, at, 40)
    if (!match(rest, /^(-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?|true|false|null)/)) bail()
    at += RLENGTH
    rest = substr(rest, 1, RLENGTH)
    if (rest != "null") print path " " rest
}
function value(path,    c, out) {
    skip()
    c = peek()
    if (c == "{") object(path)
    else if (c == "[") list(path)
    else if (c == "\"") { out = word(); print path " " out }
    else plain(path)
}
{ json = json $0 "\n" }
END {
    for (i = 1; i < 256; i++) byte[i] = sprintf("%c", i)
    at = 1
    value("")
    skip()
    if (at <= length(json)) bail()
}'

decode() {
    if have base64; then base64 -d; else openssl base64 -d -A; fi
}

read_argument() {
    FLAT=$(printf '%s' "$1" | decode 2>/dev/null | awk "$FLATTEN") || refuse badArgument 'The argument is not Base64 of a JSON object.'
}

# Sets REPLY to the value at a path; false and empty where there is none.
get() {
    REPLY=
    while IFS= read -r line; do
        case $line in
            "$1 "*)
                REPLY=$(printf '%bx' "${line#"$1 "}")
                REPLY=${REPLY%x}
                return 0
                ;;
        esac
    done <<FLAT_END
$FLAT
FLAT_END
    return 1
}
