# Completion of comity(1) for bash. Names come from the law image that the command would judge by.

# _comity_names: names of all rules, and the codes of the laws they stand in.
_comity_names() {
    comity law list 2>/dev/null | awk '{ print $1; split($1, part, "."); print part[1] }' | sort -u
}

_comity_files() {
    local IFS=$'\n'
    compopt -o filenames 2>/dev/null || true
    mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

_comity_words() {
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

_comity() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]} verb=${COMP_WORDS[2]:-}
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        _comity_words 'ask inspect judge key law ledger mask paper record serve unmask help --help --version' "$current"
        return
    fi
    case $previous in
        --law | -o | --output | --key | --new-key | --trust | --papers | --record | --policy | --logs | --receipt | --document | --answers | --revokes)
            _comity_files "$current"
            return
            ;;
        --purpose)
            [ "$command" != key ] || _comity_words 'paper log witness' "$current"
            return
            ;;
        --act)
            _comity_words 'transfer store collect disclose operate offer' "$current"
            return
            ;;
        --channel)
            _comity_words 'direct judicial-assistance treaty voluntary' "$current"
            return
            ;;
        --effect)
            _comity_words 'refuse needs way lifts duty compels notes' "$current"
            return
            ;;
        --state | --adopt)
            _comity_words "$(_comity_names | grep -v '\.')" "$current"
            return
            ;;
        --on | --from | --to | --via | --data | --people | --origin | --location | --subjects | --count | \
            --circumstance | --safeguard | --deal | --basis | --paper | --from-* | --to-*)
            return
            ;;
    esac
    case $command in
        help)
            _comity_words 'ask inspect judge key law ledger mask paper record serve unmask' "$current"
            ;;
        ask)
            _comity_words '--act --from --to --on --via --data --people --origin --location --subjects --count
                --from-kind --to-kind --from-name --to-name --from-owner --to-owner --from-subject-to --to-subject-to
                --from-certified --to-certified --purpose --circumstance --safeguard --deal --channel --binding --not-binding --basis
                --paper --json --act-json --adopt --law --help' "$current"
            ;;
        inspect)
            case $current in
                -*) _comity_words '--level --state --types --list-types --list-categories --json --sarif --show-values --act --law --type --encoding --locale
                    --key --jobs --no-ignore --help' "$current" ;;
                *) _comity_files "$current" ;;
            esac
            ;;
        judge)
            case $current in
                -*) _comity_words '--explain --table --json --law --on --adopt --papers --trust --strict-papers
                    --jobs --record --retention --passphrase-fd --help' "$current" ;;
                *) _comity_files "$current" ;;
            esac
            ;;
        key)
            case $COMP_CWORD,$verb,$current in
                2,*) _comity_words 'new show --help' "$current" ;;
                *,new,-*) _comity_words '--name --purpose --passphrase --passphrase-fd --help' "$current" ;;
                *,show,-*) _comity_words '--json --help' "$current" ;;
                *) _comity_files "$current" ;;
            esac
            ;;
        paper)
            case $COMP_CWORD,$verb,$current in
                2,*) _comity_words 'new sign countersign verify show forms --help' "$current" ;;
                *,new,-*) _comity_words "$(comity paper forms "${COMP_WORDS[3]}" 2>/dev/null | awk '$1 ~ /^--/ { print $1 }') --output" "$current" ;;
                *,forms,-*) _comity_words '--json' "$current" ;;
                3,new,* | *,forms,*) _comity_words "$(comity paper forms 2>/dev/null | awk '{ print $1 }')" "$current" ;;
                *,sign,-* | *,countersign,-*) _comity_words '--key --passphrase-fd --output' "$current" ;;
                *,verify,-*) _comity_words '--trust --papers --law --on --json' "$current" ;;
                *) _comity_files "$current" ;;
            esac
            ;;
        ledger)
            case $COMP_CWORD,$verb,$current in
                2,*) _comity_words 'show verify purge migrate key --help' "$current" ;;
                *,show,-*) _comity_words '--exporter --year --on --json' "$current" ;;
                *,purge,-*) _comity_words '--before' "$current" ;;
                *) _comity_files "$current" ;;
            esac
            ;;
        record)
            case $COMP_CWORD,$verb,$current in
                2,*) _comity_words 'init append verify prove show tail replay erase rotate witness cosign monitor --help' "$current" ;;
                *,init,-*) _comity_words '--origin --yearly --passphrase-fd' "$current" ;;
                *,append,-*) _comity_words '--retention --passphrase-fd' "$current" ;;
                *,verify,-*) _comity_words '--policy --json --receipt --judgement' "$current" ;;
                *,prove,-*) _comity_words '--policy --output' "$current" ;;
                *,show,-*) _comity_words '--json --judgement --policy' "$current" ;;
                *,tail,-*) _comity_words '--follow --lines' "$current" ;;
                *,replay,-*) _comity_words '--json --policy' "$current" ;;
                *,erase,-*) _comity_words '--before --retention --daemon --log --token-file --ca --passphrase-fd' "$current" ;;
                *,rotate,-*) _comity_words '--retire --passphrase-fd' "$current" ;;
                *,witness,-*) _comity_words '--key --logs --state --listen --passphrase-fd' "$current" ;;
                *,cosign,-*) _comity_words '--policy --ca --every' "$current" ;;
                *,monitor,-*) _comity_words '--policy --state --ca --every' "$current" ;;
                *) _comity_files "$current" ;;
            esac
            ;;
        mask | unmask)
            case $command,$current in
                mask,-*) _comity_words '--policy --key --new-key --check -o --output --in-place --report --type --encoding --locale --state --help' "$current" ;;
                unmask,-*) _comity_words '--key -o --output --in-place --report --type --encoding --locale --help' "$current" ;;
                *) _comity_files "$current" ;;
            esac
            ;;
        law)
            if [ "$COMP_CWORD" -eq 2 ]; then
                _comity_words 'build check fmt list show diff --help' "$current"
                return
            fi
            case $verb,$current in
                build,-*) _comity_words '-o --output' "$current" ;;
                fmt,-*) _comity_words '--check' "$current" ;;
                list,*) _comity_words '--state --effect --on --unverified --json --law' "$current" ;;
                show,-*) _comity_words '--json --law' "$current" ;;
                show,*) _comity_words "$(_comity_names)" "$current" ;;
                *) _comity_files "$current" ;;
            esac
            ;;
    esac
}

complete -F _comity comity
