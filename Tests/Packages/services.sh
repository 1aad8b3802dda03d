#!/bin/bash
# Checks the packages' services under systemd, in the virtual machine of Scripts/deb-test. The first start installs, starts, reloads
# and kills them; after the second they run, are stopped and purged. Each line of the result is a promise that was kept ("ok") or
# not ("FAILED").
# shellcheck disable=SC2317 # expect calls the functions
# shellcheck source=Tests/Kernels/guest.sh
. /check/guest.sh

results=/check/results
jar=/check/cookies
page=http://127.0.0.1:8053

# expect WHAT COMMAND...: a line of the result; fails if the command does.
expect() {
  local what=$1 said
  shift
  if said=$("$@" 2>&1); then
    echo "ok $what" | tee -a $results
  else
    printf 'FAILED %s: %s: %s\n' "$what" "$*" "$(tail -n 5 <<<"$said")" | tee -a $results
    return 1
  fi
}

refuse() {
  local what=$1
  shift
  expect "$what" not "$@"
}

not() { ! "$@"; }

# within SECONDS COMMAND...: waits until the command succeeds.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || { "$@"; return; }
    sleep 0.3
  done
}

property() { systemctl show --value --property "$2" "$1"; }
has() { [ "$(property "$1" "$2")" = "$3" ] || { property "$1" "$2"; return 1; }; }
differs() { [ "$(property "$1" "$2")" != "$3" ]; }
main() { property "$1" MainPID; }
journal() { journalctl --no-pager --boot --unit "$1" --output cat; }
says() { journal "$1" | grep -F -- "$2" || { journal "$1" | tail -n 4; return 1; }; }
# says_again UNIT TEXT COUNT: the line is there so many times.
says_again() { [ "$(journal "$1" | grep -cF -- "$2")" -ge "$3" ]; }

# field PID NAME: of /proc/PID/status.
field() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"; }
status_is() { [ "$(field "$1" "$2")" = "$3" ] || { field "$1" "$2"; return 1; }; }

as_querent() { setpriv --reuid=querent --regid=querent --init-groups "$@"; }
as_nobody() { setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; }

# stored NAME [COMMAND...]: the history has the exchange, and getent asked.
stored() { "${@:2}" querent history --last 1h --name "$1" --format json | grep -F '"name":"getent"'; }
shown() { curl -sSf --cookie "$jar" "$page/api/v1/exchanges?last=1h&name=$1" | grep -F getent; }
metrics() { curl -sSf --cookie "$jar" "$page/metrics" | grep querent_build_info; }
answers() { [ "$(curl -s -o /dev/null -w '%{http_code}' "${@:2}")" = "$1" ]; }
newest_link() { tail -n 1 /run/querent-server/link; }
log_in() { curl -sSf --location --cookie-jar "$jar" -o /dev/null "$1"; }

look_up() {
  # It may start later than the trace, and answers for all of .test.
  [ "$(property answers ActiveState)" = active ] || systemd-run --quiet --unit=answers dnsmasq --keep-in-foreground --conf-file=/dev/null \
    --pid-file= --user=root --no-resolv --no-hosts --listen-address=127.0.0.1 --bind-interfaces --address=/test/192.0.2.7
  within 20 getent hosts "$1"
}

# What packages leave: all files but those of dpkg, the users, the journal, and of this check.
files() {
  find / -xdev \( -path /check -o -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /var/lib/dpkg -o -path /var/log -o -path /var/cache \
    -o -path /var/lib/systemd -o -path /root -o -path '/etc/passwd*' -o -path '/etc/group*' -o -path '/etc/shadow*' -o -path '/etc/gshadow*' \
    -o -path '/etc/sub[ug]id*' -o -path /etc/.pwd.lock -o -path /var/tmp \) -prune -o -print
  find /run -xdev -path '*querent*' ! -path '*querent-check*'
}

install() {
  files | sort >/check/before
  expect "the packages are installed" dpkg --install /check/*.deb
  for unit in querent querent-server; do
    expect "$unit is not started by its installation" has "$unit" ActiveState inactive
    expect "$unit is not enabled by its installation" has "$unit" UnitFileState disabled
  done
}

start() {
  echo 'verbose: true' >>/etc/querent/config.yaml
  expect "the configuration is valid" querent config check
  # The server tries to leave its sandbox first, with the restrictions of its unit.
  mkdir -p /run/systemd/system/querent-server.service.d
  # shellcheck disable=SC2016 # systemd and the shell expand them
  printf '[Service]\nExecStartPre=-/bin/sh -c "exec /usr/bin/querent-server --check-sandbox $QUERENT_SERVER_OPTIONS >&2"\n' \
    >/run/systemd/system/querent-server.service.d/check.conf
  systemctl daemon-reload
  # Without them, nothing else can hold.
  expect "both services start" systemctl start querent querent-server || end
  expect "the trace is ready" has querent ActiveState active
  expect "systemctl status has the counts" property_has querent StatusText 'Tracing (tier '
  expect "the page runs" has querent-server ActiveState active
}

property_has() { property "$1" "$2" | grep -F -- "$3"; }

restrictions() {
  local pid capabilities=0000000000000000 doctor files
  doctor=$(querent doctor)
  files=$(grep -o 'files: [^;]*' <<<"$doctor")
  # doctor's sandbox is the trace's.
  grep -q 'capabilities: CAP_BPF;' <<<"$doctor" && capabilities=0000008000000000
  pid=$(main querent)
  expect "the trace has the capabilities that doctor states" status_is "$pid" CapEff "$capabilities"
  expect "the trace can regain none" status_is "$pid" CapPrm "$capabilities"
  expect "the trace has no new privileges" status_is "$pid" NoNewPrivs 1
  expect "the trace has a filter of system calls" status_is "$pid" Seccomp 2
  expect "the trace says the sandbox that doctor states" says querent "capabilities: $(grep -o 'capabilities: [^;]*; files' <<<"$doctor" | cut -d' ' -f2)"
  expect "the trace has the files that doctor states" says querent "$files"
  pid=$(main querent-server)
  expect "the server has no capabilities" status_is "$pid" CapEff 0000000000000000
  expect "the server can get none" status_is "$pid" CapBnd 0000000000000000
  expect "the server has no new privileges" status_is "$pid" NoNewPrivs 1
  expect "the server has a filter of system calls" status_is "$pid" Seccomp 2
  expect "the server is the user querent" status_is "$pid" Uid "$(id -u querent | sed 's/.*/&\t&\t&\t&/')"
  expect "the server cannot leave its sandbox" says querent-server 'refused: read /etc/shadow'
  # Without Landlock (before 5.13), files are the unit's affair.
  ! grep -q Landlock <<<"$files" ||
    refuse "nothing is granted in the server's sandbox" says querent-server 'not refused:'
}

trace() {
  expect "a lookup is answered" look_up first.test
  expect "the history has it with its process" within 20 stored first.test
  expect "a member of the group reads the history" stored first.test as_querent
  refuse "others do not" stored first.test as_nobody
}

page() {
  local link
  within 20 test -s /run/querent-server/link
  link=$(newest_link)
  refuse "others cannot read the link" as_nobody cat /run/querent-server/link
  expect "the page answers without a link with 401" answers 401 "$page"/api/v1/health
  expect "the link opens the page" log_in "$link"
  expect "the page has the lookup" within 20 shown first.test
  expect "the server shows the trace's metrics" within 30 metrics
  refuse "the link works once" log_in "$link"
  systemctl kill --signal=SIGUSR1 querent-server
  expect "SIGUSR1 makes another link" within 20 differs_from "$link"
  expect "that one opens the page" log_in "$(newest_link)"
  expect "it is ready" answers 200 "$page"/readyz
}

differs_from() { [ "$(newest_link)" != "$1" ]; }

reload() {
  printf "name: ['*.kept.test']\n" >>/etc/querent/config.yaml
  refuse "a flow list is not in the subset" querent config check
  expect "a reload with an error succeeds for systemd" systemctl reload querent
  expect "the trace says that it does not take it" within 20 says querent 'is not taken, the filters stay'
  sed -i '$d' /etc/querent/config.yaml
  printf 'name: "*.kept.test"\ntimeout: 7s\n' >>/etc/querent/config.yaml
  expect "a reload succeeds" systemctl reload querent
  expect "the trace says what it took and what needs a restart" within 20 says querent 'took the filters of /etc/querent/config.yaml; after a restart: timeout'
  look_up not.dropped.test >/dev/null
  look_up is.kept.test >/dev/null
  expect "what the new filter selects is stored" within 20 stored is.kept.test
  refuse "what it does not select is not stored" stored not.dropped.test
  sed -i '/^name: /d; /^timeout: /d' /etc/querent/config.yaml
  systemctl reload querent
  expect "the filter is gone again" within 20 says_again querent 'took the filters of /etc/querent/config.yaml' 2
}

killed() {
  local before
  before=$(main querent)
  kill -KILL "$before"
  expect "a killed trace starts again" within 60 restarted querent "$before"
  expect "a lookup after it is answered" look_up second.test
  expect "a lookup after it is stored" within 20 stored second.test
  expect "the page has the lookup after it" within 20 shown second.test
  expect "the server shows the metrics of the new trace" within 30 metrics
  before=$(main querent-server)
  kill -KILL "$before"
  expect "a killed server starts again" within 60 restarted querent-server "$before"
  expect "its new link opens the page" within 20 opens
}

opens() { log_in "$(newest_link)"; }
not_failed() { ! systemctl list-units --failed --no-legend --plain | grep querent; }
restarted() { differs "$1" MainPID "$2" && differs "$1" MainPID 0 && has "$1" ActiveState active; }

watchdog() {
  local before
  before=$(property querent WatchdogTimestampMonotonic)
  expect "the trace answers the watchdog" within 30 differs querent WatchdogTimestampMonotonic "$before"
  mkdir -p /run/systemd/system/querent.service.d
  printf '[Service]\nWatchdogSec=8\n' >/run/systemd/system/querent.service.d/check.conf
  systemctl daemon-reload
  systemctl restart querent
  expect "the server shows the metrics after a restart of the trace" within 30 metrics
  before=$(main querent)
  kill -STOP "$before"
  expect "a trace that stands still is killed" within 60 says querent 'Watchdog timeout'
  expect "and starts again" within 60 restarted querent "$before"
  rm -r /run/systemd/system/querent.service.d
  systemctl daemon-reload
}

# The kernel's log has each system call that a filter refuses. For a thread the C library tries clone3 (435) first; in the server, it
# tries others that it can do without.
calls_refused() {
  journalctl --boot --no-pager --output cat _TRANSPORT=audit + _TRANSPORT=kernel | grep 'type=1326.*exe="/usr/bin/querent"' | grep -v ' syscall=435 '
}

stopped() {
  local unit
  expect "both services stop" systemctl stop querent querent-server
  for unit in querent querent-server; do
    expect "$unit has stopped cleanly" has "$unit" Result success
    expect "$unit is not failed" has "$unit" ActiveState inactive
  done
  expect "the trace says its ledger at the end" says querent 'ended'
  expect "the whole history is readable" querent history --summary
}

purged() {
  expect "the packages are purged" dpkg --purge querent querent-server
  systemctl stop answers
  systemctl daemon-reload
  files | sort >/check/after
  expect "nothing is left" diff /check/before /check/after
  refuse "the services are gone" systemctl cat querent querent-server
}

# The end of a start: what was checked, and the journal.
end() {
  journalctl --boot --no-pager --output short-monotonic >/check/journal
  give journal /check/journal
  give results $results
  echo "@@ end" >/dev/ttyS1
  systemctl reboot
  exit
}

stty -F /dev/ttyS1 raw -echo
: >$results
if [ ! -e /check/rebooted ]; then
  for step in install start restrictions trace page reload killed watchdog; do $step; done
  systemctl enable --quiet querent querent-server
  rm -r /run/systemd/system/querent-server.service.d
  touch /check/rebooted
  end
else
  expect "the enabled trace runs after a start of the host" within 60 has querent ActiveState active
  expect "the enabled server runs after a start of the host" within 60 has querent-server ActiveState active
  expect "its link opens the page" within 30 opens
  expect "the history is still there" stored first.test
  expect "a lookup is answered" look_up third.test
  expect "a lookup is stored" within 20 stored third.test
  expect "the page has it" within 20 shown third.test
  expect "the server shows the trace's metrics" within 30 metrics
  refuse "systemd finds no cycle in the order" grep -i 'ordering cycle' <(journalctl --boot --no-pager)
  refuse "no system call of the trace was refused" calls_refused
  expect "no unit of the packages has failed" not_failed
  stopped
  purged
  end
fi
