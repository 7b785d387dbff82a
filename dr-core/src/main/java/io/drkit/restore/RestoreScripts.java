package io.drkit.restore;

/**
 * What a restore does on a node, as POSIX shell. Each script that changes something takes the node's lock and then looks whether its run still has
 * the node, so that one whose connection was lost, and that comes late, does nothing; and each can be repeated after any end.
 *
 * <p>On a node all lies in {@code <data>/.drkit-restore}, on the file system of etcd's data, for renames must be atomic:
 *
 * <ul>
 *   <li>{@code claim}: the run that has the node: its number, its random id, and the restore's id
 *   <li>{@code current}: a link to the folder of the restore that is under way or was the last. Another, {@code .drkit-restore} in the folder of
 *       the configuration, leads here while one is under way, for etcd's manifest, which names the data folder, may be away
 *   <li>{@code <id>/record} and {@code phase}: what it is, and how far it is; {@code staged}: that {@code new} is complete
 *   <li>{@code <id>/new/member}: the restored data until it is swapped in; {@code old/member}: what was there; {@code manifests}, {@code etc}:
 *       copies of the manifests that were taken away, and of the configuration
 * </ul>
 */
final class RestoreScripts {

    static final String FOLDER = ".drkit-restore";

    private RestoreScripts() {}

    /** Gives the manifests in folder $1, or where a restore put them meanwhile; $2 is the configuration, then come the files' names. */
    static final String MANIFESTS = NodeShell.BASE + """
            manifests=$1 away=$2/.drkit-restore/current/manifests
            shift 2
            for file; do
              for folder in "$manifests" "$away"; do
                if [ -f "$folder/$file" ]; then
                  printf '%s %s\\n' "$file" "$(base64 -w 0 < "$folder/$file")"
                  break
                fi
              done
            done
            echo end
            """;

    /** $1 the data folder, $2 the configuration, $3 the manifests, $4 the given tool, then each pod: its file, program and flags, a line each. */
    static final String LOOK = NodeShell.BASE + NodeShell.PROCESSES + NodeShell.TOOL + """
            data=$1 config=$2 manifests=$3 given=$4
            shift 4
            root=$data/.drkit-restore
            [ -d "$data" ] || fail 45 "there is no folder $data: make it, or say where etcd's data is"
            held=
            read -r held 2>/dev/null < "$root/claim"
            echo "number ${held%% *}"
            here=$root/$(readlink -- "$root/current" 2>/dev/null)
            if [ -d "$here" ] && [ -e "$here/record" ]; then
              echo "id ${here##*/}"
              echo "phase $(cat -- "$here/phase" 2>/dev/null)"
              sed 's/^/record /' "$here/record"
            fi
            if [ -e "$data/member" ]; then
              echo 'had yes'
              [ -d "$data/member" ] && [ ! -h "$data/member" ] && [ "$(stat -c %d -- "$data/member")" = "$(stat -c %d -- "$data")" ] ||
                fail 45 "$data/member is a link, or a file system of its own, and so cannot be swapped by a rename"
            fi
            df -Pk -- "$data" | { read -r _; read -r _ _ _ free _; echo "free $free"; }
            du -sk -- "$config" 2>/dev/null | { read -r used _; echo "used ${used:-0}"; }
            [ ! -d "$root" ] || du -sk -- "$root" 2>/dev/null | { read -r kept _; echo "kept ${kept:-0}"; }
            etcd=
            scan
            for pod; do
              file=${pod%%"$nl"*} program=${pod#*"$nl"}
              [ "$file" != etcd.yaml ] || etcd=$program
              if [ -e "$manifests/$file" ] || [ -e "$here/manifests/$file" ]; then echo "pod $file"; fi
              if [ -n "$(runs "$program")" ]; then echo "runs ${program%%"$nl"*}"; fi
            done
            if find_tool "$given" "$etcd" "$here/tool"; then echo "tool $raises $version $tool"; fi
            echo end
            """;

    /** Lists the processes of $2 and what follows, each as {@code runs} takes it; $1 is the data folder. */
    static final String LIST = NodeShell.BASE + NodeShell.PROCESSES + """
            data=$1
            shift
            scan
            for each; do
              runs "$each" | sed "s/^/${each%%"$nl"*} /"
            done
            echo end
            """;

    /** $1 is the configuration, $2 the record of a new restore. */
    static final String CLAIM = NodeShell.GUARD + """
            config=$1
            [ -d "$data" ] || fail 45 "there is no folder $data"
            mkdir -m 700 -- "$root" 2>/dev/null || [ -d "$root" ] || fail 45 "$root cannot be made"
            lock
            held=
            read -r held 2>/dev/null < "$root/claim"
            was=${held%% *} old=${held##* }
            if [ -n "$held" ] && { [ "$was" -gt "$number" ] || { [ "$was" = "$number" ] && [ "$held" != "$number $run $id" ]; }; }; then
              fail 61 'another run took it over'
            fi
            before=
            read -r before 2>/dev/null < "$root/current/phase"
            case $before in
              '' | served) ;;
              *) [ "$(readlink -- "$root/current")" = "$id" ] || fail 61 'another run began a restore there' ;;
            esac
            mkdir -p -- "$here/manifests" "$here/old" || exit 45
            [ -e "$here/record" ] || keep "$here/record" "$2"
            [ -e "$here/phase" ] || keep "$here/phase" claimed
            link "$id" "$root/current"
            [ "$(readlink -- "$config/.drkit-restore")" = "$root" ] || link "$root" "$config/.drkit-restore"
            sync -- "$root" "$config" || exit 45
            keep "$root/claim" "$number $run $id"
            """;

    /**
     * $1 the given tool, $2 etcd as a program and its flags, $3 name, $4 peer URLs, $5 cluster, $6 token, $7 by how much the revision is raised, $8 the
     * configuration.
     */
    static final String STAGE = NodeShell.GUARD + NodeShell.TOOL + """
            guard
            [ "$phase" = claimed ] || exit 0
            given=$1 etcd=$2 raise=$7 config=$8
            rm -f -- "$here/staged" && rm -rf -- "$here/new" "$here/etc" "$here"/work.* || exit 45
            scan
            find_tool "$given" "$etcd" "$here/tool" || fail 45 'there is no etcdutl, nor an etcdctl up to 3.5, to restore with'
            work=$here/work.$$
            set -- snapshot restore "$here/snapshot.db" --data-dir "$work" --name "$3" --initial-advertise-peer-urls "$4" \\
              --initial-cluster "$5" --initial-cluster-token "$6"
            if [ "$raise" != 0 ]; then
              [ "$raises" = yes ] || fail 45 "$tool $version cannot raise the revision"
              set -- "$@" --bump-revision "$raise" --mark-compacted
            fi
            if ! said=$(ETCDCTL_API=3 "$tool" "$@" 2>&1 </dev/null); then
              # It may be what fills the disk, on which etcd is still at work.
              rm -rf -- "$work"
              fail 45 "$tool: $(printf '%s\\n' "$said" | tail -n 1)"
            fi
            [ -d "$work/member/snap" ] || fail 45 "$tool restored nothing"
            model=$data
            [ ! -e "$data/member" ] || model=$data/member
            chown -R --reference="$model" -- "$work/member" || exit 45
            [ ! -e /sys/fs/selinux/enforce ] || chcon -R --reference="$model" -- "$work/member" || exit 45
            mv -fT -- "$work" "$here/new" && mkdir -- "$here/etc" && cp -a -- "$config/." "$here/etc/" || exit 45
            rm -f -- "$here/etc/.drkit-restore"
            sync -f -- "$here" && : > "$here/staged" && sync -- "$here/staged" "$here" || exit 45
            keep "$here/phase" staged
            # Not before, for without it this could not be repeated.
            rm -f -- "$here/snapshot.db"
            """;

    /** $1 are the manifests, then the files that are taken away. etcd's stays where the restored data is already in place; it says so. */
    static final String STOP = NodeShell.GUARD + """
            guard
            manifests=$1
            shift
            case $phase in
              staged) keep "$here/phase" stopping ;;
              stopping) ;;
              *) fail 45 "it cannot be stopped in phase \\"$phase\\"" ;;
            esac
            for file; do
              if [ "$file" = etcd.yaml ] && swapped; then echo swapped; continue; fi
              take "$file"
            done
            """;

    /** $1 are the manifests, $2 etcd. */
    static final String SWAP = NodeShell.GUARD + """
            guard
            [ -e "$here/staged" ] || fail 45 'nothing was restored beside the data'
            ! swapped || exit 0
            [ ! -e "$1/etcd.yaml" ] || fail 45 "$1/etcd.yaml is there again: see to it that nobody else works there"
            stopped "$2"
            if [ -e "$data/member" ]; then
              [ ! -e "$here/old/member" ] || fail 45 "$data/member was made anew meanwhile"
              mv -T -- "$data/member" "$here/old/member" || exit 45
            fi
            mv -T -- "$here/new/member" "$data/member" && sync -- "$data" "$here/old" "$here/new" || exit 45
            """;

    /** $1 are the manifests. */
    static final String START = NodeShell.GUARD + """
            guard
            manifests=$1
            swapped || fail 45 'the restored data is not in place'
            give etcd.yaml
            """;

    /** From here on it only goes forward. */
    static final String SERVING = NodeShell.GUARD + """
            guard
            case $phase in
              stopping) swapped || fail 45 'the restored data is not in place'; keep "$here/phase" serving ;;
              serving | served) ;;
              *) fail 45 "it cannot be served in phase \\"$phase\\"" ;;
            esac
            """;

    /** $1 are the manifests. */
    static final String SERVE = NodeShell.GUARD + """
            guard
            manifests=$1
            case $phase in serving | served) ;; *) fail 45 "it cannot be served in phase \\"$phase\\"" ;; esac
            for file in "$here/manifests"/*; do
              give "${file##*/}"
            done
            """;

    /** $1 is the configuration. Says how many KiB all restores have set aside there. */
    static final String FINISH = NodeShell.GUARD + """
            guard
            config=$1
            case $phase in serving) keep "$here/phase" served ;; served) ;; *) fail 45 "it cannot end in phase \\"$phase\\"" ;; esac
            rm -rf -- "$here/new" "$here/tool" "$here/snapshot.db" "$here"/.*.drkit-part-* "$config/.drkit-restore" \\
              "$config/.drkit-restore.new" || exit 45
            du -sk -- "$root" | { read -r kept _; printf '%s' "$kept"; }
            """;

    static final String UNDOING = NodeShell.GUARD + """
            guard
            case $phase in
              serving | served) fail 45 'the restored data is served, so it is not taken back' ;;
              *)
                # So that there is room for the note.
                rm -rf -- "$here"/work.* "$here/snapshot.db" "$here"/.*.drkit-part-*
                keep "$here/phase" undoing ;;
            esac
            """;

    /** $1 are the manifests. Says so where etcd has to be waited for. */
    static final String UNDO_STOP = NodeShell.GUARD + """
            guard
            manifests=$1
            if swapped || [ -e "$here/old/member" ]; then
              take etcd.yaml
              echo stopped
            fi
            """;

    /** $1 is etcd. */
    static final String UNDO_SWAP = NodeShell.GUARD + """
            guard
            swapped || [ -e "$here/old/member" ] || exit 0
            stopped "$1"
            if swapped; then mv -T -- "$data/member" "$here/new/member" || exit 45; fi
            if [ -e "$here/old/member" ]; then
              [ ! -e "$data/member" ] || mv -T -- "$data/member" "$here/stray.$$" || exit 45
              mv -T -- "$here/old/member" "$data/member" || exit 45
            fi
            sync -- "$data" "$here/old" || exit 45
            """;

    /** $1 are the manifests. Says so where something had been stopped. */
    static final String UNDO_START = NodeShell.GUARD + """
            guard
            manifests=$1
            ! swapped && [ ! -e "$here/old/member" ] || fail 45 'the old data is not in place'
            for file in "$here/manifests/etcd.yaml" "$here/manifests"/*; do
              [ ! -e "$file" ] || { give "${file##*/}"; given=yes; }
            done
            [ -z "${given-}" ] || echo started
            """;

    /** $1 are the manifests, $2 is the configuration. Leaves nothing behind but what earlier restores kept. */
    static final String UNDO_CLEAN = NodeShell.GUARD + """
            [ -d "$here" ] || exit 0
            guard
            manifests=$1
            [ "$phase" = undoing ] && [ ! -e "$here/old/member" ] || fail 45 'the old data is not in place'
            for file in "$here/manifests"/*; do
              [ ! -e "$file" ] || [ -e "$manifests/${file##*/}" ] || fail 45 "${file##*/} is not in place"
            done
            # Without this mark nothing counts as swapped; so it goes before what is restored.
            rm -f -- "$here/staged" "$2/.drkit-restore" "$2/.drkit-restore.new" && sync -- "$here" && rm -rf -- "$here/new" "$here/etc" "$here"/stray.* &&
              rm -rf -- "$here" && rm -f -- "$root/current" || exit 45
            for each in "$root"/*/; do
              [ ! -d "$each" ] || exit 0
            done
            rm -rf -- "$root"
            """;
}
