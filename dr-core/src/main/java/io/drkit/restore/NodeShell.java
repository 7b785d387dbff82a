package io.drkit.restore;

/**
 * What the scripts of a restore have in common: exit codes, how processes and the tool are found, and the lock and the claim by which a script that
 * comes late does nothing.
 */
final class NodeShell {

    /** The node refuses, and says why. */
    static final int REFUSED = 45;
    /** Another script holds the lock. */
    static final int BUSY = 60;
    /** Another run has the node. */
    static final int TAKEN_OVER = 61;

    private NodeShell() {}

    static final String BASE = """
            set -u
            LC_ALL=C PATH=$PATH:/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin
            export LC_ALL PATH
            umask 077
            nl='
            '
            fail() { code=$1; shift; printf '%s\\n' "$*" >&2; exit "$code"; }
            sha() { sum=$(sha256sum < "$1") && printf '%s' "${sum%% *}"; }
            born() {
              stat=
              read -r stat 2>/dev/null < "/proc/$1/stat" || return 0
              set -- ${stat##*) }
              [ "$1" = Z ] || printf '%s' "${20}"
            }
            """;

    /**
     * {@code scan} looks once for what may be of the control plane. {@code runs} lists the processes of a program, given by its name and the flags it must have, one a line; of etcd only one whose data folder
     * is the one on the node, seen through the process's own root.
     */
    static final String PROCESSES = """
            scan() {
              scanned=
              for process in /proc/[0-9]*; do
                comm=
                read -r comm 2>/dev/null < "$process/comm" || continue
                case $comm in etcd | kube-*) scanned="$scanned $process:$comm" ;; esac
              done
            }
            runs() {
              name=$(printf '%.15s' "${1%%"$nl"*}")
              for process in $scanned; do
                [ "${process#*:}" = "$name" ] || continue
                process=${process%%:*}
                words=$(tr '\\0' '\\n' 2>/dev/null < "$process/cmdline") || continue
                printf '%s\\n' "${1#*"$nl"}" | while IFS= read -r flag; do
                  printf '%s\\n' "$words" | grep -qxF -e "$flag" -e "${flag#--*=}" || exit 1
                  case $name$flag in
                    etcd--data-dir=*)
                      its=$(stat -L -c %d:%i -- "$process/root${flag#*=}" 2>/dev/null) || continue
                      [ "$its" = "$(stat -L -c %d:%i -- "$data")" ] || exit 1 ;;
                  esac
                done || continue
                printf '%s:%s\\n' "${process##*/}" "$(born "${process##*/}")"
              done
            }
            """;

    /** {@code find_tool}: $1 the one that was given, $2 etcd as {@code runs} takes it, $3 where one was uploaded. */
    static final String TOOL = """
            try() {
              [ -f "$1" ] && [ -x "$1" ] || return 1
              help=$(ETCDCTL_API=3 "$1" snapshot restore --help 2>&1 </dev/null)
              case $help in *--initial-cluster-token*) ;; *) return 1 ;; esac
              tool=$1 raises=no
              case $help in *--bump-revision*) raises=yes ;; esac
              version=$(ETCDCTL_API=3 "$1" version 2>/dev/null </dev/null | sed -n '1s/.*: *//p')
            }
            find_tool() {
              tool= version= raises=no
              if [ -n "$1" ]; then try "$1"; return; fi
              found=$(command -v etcdutl 2>/dev/null) && try "$found" && return
              for each in $(runs "$2"); do
                for name in etcdutl etcdctl; do
                  for folder in /usr/local/bin /usr/bin /bin; do
                    try "/proc/${each%%:*}/root$folder/$name" && return
                  done
                done
              done
              # After that of the server's own version, for some other may lie about.
              found=$(command -v etcdctl 2>/dev/null) && try "$found" && return
              try "$3"
            }
            """;

    /** Of every script that changes something: the folder, the restore's id, the run's number and id. */
    static final String GUARD = BASE + PROCESSES + """
            root=$1 id=$2 number=$3 run=$4
            shift 4
            here=$root/$id data=${root%/*}
            boot=
            read -r boot 2>/dev/null < /proc/sys/kernel/random/boot_id
            newest() {
              n=0
              for each in "$root"/lock.*; do
                if [ -h "$each" ] && [ "${each##*.}" -gt "$n" ]; then n=${each##*.}; fi
              done
            }
            # The newest lock counts, as long as who made it lives: so nobody has to break one.
            lock() {
              me=$$:$(born $$):$boot waited=0
              while :; do
                newest
                owner=
                [ "$n" = 0 ] || owner=$(readlink -- "$root/lock.$n")
                pid=${owner%%:*}
                if [ -z "$pid" ] || [ "$pid:$(born "$pid"):$boot" != "$owner" ]; then
                  mine=$((n + 1))
                  if ln -s -- "$me" "$root/lock.$mine" 2>/dev/null; then
                    newest
                    [ "$n" != "$mine" ] || break
                    rm -f -- "$root/lock.$mine"
                  fi
                fi
                [ -d "$root" ] || fail 61 'another run took it over'
                waited=$((waited + 1))
                [ "$waited" -lt 100 ] || fail 60 'another command of a restore is at work there'
                sleep 0.1
              done
              for each in "$root"/lock.*; do
                [ "${each##*.}" -ge "$mine" ] || rm -f -- "$each"
              done
            }
            guard() {
              [ -d "$root" ] || fail 61 'another run took it over'
              lock
              held=
              read -r held 2>/dev/null < "$root/claim"
              [ "$held" = "$number $run $id" ] || fail 61 'another run took it over'
              phase=
              read -r phase 2>/dev/null < "$here/phase"
            }
            keep() {
              printf '%s\\n' "$2" > "$1.new" && sync -- "$1.new" && mv -fT -- "$1.new" "$1" && sync -- "${1%/*}" || exit 45
            }
            link() { ln -sfn -- "$1" "$2.new" && mv -fT -- "$2.new" "$2" || exit 45; }
            swapped() { [ -e "$here/staged" ] && [ ! -e "$here/new/member" ]; }
            take() {
              from=$manifests/$1 to=$here/manifests/$1
              [ -e "$from" ] || return 0
              if [ -e "$to" ]; then
                [ "$(sha "$from")" = "$(sha "$to")" ] || fail 45 "$from was changed meanwhile: see to it that nobody else works there"
              else
                part=$here/manifests/.$1.new
                cp -a -- "$from" "$part" && sync -- "$part" && mv -fT -- "$part" "$to" && sync -- "$here/manifests" || exit 45
              fi
              rm -f -- "$from" && sync -- "$manifests" || exit 45
            }
            give() {
              from=$here/manifests/$1 to=$manifests/$1
              [ -e "$from" ] || return 0
              rm -f -- "$manifests/.$1.drkit-restore"
              if [ -e "$to" ]; then
                [ "$(sha "$from")" = "$(sha "$to")" ] || fail 45 "$to is there again, and is not what was taken away: see to it that nobody else works there"
                return 0
              fi
              cp -a -- "$from" "$manifests/.$1.drkit-restore" && sync -- "$manifests/.$1.drkit-restore" &&
                mv -fT -- "$manifests/.$1.drkit-restore" "$to" && sync -- "$manifests" || exit 45
            }
            stopped() { scan; [ -z "$(runs "$1")" ] || fail 45 'etcd still runs on its data'; }
            """;
}
