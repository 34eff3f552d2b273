# Completion of crmcli for bash 3.2 and later. Load it with bash-completion, or in ~/.bashrc: source crmcli.bash
# Names come from `crmcli --complete`, which reads what was listed last and never asks the store.

# <made by `python -m tests.regenerate`>
_crmcli_at() {
    flags='--profile=profiles -p=profiles --output=table|json|jsonl|csv|tsv|ids -o=table|json|jsonl|csv|tsv|ids --json --fields= --csv-raw --color=auto|always|never --quiet -q --verbose -v --no-input --no-pager --help -h' words='' kind=''
    case $1 in
    '') words='api apply commands doctor help schema tickets messages departments replies statuses profiles outbox drafts trash runs checkpoints completion sandbox' flags="$flags --version" ;;
    'api') kind='GET|POST|PUT|DELETE' flags="$flags --field= -f= --data=@files --all -a --literal --yes -y --send-again --dry-run" ;;
    'apply') kind='files' flags="$flags --literal --yes -y --once= --send-again --dry-run" ;;
    'help') kind='dates|environment|exit-codes|formats|tickets|messages|departments|replies|statuses|profiles|outbox|drafts|trash|runs|checkpoints|completion|sandbox|api|apply|commands|doctor|help|schema' ;;
    'schema') kind='tickets|messages|departments|replies|statuses|profiles|outbox|drafts|trash|runs|run-rows|plan|checks|doctor|mailbox|topics|checkpoints|exit-codes|acks|requests|error|figures|anything' ;;
    'tickets') words='list stats get create update reply delete' ;;
    'tickets list') flags="$flags --subject= --department=departments --status=statuses --opened-after= --opened-before= --active-after= --active-before= --customer-name= --customer-email= --customer-phone= --customer-ip= --order= --customer= --product= --limit= -L= --offset= --all -a --newest --count --checkpoint=" ;;
    'tickets stats') flags="$flags --subject= --department=departments --status=statuses --opened-after= --opened-before= --active-after= --active-before= --customer-name= --customer-email= --customer-phone= --customer-ip= --order= --customer= --product= --closed=statuses --fail-if= --days=" ;;
    'tickets create') flags="$flags --subject= --department=departments --status=statuses --customer-name= --customer-email= --customer-phone= --customer-ip= --order= --customer= --product= --message=@files --data=@files --literal --yes -y --once= --send-again --dry-run" ;;
    'tickets update') flags="$flags --subject= --department=departments --status=statuses --customer-name= --customer-email= --customer-phone= --customer-ip= --order= --customer= --product= --data=@files --from=files --plan=files --yes -y --dry-run" ;;
    'tickets reply') flags="$flags --saved=replies --text=@files --set= --status=statuses --sender= --sender-name= --sender-email= --from=files --plan=files --yes -y --once= --send-again --dry-run" ;;
    'tickets delete') flags="$flags --from=files --plan=files --yes -y --dry-run" ;;
    'messages') words='list get create delete' ;;
    'messages list') flags="$flags --limit= -L= --offset= --all -a --count" ;;
    'messages create') flags="$flags --text=@files --sender= --sender-name= --sender-email= --data=@files --from=files --literal --yes -y --once= --send-again --dry-run" ;;
    'messages delete') flags="$flags --yes -y --dry-run" ;;
    'departments') words='list get update' ;;
    'departments list') flags="$flags --limit= -L= --offset= --all -a --count" ;;
    'departments get') kind='departments' ;;
    'departments update') kind='departments' flags="$flags --name= --visible --hidden --data=@files --dry-run" ;;
    'replies') words='list get create update delete' ;;
    'replies list') flags="$flags --title= --limit= -L= --offset= --all -a --count" ;;
    'replies get') kind='replies' ;;
    'replies create') flags="$flags --title= --text=@files --data=@files --from=files --once= --send-again --dry-run" ;;
    'replies update') kind='replies' flags="$flags --title= --text=@files --data=@files --from=files --dry-run" ;;
    'replies delete') kind='replies' flags="$flags --yes -y --dry-run" ;;
    'statuses') words='list get update' ;;
    'statuses list') flags="$flags --limit= -L= --offset= --all -a --count" ;;
    'statuses get') kind='statuses' ;;
    'statuses update') kind='statuses' flags="$flags --name= --data=@files --dry-run" ;;
    'profiles') words='add list show use remove check' ;;
    'profiles add') flags="$flags --secure-url= --timezone= --base-url= --private-key-stdin --token-stdin --private-key-command= --token-command= --replace" ;;
    'profiles show') kind='profiles' ;;
    'profiles use') kind='profiles' ;;
    'profiles remove') kind='profiles' flags="$flags --yes -y" ;;
    'profiles check') kind='profiles' ;;
    'outbox') words='list show resolve resend forget' ;;
    'outbox list') flags="$flags --all -a" ;;
    'outbox resolve') flags="$flags --sent --not-sent" ;;
    'outbox resend') flags="$flags --yes -y --send-again --dry-run" ;;
    'outbox forget') flags="$flags --yes -y" ;;
    'drafts') words='list show delete' ;;
    'drafts delete') flags="$flags --yes -y" ;;
    'trash') words='list show restore purge' ;;
    'trash list') flags="$flags --all -a" ;;
    'trash restore') flags="$flags --with-messages --yes -y --send-again --dry-run" ;;
    'trash purge') flags="$flags --all -a --older-than= --yes -y" ;;
    'runs') words='list show resume undo' ;;
    'runs resume') flags="$flags --failed --yes -y --send-again --dry-run" ;;
    'runs undo') flags="$flags --dry-run" ;;
    'checkpoints') words='list show reset' ;;
    'checkpoints reset') flags="$flags --yes -y" ;;
    'completion') words='show install' ;;
    'completion show') kind='bash|zsh|fish' ;;
    'completion install') kind='bash|zsh|fish' ;;
    'sandbox') words='serve reset mailbox' ;;
    'sandbox serve') flags="$flags --port= --tickets= --seed= --statuses=renamed|platform --fault= --switch=" ;;
    'sandbox reset') flags="$flags --tickets= --seed= --statuses=renamed|platform" ;;
    esac
}
# </made>

_crmcli() {
    local IFS=$' \t\n' cur=$2 at='' flag='' quote='' i word flags words kind
    COMPREPLY=()
    _crmcli_at ''
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $flag ]]; then
            # bash takes --flag=@value for three words or four
            [[ $word == [=@] || $word == =@ ]] || flag=''
        elif [[ $word == -* ]]; then
            _crmcli_takes "$word" && flag=$word
        elif [[ " $words " == *" $word "* ]]; then
            at="${at:+$at }$word"
            _crmcli_at "$at"
        fi
    done
    case ${COMP_WORDS[COMP_CWORD]} in
    [\'\"]*) quote=${COMP_WORDS[COMP_CWORD]:0:1} ;;
    *) IFS= read cur <<<"$cur" ;; # without -r: takes the backslashes out
    esac
    if [[ $flag ]]; then
        _crmcli_takes "$flag"
    elif [[ $cur == -* ]]; then
        kind=''
        for word in $flags; do kind="$kind|${word%%=*}"; done
    elif [[ $words ]]; then
        kind=${words// /|}
    fi
    case $kind in
    '') ;;
    profiles | departments | statuses | replies) _crmcli_names "$1" ;;
    files) compopt -o default 2>/dev/null ;;
    @files) _crmcli_text ;;
    *) while read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "${kind//|/ }" -- "$cur") ;;
    esac
}

# Whether a flag takes a value; `kind` becomes what kind.
_crmcli_takes() {
    local each
    for each in $flags; do
        [[ $each == "$1="* ]] && kind=${each#*=} && return
    done
    return 1
}

_crmcli_names() {
    local profile='' name
    for ((i = 1; i < ${#COMP_WORDS[@]}; i++)); do
        case ${COMP_WORDS[i]} in
        -p | --profile)
            profile=${COMP_WORDS[i + 1]}
            [[ $profile == = ]] && profile=${COMP_WORDS[i + 2]}
            ;;
        -p?*) profile=${COMP_WORDS[i]#-p} ;;
        esac
    done
    while IFS=$'\t' read -r name _; do
        _crmcli_offer "$name"
    done < <("$1" --complete "$kind" "$cur" ${profile:+-p "$profile"} 2>/dev/null </dev/null)
}

# Any text, or a file's name after an @.
_crmcli_text() {
    local name
    [[ $cur == @* ]] || return
    while IFS= read -r name; do
        if [[ -d $name ]]; then
            name=$name/
            compopt -o nospace 2>/dev/null
        fi
        _crmcli_offer "@$name"
    done < <(compgen -f -- "${cur#@}")
}

# Offer another's text as one word, in the quotes that the person has opened, if any.
_crmcli_offer() {
    local text=$1
    case $quote in
    \') [[ $text == *\'* ]] && return ;;
    \") [[ $text == *[\"\$\`\\!]* ]] && return ;;
    *)
        printf -v text %q "$text"
        [[ $text == \$* ]] || text=${text//:/\\:} text=${text//=/\\=} # else readline ends the word there
        ;;
    esac
    COMPREPLY+=("$text")
}

complete -F _crmcli crmcli
