package io.drkit.node;

import io.drkit.DrException;
import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.node.PortState.Closed;
import io.drkit.node.PortState.Open;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Closes a TCP port of a node, IPv4 and IPv6, to all but the node itself and those who are allowed, and opens it again: etcd's port for
 * clients, in a failover, so that nothing outside of the site reads or writes there any more. Members of etcd talk on another port, and keep
 * their quorum.
 *
 * <p>Rules for both directions come into force in one step. From then on nothing passes, by a connection that is new or has been open for long,
 * from or to one of those who are not allowed: whichever end sends next, be it a keepalive, is told by a TCP reset. An end that never sends again does not
 * notice, and gets nothing either.
 *
 * <ul>
 *   <li><b>Not after a restart.</b> The fence is in the kernel alone. When the node restarts, or its firewall is flushed (which restarting
 *       {@code nftables.service} does), the port is open. What lasts is the site's role, which every mirror asks; look at {@link #state}.
 *   <li><b>The node itself</b> is what comes by the loopback interface, also to another of its addresses: its kube-apiserver, but a proxy that
 *       runs there as well. A pod with a network of its own is not the node.
 *   <li><b>Rewritten addresses.</b> What a load balancer of the kernel's (DNAT) leads to this port on the node is held, for it is looked at
 *       after; what it leads from this port into a pod or container passes by. With kube-proxy in IPVS mode the cluster's Services of that port
 *       are closed to the pods of this node, too.
 * </ul>
 *
 * <p>It is nftables' table {@code inet drkit_PORT}, loaded in one transaction; where {@code nft} is not there, the chains {@code DRKIT-PORT} and
 * {@code DRKIT-PORT-OUT} of iptables and ip6tables, with a jump before all other rules, in one transaction a family. Nothing else is touched,
 * and nothing else can overrule it: an accept of nftables ends only its own chain. Its priority is -150, ahead of the usual filters (0), so
 * that none of them answers, logs or queues what is rejected; what comes in had its addresses rewritten before, in an earlier hook.
 *
 * <p>Closing and opening are idempotent, and end with a look at what is there. A call may take 10 s longer than its deadline to find out what
 * became of it when the connection was lost. Needs root on the node. Of two at once on one node, one may be told that another interfered.
 * Thread-safe.
 *
 * @param port between 1 and 65535; closing the port by which the node is reached locks out whoever closes it
 * @see <a href="https://wiki.nftables.org/wiki-nftables/index.php/Netfilter_hooks">the order of hooks and priorities</a>
 */
public record PortFence(int port) {

    /** etcd's port for clients. */
    public static final int ETCD_CLIENT_PORT = 2379;

    /** Of a call where none is given. */
    public static final Duration DEADLINE = Duration.ofSeconds(30);

    private static final Duration SETTLING = Duration.ofSeconds(10);

    private static final int REFUSED = 45;
    private static final int HALF = 46;
    private static final int NO_TOOL = 52;

    /**
     * $1 is look, close or open, $2 the port, $3 what nft loads, $4 and $5 what iptables and ip6tables do. To nft it goes as an argument, for an
     * input that is cut off could be a valid one; iptables-restore does nothing before it reads COMMIT.
     *
     * <p>iptables-save is asked without a table: asked for one, it makes it where there is none. if_inet6 is there where the kernel has IPv6.
     */
    private static final String SCRIPT = """
            set -u
            LC_ALL=C PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
            export LC_ALL PATH
            verb=$1 port=$2 chain=DRKIT-$2 code=45
            fail() { printf '%s\\n' "$*" | head -n 1 >&2; exit "$code"; }
            has() { [ -x "$(command -v "$1" 2>/dev/null)" ]; }
            nft=
            ! has nft || nft=yes
            families=iptables
            [ ! -e /proc/net/if_inet6 ] || families='iptables ip6tables'
            for family in $families; do
              has "$family-save" && has "$family-restore" || families=
            done
            [ -n "$nft$families" ] || exit 52
            save() {
              said=$("$1-save" 2>&1) || [ "$nft" ] || fail "$said"
              filter=$(printf '%s\\n' "$said" | sed -n '/^[*]filter/,/^COMMIT/p')
            }
            pick() { printf '%s\\n' "$filter" | sed -n "$@"; }
            jumps() { pick -e "s/^-A \\(.* -j $chain\\)\\$/-D \\1/p" -e "s/^-A \\(.* -j $chain-OUT\\)\\$/-D \\1/p"; }
            drop() {
              pick "s/^:\\($chain\\) .*/$1 \\1/p"
              pick "s/^:\\($chain-OUT\\) .*/$1 \\1/p"
            }
            restore() {
              said=$(printf '*filter\\n%s\\nCOMMIT\\n' "$2" | "$1-restore" -w 5 --noflush $3 2>&1) || fail "$1-restore: $said"
            }
            shut() {
              save "$1"
              restore "$1" ":$chain - [0:0]
            :$chain-OUT - [0:0]
            $(jumps)
            $2" "$3"
            }
            lift() {
              for family in $families; do
                save "$family"
                gone=$(jumps; drop -F; drop -X)
                [ -z "$gone" ] || { restore "$family" "$gone" ''; code=46; }
              done
            }
            table() {
              tables=$(nft list tables inet 2>&1) || fail "$tables"
              printf '%s\\n' "$tables" | grep -qx "table inet drkit_$port"
            }
            load() { said=$(nft "$1" 2>&1) || fail "$said"; code=46; }
            case $verb in
              close)
                if [ "$nft" ]; then
                  load "$3"
                  lift
                else
                  for try in --test ''; do
                    for family in $families; do
                      case $family in iptables) shut iptables "$4" "$try" ;; *) shut ip6tables "$5" "$try" ;; esac
                      [ "$try" ] || code=46
                    done
                  done
                fi
                ;;
              open)
                if [ "$nft" ] && table; then load "delete table inet drkit_$port"; fi
                lift
                ;;
            esac
            [ "$verb" = look ] || code=47
            if [ "$nft" ]; then
              echo @nft
              if table; then nft -nn list table inet "drkit_$port" || exit "$code"; fi
            fi
            for family in $families; do
              echo "@$family"
              save "$family"
              pick -e "/^-A INPUT /p" -e "/^-A OUTPUT /p" -e "/^-A $chain /p" -e "/^-A $chain-OUT /p" -e "/^:$chain /p" \\
                -e "/^:$chain-OUT /p"
            done
            echo @end
            """;

    /** @throws IllegalArgumentException when the port is none */
    public PortFence {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("A port must lie between 1 and 65535, not at " + port + ".");
        }
    }

    /** As {@link #state(NodeAccess, Duration)}, within {@link #DEADLINE}. */
    public PortState state(NodeAccess node) {
        return state(node, DEADLINE);
    }

    /**
     * Looks at the node; changes nothing.
     *
     * @throws SiteUnreachableException when it does not answer, or does not let us look
     * @throws UnsafeToProceedException when it has neither nftables nor iptables, or is not known to be the one it claims to be
     */
    public PortState state(NodeAccess node, Duration deadline) {
        try {
            CommandResult result = node.run(command("look", Set.of(), deadline));
            if (result.exitCode() == NO_TOOL) {
                throw noTool(node);
            }
            if (!result.succeeded()) {
                throw new SiteUnreachableException("The rules for " + where(node) + " cannot be read: "
                        + FileReading.reason(result) + ". Connect as root, or with sudo.");
            }
            return read(result)
                    .orElseThrow(() -> new SiteUnreachableException("The rules for " + where(node)
                            + " cannot be read: the answer is no answer to what was asked."));
        } catch (OutcomeUnknownException e) {
            // Looking changes nothing.
            throw new SiteUnreachableException(
                    "The rules for " + where(node) + " could not be read: " + e.getMessage(), e);
        }
    }

    /** As {@link #close(NodeAccess, Collection, Duration)}, within {@link #DEADLINE}. */
    public Closed close(NodeAccess node, Collection<AddressRange> allowed) {
        return close(node, allowed, DEADLINE);
    }

    /**
     * Closes the port, or changes who is allowed where it is closed, without a moment in which it is open.
     *
     * @param allowed who passes, by the address the node sees: the site's other control-plane nodes, say
     * @return what was found afterwards; the same as asked for
     * @throws SiteUnreachableException when nothing was changed
     * @throws OutcomeUnknownException when it cannot be told whether it is closed, it was found not to be and may be closed in a moment, or it was
     *     closed by half; closing again is safe
     * @throws UnsafeToProceedException when the node has neither nftables nor iptables or does not permit it, when nothing was changed; or when
     *     it was found otherwise than it was made, so that another interfered
     */
    public Closed close(NodeAccess node, Collection<AddressRange> allowed, Duration deadline) {
        Closed wanted = new Closed(new LinkedHashSet<>(allowed));
        change(node, command("close", wanted.allowed(), deadline), wanted);
        return wanted;
    }

    /** As {@link #open(NodeAccess, Duration)}, within {@link #DEADLINE}. */
    public void open(NodeAccess node) {
        open(node, DEADLINE);
    }

    /** Takes the fence away, and nothing else: a port that other rules close stays closed. Throws what {@link #close} throws. */
    public void open(NodeAccess node, Duration deadline) {
        change(node, command("open", Set.of(), deadline), new Open());
    }

    private void change(NodeAccess node, NodeCommand command, PortState wanted) {
        CommandResult result;
        try {
            result = node.run(command);
        } catch (OutcomeUnknownException e) {
            settle(node, wanted, e);
            return;
        }
        String not = where(node) + " was not " + done(wanted) + ": ";
        switch (result.exitCode()) {
            case 0 -> {
                PortState found = read(result).orElse(null);
                if (found == null) {
                    settle(node, wanted, new OutcomeUnknownException("The answer was cut off.", null));
                } else if (!found.equals(wanted)) {
                    throw new UnsafeToProceedException(where(node) + " was " + done(wanted) + ", and then found "
                            + found + ". Another changes the node's firewall: see to it that only one does.");
                }
            }
            case NO_TOOL -> throw noTool(node);
            case REFUSED ->
                throw new UnsafeToProceedException(not + FileReading.reason(result) + ". Nothing was changed.");
            case HALF ->
                throw new OutcomeUnknownException(
                        where(node) + " was " + done(wanted) + " by half: " + FileReading.reason(result)
                                + ". Put that right and do it again, which is safe.",
                        null);
            // Ended by a signal, most likely.
            default -> settle(node, wanted, new OutcomeUnknownException(FileReading.reason(result) + ".", null));
        }
    }

    /** The command may still run, but can only make it what is wanted: found so, it stays so. */
    private void settle(NodeAccess node, PortState wanted, OutcomeUnknownException unknown) {
        String seen = "it could not be looked at";
        if (!Thread.currentThread().isInterrupted()) {
            try {
                PortState found = state(node, SETTLING);
                if (found.equals(wanted)) {
                    return;
                }
                seen = "it was found " + found;
            } catch (DrException e) {
                // What was to be told anyway is told.
            }
        }
        throw new OutcomeUnknownException(
                "It is not known whether " + where(node) + " was " + done(wanted) + ": " + unknown.getMessage()
                        + " Afterwards " + seen + ". Do it again, which is safe.",
                unknown);
    }

    private NodeCommand command(String verb, Collection<AddressRange> allowed, Duration deadline) {
        FenceRules rules = new FenceRules(port);
        return NodeCommand.script(
                        SCRIPT,
                        verb,
                        Integer.toString(port),
                        rules.nft(allowed),
                        rules.iptables(allowed, false),
                        rules.iptables(allowed, true))
                .title(verb + " port " + port)
                .deadline(deadline)
                .build();
    }

    private Optional<PortState> read(CommandResult result) {
        return result.truncated() ? Optional.empty() : new FenceRules(port).read(result.outText());
    }

    private UnsafeToProceedException noTool(NodeAccess node) {
        return new UnsafeToProceedException(where(node) + " can be neither closed nor opened: there is neither nft, nor"
                + " iptables-restore together with ip6tables-restore. Install nftables; nothing was changed.");
    }

    private String where(NodeAccess node) {
        return "Port " + port + " of " + node.name();
    }

    private static String done(PortState wanted) {
        return wanted instanceof Open ? "opened" : "closed";
    }
}
