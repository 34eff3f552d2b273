# Completion of crmcli for fish 3 and later.
# Names come from `crmcli --complete`, which reads what was listed last and never asks the store.

# Whether the words before the cursor, without the flags, have come as far as this command and no further.
function __crmcli_at
    set -l at ''
    set -l skip no
    for word in (commandline -opc)[2..]
        if test $skip = yes
            set skip no
        else if contains -- $word $__crmcli_valued
            set skip yes
        else if contains -- (string trim -- "$at $word") $__crmcli_commands
            set at (string trim -- "$at $word")
        end
    end
    test "$at" = "$argv"
end

# Names are other people's texts: fish quotes what a command substitution prints.
function __crmcli_names
    set -l line (commandline -op)
    set -l profile
    for i in (seq 2 (count $line))
        switch $line[$i]
            case -p --profile
                set profile -p $line[(math $i + 1)]
            case '--profile=*'
                set profile -p (string replace -- --profile= '' $line[$i])
            case '-p?*'
                set profile -p (string sub -s 3 -- $line[$i])
        end
    end
    set -l names ($line[1] --complete $argv[1] '' $profile 2>/dev/null)
    # After --flag= fish 3 would put a name that differs in case in place of the flag, too.
    set -l part (string match -r -- '^--[a-z-]+=(.*)' (commandline -ct))
    for name in $names
        set -l start (string sub -l (string length -- "$part[2]") -- $name)
        if test "$start" = "$part[2]"
            printf '%s\n' $name
        end
    end
end

# Any text, or a file's name after an @.
function __crmcli_text
    set -l token (string replace -r -- '^--[a-z-]+=' '' (commandline -ct))
    if string match -q -- '@*' $token
        printf '@%s\n' (__fish_complete_path (string sub -s 2 -- $token))
    end
end

complete -c crmcli -f
# <made by `python -m tests.regenerate`>
set -g __crmcli_valued --profile -p --output -o --fields --color
set -g __crmcli_commands 'tickets' 'tickets list' 'tickets stats' 'tickets get' 'tickets create' 'tickets update' 'tickets reply' 'tickets delete' 'messages' 'messages list' 'messages get' 'messages create' 'messages delete' 'departments' 'departments list' 'departments get' 'departments update' 'replies' 'replies list' 'replies get' 'replies create' 'replies update' 'replies delete' 'statuses' 'statuses list' 'statuses get' 'statuses update' 'profiles' 'profiles add' 'profiles list' 'profiles show' 'profiles use' 'profiles remove' 'profiles check' 'outbox' 'outbox list' 'outbox show' 'outbox resolve' 'outbox resend' 'outbox forget' 'completion' 'completion show' 'completion install' 'sandbox' 'sandbox serve' 'sandbox reset' 'sandbox mailbox'
complete -c crmcli -l profile -s p -x -a '(__crmcli_names profiles)' -d 'Profile to use'
complete -c crmcli -l output -s o -x -a 'table json jsonl csv tsv ids' -d 'Output format; default: table on a terminal, tsv in a pipe'
complete -c crmcli -l json -d 'Short for -o json'
complete -c crmcli -l fields -x -d 'Fields to print, in this order'
complete -c crmcli -l csv-raw -d 'CSV cells as they are, formulas included'
complete -c crmcli -l color -x -a 'auto always never' -d 'When to colour'
complete -c crmcli -l quiet -s q -d 'Print data and errors alone'
complete -c crmcli -l verbose -s v -d 'Show each request, its status and time'
complete -c crmcli -l no-input -d 'Never ask; fail instead'
complete -c crmcli -l no-pager -d 'Long texts as they are, not in $PAGER'
complete -c crmcli -l help -s h -d 'Show what a command takes'
complete -c crmcli -n __crmcli_at -a tickets -d 'Tickets: what customers wrote, and where it stands'
complete -c crmcli -n __crmcli_at -a messages -d 'Messages of a ticket'
complete -c crmcli -n __crmcli_at -a departments -d 'Departments: whom a ticket is for'
complete -c crmcli -n __crmcli_at -a replies -d 'Saved replies: texts to answer with'
complete -c crmcli -n __crmcli_at -a statuses -d 'Statuses: where a ticket stands'
complete -c crmcli -n __crmcli_at -a profiles -d 'Profiles: your stores and their keys'
complete -c crmcli -n __crmcli_at -a outbox -d 'The outbox: what was to be sent, and what became of it'
complete -c crmcli -n __crmcli_at -a completion -d 'Completion: the Tab key in bash, zsh and fish'
complete -c crmcli -n __crmcli_at -a sandbox -d 'The demo store: reset it, read its mailbox, serve it to other programs'
complete -c crmcli -n __crmcli_at -l version -d 'Show the version and exit'
complete -c crmcli -n '__crmcli_at tickets' -a list -d 'List tickets that match all the filters, in the store\'s order (oldest first)'
complete -c crmcli -n '__crmcli_at tickets' -a stats -d 'Count tickets that match all the filters: open ones by status, department and age, answers, and new ones by day'
complete -c crmcli -n '__crmcli_at tickets' -a get -d 'Show a ticket with its messages; several as a list'
complete -c crmcli -n '__crmcli_at tickets' -a create -d 'Open a ticket'
complete -c crmcli -n '__crmcli_at tickets' -a update -d 'Change what is named in tickets, and nothing else'
complete -c crmcli -n '__crmcli_at tickets' -a reply -d 'Answer tickets: THE STORE E-MAILS THE CUSTOMER'
complete -c crmcli -n '__crmcli_at tickets' -a delete -d 'Delete tickets with their messages'
complete -c crmcli -n '__crmcli_at tickets list' -l subject -x -d 'Subject'
complete -c crmcli -n '__crmcli_at tickets list' -l department -x -a '(__crmcli_names departments)' -d 'Department, by number or name'
complete -c crmcli -n '__crmcli_at tickets list' -l status -x -a '(__crmcli_names statuses)' -d 'Status, by number or name'
complete -c crmcli -n '__crmcli_at tickets list' -l opened-after -x -d 'Opened after a date like 2026-11-23, 2026-11-23T14:05, today, yesterday, 36h, 7d'
complete -c crmcli -n '__crmcli_at tickets list' -l opened-before -x -d 'Opened before a date like 2026-11-23, 2026-11-23T14:05, today, yesterday, 36h, 7d'
complete -c crmcli -n '__crmcli_at tickets list' -l active-after -x -d 'Last action after a date like 2026-11-23, 2026-11-23T14:05, today, yesterday, 36h, 7d'
complete -c crmcli -n '__crmcli_at tickets list' -l active-before -x -d 'Last action before a date like 2026-11-23, 2026-11-23T14:05, today, yesterday, 36h, 7d'
complete -c crmcli -n '__crmcli_at tickets list' -l customer-name -x -d 'The customer\'s name'
complete -c crmcli -n '__crmcli_at tickets list' -l customer-email -x -d 'The customer\'s e-mail'
complete -c crmcli -n '__crmcli_at tickets list' -l customer-phone -x -d 'The customer\'s phone'
complete -c crmcli -n '__crmcli_at tickets list' -l customer-ip -x -d 'The customer\'s IP address'
complete -c crmcli -n '__crmcli_at tickets list' -l order -x -d 'Order number; 0 is none'
complete -c crmcli -n '__crmcli_at tickets list' -l customer -x -d 'Customer number; 0 is none'
complete -c crmcli -n '__crmcli_at tickets list' -l product -x -d 'Product number; 0 is none'
complete -c crmcli -n '__crmcli_at tickets list' -l limit -s L -x -d 'Rows in all; default 50'
complete -c crmcli -n '__crmcli_at tickets list' -l offset -x -d 'Rows to skip'
complete -c crmcli -n '__crmcli_at tickets list' -l all -s a -d 'Every row'
complete -c crmcli -n '__crmcli_at tickets list' -l newest -d 'The newest first; the store lists the oldest first'
complete -c crmcli -n '__crmcli_at tickets list' -l count -d 'Print the number of matches alone'
complete -c crmcli -n '__crmcli_at tickets stats' -l subject -x -d 'Subject'
complete -c crmcli -n '__crmcli_at tickets stats' -l department -x -a '(__crmcli_names departments)' -d 'Department, by number or name'
complete -c crmcli -n '__crmcli_at tickets stats' -l status -x -a '(__crmcli_names statuses)' -d 'Status, by number or name'
complete -c crmcli -n '__crmcli_at tickets stats' -l opened-after -x -d 'Opened after a date like 2026-11-23, 2026-11-23T14:05, today, yesterday, 36h, 7d'
complete -c crmcli -n '__crmcli_at tickets stats' -l opened-before -x -d 'Opened before a date like 2026-11-23, 2026-11-23T14:05, today, yesterday, 36h, 7d'
complete -c crmcli -n '__crmcli_at tickets stats' -l active-after -x -d 'Last action after a date like 2026-11-23, 2026-11-23T14:05, today, yesterday, 36h, 7d'
complete -c crmcli -n '__crmcli_at tickets stats' -l active-before -x -d 'Last action before a date like 2026-11-23, 2026-11-23T14:05, today, yesterday, 36h, 7d'
complete -c crmcli -n '__crmcli_at tickets stats' -l customer-name -x -d 'The customer\'s name'
complete -c crmcli -n '__crmcli_at tickets stats' -l customer-email -x -d 'The customer\'s e-mail'
complete -c crmcli -n '__crmcli_at tickets stats' -l customer-phone -x -d 'The customer\'s phone'
complete -c crmcli -n '__crmcli_at tickets stats' -l customer-ip -x -d 'The customer\'s IP address'
complete -c crmcli -n '__crmcli_at tickets stats' -l order -x -d 'Order number; 0 is none'
complete -c crmcli -n '__crmcli_at tickets stats' -l customer -x -d 'Customer number; 0 is none'
complete -c crmcli -n '__crmcli_at tickets stats' -l product -x -d 'Product number; 0 is none'
complete -c crmcli -n '__crmcli_at tickets stats' -l closed -x -a '(__crmcli_names statuses)' -d 'A status that counts as closed, by number or name; repeatable'
complete -c crmcli -n '__crmcli_at tickets stats' -l fail-if -x -d 'End with code 11 if this holds, like \'oldest_unanswered>24h\' or \'open>=100\'; repeatable'
complete -c crmcli -n '__crmcli_at tickets stats' -l days -x -d 'Count new tickets of so many days'
complete -c crmcli -n '__crmcli_at tickets create' -l subject -x -d 'Subject'
complete -c crmcli -n '__crmcli_at tickets create' -l department -x -a '(__crmcli_names departments)' -d 'Department, by number or name'
complete -c crmcli -n '__crmcli_at tickets create' -l status -x -a '(__crmcli_names statuses)' -d 'Status, by number or name'
complete -c crmcli -n '__crmcli_at tickets create' -l customer-name -x -d 'The customer\'s name'
complete -c crmcli -n '__crmcli_at tickets create' -l customer-email -x -d 'The customer\'s e-mail'
complete -c crmcli -n '__crmcli_at tickets create' -l customer-phone -x -d 'The customer\'s phone'
complete -c crmcli -n '__crmcli_at tickets create' -l customer-ip -x -d 'The customer\'s IP address'
complete -c crmcli -n '__crmcli_at tickets create' -l order -x -d 'Order number; 0 is none'
complete -c crmcli -n '__crmcli_at tickets create' -l customer -x -d 'Customer number; 0 is none'
complete -c crmcli -n '__crmcli_at tickets create' -l product -x -d 'Product number; 0 is none'
complete -c crmcli -n '__crmcli_at tickets create' -l message -x -a '(__crmcli_text)' -d 'First message: text, @file, or - for standard input'
complete -c crmcli -n '__crmcli_at tickets create' -l data -x -a '(__crmcli_text)' -d 'Fields as JSON, @file, or - for standard input'
complete -c crmcli -n '__crmcli_at tickets create' -l once -x -d 'A key for this job: run again, it sends nothing more'
complete -c crmcli -n '__crmcli_at tickets create' -l dry-run -d 'Print the request and send nothing'
complete -c crmcli -n '__crmcli_at tickets update' -l subject -x -d 'Subject'
complete -c crmcli -n '__crmcli_at tickets update' -l department -x -a '(__crmcli_names departments)' -d 'Department, by number or name'
complete -c crmcli -n '__crmcli_at tickets update' -l status -x -a '(__crmcli_names statuses)' -d 'Status, by number or name'
complete -c crmcli -n '__crmcli_at tickets update' -l customer-name -x -d 'The customer\'s name'
complete -c crmcli -n '__crmcli_at tickets update' -l customer-email -x -d 'The customer\'s e-mail'
complete -c crmcli -n '__crmcli_at tickets update' -l customer-phone -x -d 'The customer\'s phone'
complete -c crmcli -n '__crmcli_at tickets update' -l customer-ip -x -d 'The customer\'s IP address'
complete -c crmcli -n '__crmcli_at tickets update' -l order -x -d 'Order number; 0 is none'
complete -c crmcli -n '__crmcli_at tickets update' -l customer -x -d 'Customer number; 0 is none'
complete -c crmcli -n '__crmcli_at tickets update' -l product -x -d 'Product number; 0 is none'
complete -c crmcli -n '__crmcli_at tickets update' -l data -x -a '(__crmcli_text)' -d 'Fields as JSON, @file, or - for standard input'
complete -c crmcli -n '__crmcli_at tickets update' -l dry-run -d 'Print the request and send nothing'
complete -c crmcli -n '__crmcli_at tickets reply' -l saved -x -a '(__crmcli_names replies)' -d 'A saved reply, by title or number'
complete -c crmcli -n '__crmcli_at tickets reply' -l text -x -a '(__crmcli_text)' -d 'The text, @file, or - for standard input'
complete -c crmcli -n '__crmcli_at tickets reply' -l set -x -d 'What fills {{NAME}} in the text; may be repeated'
complete -c crmcli -n '__crmcli_at tickets reply' -l status -x -a '(__crmcli_names statuses)' -d 'The status afterwards, by number or name'
complete -c crmcli -n '__crmcli_at tickets reply' -l sender -x -d 'Who writes: a number, or a name from the profile\'s senders'
complete -c crmcli -n '__crmcli_at tickets reply' -l sender-name -x -d 'The writer\'s name'
complete -c crmcli -n '__crmcli_at tickets reply' -l sender-email -x -d 'The writer\'s e-mail'
complete -c crmcli -n '__crmcli_at tickets reply' -l yes -s y -d 'Don\'t ask for confirmation'
complete -c crmcli -n '__crmcli_at tickets reply' -l once -x -d 'A key for this job: run again, it sends nothing more'
complete -c crmcli -n '__crmcli_at tickets reply' -l dry-run -d 'Print the request and send nothing'
complete -c crmcli -n '__crmcli_at tickets delete' -l yes -s y -d 'Don\'t ask for confirmation'
complete -c crmcli -n '__crmcli_at tickets delete' -l dry-run -d 'Print the request and send nothing'
complete -c crmcli -n '__crmcli_at messages' -a list -d 'List the messages of a ticket, in the store\'s order'
complete -c crmcli -n '__crmcli_at messages' -a get -d 'Show messages of a ticket'
complete -c crmcli -n '__crmcli_at messages' -a create -d 'Write a message in a ticket'
complete -c crmcli -n '__crmcli_at messages' -a delete -d 'Delete messages of a ticket'
complete -c crmcli -n '__crmcli_at messages list' -l limit -s L -x -d 'Rows in all; default 50'
complete -c crmcli -n '__crmcli_at messages list' -l offset -x -d 'Rows to skip'
complete -c crmcli -n '__crmcli_at messages list' -l all -s a -d 'Every row'
complete -c crmcli -n '__crmcli_at messages list' -l count -d 'Print the number of matches alone'
complete -c crmcli -n '__crmcli_at messages create' -l text -x -a '(__crmcli_text)' -d 'The text, @file, or - for standard input'
complete -c crmcli -n '__crmcli_at messages create' -l sender -x -d 'Who writes: a number, or a name from the profile\'s senders'
complete -c crmcli -n '__crmcli_at messages create' -l sender-name -x -d 'The writer\'s name'
complete -c crmcli -n '__crmcli_at messages create' -l sender-email -x -d 'The writer\'s e-mail'
complete -c crmcli -n '__crmcli_at messages create' -l data -x -a '(__crmcli_text)' -d 'Fields as JSON, @file, or - for standard input'
complete -c crmcli -n '__crmcli_at messages create' -l once -x -d 'A key for this job: run again, it sends nothing more'
complete -c crmcli -n '__crmcli_at messages create' -l dry-run -d 'Print the request and send nothing'
complete -c crmcli -n '__crmcli_at messages delete' -l yes -s y -d 'Don\'t ask for confirmation'
complete -c crmcli -n '__crmcli_at messages delete' -l dry-run -d 'Print the request and send nothing'
complete -c crmcli -n '__crmcli_at departments' -a list -d 'List departments'
complete -c crmcli -n '__crmcli_at departments' -a get -d 'Show departments'
complete -c crmcli -n '__crmcli_at departments' -a update -d 'Change what is named in departments, and nothing else'
complete -c crmcli -n '__crmcli_at departments list' -l limit -s L -x -d 'Rows in all; default 50'
complete -c crmcli -n '__crmcli_at departments list' -l offset -x -d 'Rows to skip'
complete -c crmcli -n '__crmcli_at departments list' -l all -s a -d 'Every row'
complete -c crmcli -n '__crmcli_at departments list' -l count -d 'Print the number of matches alone'
complete -c crmcli -n '__crmcli_at departments get' -x -a '(__crmcli_names departments)'
complete -c crmcli -n '__crmcli_at departments update' -l name -x -d 'New name'
complete -c crmcli -n '__crmcli_at departments update' -l visible -d 'Whether customers can choose it'
complete -c crmcli -n '__crmcli_at departments update' -l hidden -d 'Whether customers can choose it'
complete -c crmcli -n '__crmcli_at departments update' -l data -x -a '(__crmcli_text)' -d 'Fields as JSON, @file, or - for standard input'
complete -c crmcli -n '__crmcli_at departments update' -l dry-run -d 'Print the request and send nothing'
complete -c crmcli -n '__crmcli_at departments update' -x -a '(__crmcli_names departments)'
complete -c crmcli -n '__crmcli_at replies' -a list -d 'List saved replies'
complete -c crmcli -n '__crmcli_at replies' -a get -d 'Show saved replies'
complete -c crmcli -n '__crmcli_at replies' -a create -d 'Make a saved reply'
complete -c crmcli -n '__crmcli_at replies' -a update -d 'Change what is named in saved replies, and nothing else'
complete -c crmcli -n '__crmcli_at replies' -a delete -d 'Delete saved replies'
complete -c crmcli -n '__crmcli_at replies list' -l title -x -d 'Title'
complete -c crmcli -n '__crmcli_at replies list' -l limit -s L -x -d 'Rows in all; default 50'
complete -c crmcli -n '__crmcli_at replies list' -l offset -x -d 'Rows to skip'
complete -c crmcli -n '__crmcli_at replies list' -l all -s a -d 'Every row'
complete -c crmcli -n '__crmcli_at replies list' -l count -d 'Print the number of matches alone'
complete -c crmcli -n '__crmcli_at replies get' -x -a '(__crmcli_names replies)'
complete -c crmcli -n '__crmcli_at replies create' -l title -x -d 'Title'
complete -c crmcli -n '__crmcli_at replies create' -l text -x -a '(__crmcli_text)' -d 'The text, @file, or - for standard input'
complete -c crmcli -n '__crmcli_at replies create' -l data -x -a '(__crmcli_text)' -d 'Fields as JSON, @file, or - for standard input'
complete -c crmcli -n '__crmcli_at replies create' -l once -x -d 'A key for this job: run again, it sends nothing more'
complete -c crmcli -n '__crmcli_at replies create' -l dry-run -d 'Print the request and send nothing'
complete -c crmcli -n '__crmcli_at replies update' -l title -x -d 'Title'
complete -c crmcli -n '__crmcli_at replies update' -l text -x -a '(__crmcli_text)' -d 'The text, @file, or - for standard input'
complete -c crmcli -n '__crmcli_at replies update' -l data -x -a '(__crmcli_text)' -d 'Fields as JSON, @file, or - for standard input'
complete -c crmcli -n '__crmcli_at replies update' -l dry-run -d 'Print the request and send nothing'
complete -c crmcli -n '__crmcli_at replies update' -x -a '(__crmcli_names replies)'
complete -c crmcli -n '__crmcli_at replies delete' -l yes -s y -d 'Don\'t ask for confirmation'
complete -c crmcli -n '__crmcli_at replies delete' -l dry-run -d 'Print the request and send nothing'
complete -c crmcli -n '__crmcli_at replies delete' -x -a '(__crmcli_names replies)'
complete -c crmcli -n '__crmcli_at statuses' -a list -d 'List statuses'
complete -c crmcli -n '__crmcli_at statuses' -a get -d 'Show statuses'
complete -c crmcli -n '__crmcli_at statuses' -a update -d 'Rename statuses'
complete -c crmcli -n '__crmcli_at statuses list' -l limit -s L -x -d 'Rows in all; default 50'
complete -c crmcli -n '__crmcli_at statuses list' -l offset -x -d 'Rows to skip'
complete -c crmcli -n '__crmcli_at statuses list' -l all -s a -d 'Every row'
complete -c crmcli -n '__crmcli_at statuses list' -l count -d 'Print the number of matches alone'
complete -c crmcli -n '__crmcli_at statuses get' -x -a '(__crmcli_names statuses)'
complete -c crmcli -n '__crmcli_at statuses update' -l name -x -d 'New name'
complete -c crmcli -n '__crmcli_at statuses update' -l data -x -a '(__crmcli_text)' -d 'Fields as JSON, @file, or - for standard input'
complete -c crmcli -n '__crmcli_at statuses update' -l dry-run -d 'Print the request and send nothing'
complete -c crmcli -n '__crmcli_at statuses update' -x -a '(__crmcli_names statuses)'
complete -c crmcli -n '__crmcli_at profiles' -a add -d 'Set up a store'
complete -c crmcli -n '__crmcli_at profiles' -a list -d 'List profiles, without their secrets'
complete -c crmcli -n '__crmcli_at profiles' -a show -d 'Show a profile without its secrets; without a PROFILE what is in force, the environment\'s variables included'
complete -c crmcli -n '__crmcli_at profiles' -a use -d 'Make a profile the default'
complete -c crmcli -n '__crmcli_at profiles' -a remove -d 'Remove a profile and its keys'
complete -c crmcli -n '__crmcli_at profiles' -a check -d 'Call the store and say what works: a count for each noun, which reads nothing else'
complete -c crmcli -n '__crmcli_at profiles add' -l secure-url -x -d 'The store\'s Secure URL (Settings, General)'
complete -c crmcli -n '__crmcli_at profiles add' -l timezone -x -d 'The store\'s time zone; default America/New_York'
complete -c crmcli -n '__crmcli_at profiles add' -l base-url -x -d 'The API\'s address; default the real host'
complete -c crmcli -n '__crmcli_at profiles add' -l private-key-stdin -d 'Read the private key from standard input, a line'
complete -c crmcli -n '__crmcli_at profiles add' -l token-stdin -d 'Read the token from standard input, a line after the private key\'s'
complete -c crmcli -n '__crmcli_at profiles add' -l private-key-command -x -d 'A program that prints the private key'
complete -c crmcli -n '__crmcli_at profiles add' -l token-command -x -d 'A program that prints the token'
complete -c crmcli -n '__crmcli_at profiles add' -l replace -d 'Write over a profile of that name'
complete -c crmcli -n '__crmcli_at profiles show' -x -a '(__crmcli_names profiles)'
complete -c crmcli -n '__crmcli_at profiles use' -x -a '(__crmcli_names profiles)'
complete -c crmcli -n '__crmcli_at profiles remove' -l yes -s y -d 'Don\'t ask for confirmation'
complete -c crmcli -n '__crmcli_at profiles remove' -x -a '(__crmcli_names profiles)'
complete -c crmcli -n '__crmcli_at profiles check' -x -a '(__crmcli_names profiles)'
complete -c crmcli -n '__crmcli_at outbox' -a list -d 'List what was not sent, or may not have been; the newest last'
complete -c crmcli -n '__crmcli_at outbox' -a show -d 'Show an entry with its whole text'
complete -c crmcli -n '__crmcli_at outbox' -a resolve -d 'Find out what became of a send whose answer was lost: by reading the store, or by what you have seen there'
complete -c crmcli -n '__crmcli_at outbox' -a resend -d 'Send what did not arrive'
complete -c crmcli -n '__crmcli_at outbox' -a forget -d 'Take an entry, and its text, out of the outbox'
complete -c crmcli -n '__crmcli_at outbox list' -l all -s a -d 'Those that were sent well, too'
complete -c crmcli -n '__crmcli_at outbox resolve' -l sent -d 'You have seen it at the store, or that it is not there'
complete -c crmcli -n '__crmcli_at outbox resolve' -l not-sent -d 'You have seen it at the store, or that it is not there'
complete -c crmcli -n '__crmcli_at outbox resend' -l yes -s y -d 'Don\'t ask for confirmation'
complete -c crmcli -n '__crmcli_at outbox forget' -l yes -s y -d 'Don\'t ask for confirmation'
complete -c crmcli -n '__crmcli_at completion' -a show -d 'Print a shell\'s completion script'
complete -c crmcli -n '__crmcli_at completion' -a install -d 'Put a shell\'s completion script where that shell looks for it'
complete -c crmcli -n '__crmcli_at completion show' -x -a 'bash zsh fish'
complete -c crmcli -n '__crmcli_at completion install' -x -a 'bash zsh fish'
complete -c crmcli -n '__crmcli_at sandbox' -a serve -d 'Serve the demo store on 127.0.0.1 until Ctrl-C'
complete -c crmcli -n '__crmcli_at sandbox' -a reset -d 'Make the demo store anew; what was written there goes'
complete -c crmcli -n '__crmcli_at sandbox' -a mailbox -d 'Show what the demo store would have mailed to customers'
complete -c crmcli -n '__crmcli_at sandbox serve' -l port -x -d 'Port; 0 takes any free one'
complete -c crmcli -n '__crmcli_at sandbox serve' -l tickets -x -d 'How many tickets; default 240'
complete -c crmcli -n '__crmcli_at sandbox serve' -l seed -x -d 'What they are made from; default 1'
complete -c crmcli -n '__crmcli_at sandbox serve' -l fault -x -d 'What is to go wrong; may be given again'
complete -c crmcli -n '__crmcli_at sandbox serve' -l switch -x -d 'A reading of the API\'s documents; again'
complete -c crmcli -n '__crmcli_at sandbox reset' -l tickets -x -d 'How many tickets; default 240'
complete -c crmcli -n '__crmcli_at sandbox reset' -l seed -x -d 'What they are made from; default 1'
# </made>
