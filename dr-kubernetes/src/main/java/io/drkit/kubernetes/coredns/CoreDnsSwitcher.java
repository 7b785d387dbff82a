package io.drkit.kubernetes.coredns;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.DrException;
import io.drkit.OutcomeUnknownException;
import io.drkit.Ticker;
import io.drkit.UnsafeToProceedException;
import io.drkit.dns.DnsCapabilities;
import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.DnsSwitcher;
import io.drkit.dns.RecordType;
import io.drkit.kubernetes.KubernetesConnection;
import io.drkit.kubernetes.RestartTarget;
import io.drkit.kubernetes.RolloutRestart;
import io.drkit.kubernetes.SiteApi;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Switches names in the ConfigMap that a CoreDNS in the cluster is configured by, all of them in one write, on the condition that nobody wrote to it
 * since it was read (its resourceVersion). Only what has to change is changed: comments, order and blanks stay. What cannot be edited beyond doubt is
 * refused.
 *
 * <p>CoreDNS tells a change later: the kubelet brings it to its pods within its sync period, a minute by default (Kubernetes' "Mounted ConfigMaps are
 * updated automatically"; never where it is mounted by subPath); then {@code reload} reads the Corefile again within 30 s, give or take 15
 * (coredns.io/plugins/reload), {@code hosts} its file within 5 s, {@code file} its zone file within a minute. That they have is proved by asking, {@link
 * io.drkit.dns.DnsProof}. Where CoreDNS does not read it again, a change is refused before it is written, unless a Deployment to restart is named.
 *
 * <p>Somebody who manages the ConfigMap, k3s or a GitOps controller say, may put back what was there before. Thread-safe.
 */
public final class CoreDnsSwitcher implements DnsSwitcher {

    /** On the ConfigMap: the last write that CoreDNS is to be restarted for; {@link RolloutRestart#RESTARTED_FOR} says whether it was. */
    public static final String WRITTEN = "drkit.io/written";

    private static final Logger LOG = LoggerFactory.getLogger(CoreDnsSwitcher.class);
    private static final int ATTEMPTS = 5;
    private static final String LATER =
            "CoreDNS tells it once it has read the ConfigMap again, within two minutes or so:"
                    + " verify, and wait for it.";

    private final SiteApi api;
    private final CoreDnsConfigMap config;
    private final RolloutRestart restart;
    private final String where;
    private final Runnable closing;

    /**
     * Connects to nothing yet.
     *
     * @param client has a request timeout, and is not closed
     */
    public CoreDnsSwitcher(KubernetesClient client, CoreDnsConfigMap config, Clock clock, Ticker ticker) {
        this(client, config, clock, ticker, () -> {});
    }

    private CoreDnsSwitcher(
            KubernetesClient client, CoreDnsConfigMap config, Clock clock, Ticker ticker, Runnable closing) {
        this.closing = closing;
        this.api = new SiteApi(client);
        this.config = config;
        this.restart = new RolloutRestart(api, clock, ticker);
        this.where = config + " of " + api.name();
    }

    /** By a connection of its own, which is closed with it; throws as {@link KubernetesConnection#open}. */
    public static CoreDnsSwitcher open(KubernetesConnection connection, CoreDnsConfigMap config) {
        KubernetesClient client = connection.open();
        return new CoreDnsSwitcher(client, config, Clock.systemUTC(), Ticker.SYSTEM, client::close);
    }

    @Override
    public String name() {
        return where;
    }

    @Override
    public DnsCapabilities capabilities() {
        boolean zones = config.plugin() == CoreDnsPlugin.FILE;
        Set<RecordType> types = zones ? Set.of(RecordType.values()) : Set.of(RecordType.A, RecordType.AAAA);
        return new DnsCapabilities(true, true, types, zones, zones, config.restart() == null ? LATER : "");
    }

    @Override
    public DnsRecords read(Collection<DnsName> names) {
        return records(configMap()).read(names);
    }

    /** As {@link DnsSwitcher#plan}; the times to live are those that {@code hosts} has. */
    @Override
    public DnsChange plan(DnsRecords desired) {
        if (capabilities().ttls()) {
            return DnsSwitcher.super.plan(desired);
        }
        DnsRecords now = read(desired.names());
        return DnsSwitcher.super.plan(
                desired.map(set -> set.withTtl(now.only(Set.of(set.name())).longestTtl())));
    }

    @Override
    public DnsChange apply(DnsChange change) {
        Set<DnsName> names = change.after().names();
        requireHeld(change.after());
        boolean ttls = capabilities().ttls();
        String lost = "";
        boolean written = false;
        int writes = 0;
        while (true) {
            ConfigMap read = look(lost, written);
            Records records = records(read);
            DnsRecords now = records.read(names);
            if (written) {
                change.requireDone(now, ttls, where);
            }
            Set<DnsName> remaining = change.remaining(now, ttls, where);
            if (remaining.isEmpty()) {
                if (written || !lost.isEmpty()) {
                    LOG.info("Changed {} names in {}", change.changed().size(), where);
                }
                // Also when nothing was left to write: the run before may have ended between its write and this.
                restart(read);
                return change.with(records.serials(names));
            }
            Map<String, String> keys = records.changed(remaining, change.after());
            requireReadAgain(records, remaining, keys.keySet());
            // Writes are counted and not looks: what the last of them did is looked at too.
            if (writes++ == ATTEMPTS) {
                throw notChanged(lost);
            }
            try {
                written = api.patch(read, patch(keys));
                lost = "";
            } catch (OutcomeUnknownException e) {
                lost = String.valueOf(e.getMessage());
                LOG.info("The reply to a change of {} was lost: looking", where);
            }
        }
    }

    private DrException notChanged(String lost) {
        return lost.isEmpty()
                ? new UnsafeToProceedException(
                        where + " was not changed, for somebody else wrote to it each time: look at who"
                                + " does, and do the same again.")
                : new OutcomeUnknownException(
                        where + " is as it was before, but a change was sent and may yet be done. " + lost, null);
    }

    private void requireHeld(DnsRecords after) {
        Set<RecordType> types = capabilities().types();
        after.sets().values().stream().flatMap(Collection::stream).forEach(set -> {
            if (!types.contains(set.type())) {
                throw new IllegalArgumentException(
                        set.name() + " cannot be a " + set.type() + " in 'hosts', which holds addresses only.");
            }
        });
    }

    private void requireReadAgain(Records records, Set<DnsName> names, Set<String> keys) {
        Optional<String> why = records.notReadAgain(names, keys);
        // A part that another Corefile imports is read again or not by that one's word.
        if (why.isPresent() && config.restart() == null && config.key().equals("Corefile")) {
            throw new UnsafeToProceedException("CoreDNS would not see a change of " + where + ", because " + why.get()
                    + ", and nothing was changed: add it, or name the Deployment that is to be restarted.");
        }
    }

    /** Restarts CoreDNS if the last write that wanted it has none yet. */
    private void restart(ConfigMap read) {
        Map<String, String> annotations = read.getMetadata().getAnnotations();
        String mark = annotations == null ? null : annotations.get(WRITTEN);
        if (config.restart() == null || mark == null) {
            return;
        }
        try {
            restart.restartFor(
                    mark,
                    List.of(RestartTarget.of(RestartTarget.Kind.DEPLOYMENT, config.namespace(), config.restart())),
                    config.restartTimeout());
        } catch (DrException e) {
            throw new OutcomeUnknownException(
                    where + " holds the change, but CoreDNS was not seen to start with it: " + e.getMessage()
                            + " Do the same again.",
                    e);
        }
    }

    private ConfigMap look(String lost, boolean written) {
        try {
            return configMap();
        } catch (DrException e) {
            if (written) {
                throw new OutcomeUnknownException(
                        where + " took the change, but could not be read back: " + e.getMessage()
                                + " Do the same again: it then looks whether all is there.",
                        e);
            }
            if (!lost.isEmpty()) {
                throw new OutcomeUnknownException(
                        where + " may have been changed or not, and could not be asked afterwards. " + lost, e);
            }
            throw e;
        }
    }

    private ConfigMap configMap() {
        ConfigMap found = api.get(ConfigMap.class, config.namespace(), config.name());
        if (found == null || found.getData() == null || !found.getData().containsKey(config.key())) {
            throw new UnsafeToProceedException(
                    (found == null ? "There is no " : "There is no '" + config.key() + "' in ") + where
                            + ": name the ConfigMap and the key of the Corefile.");
        }
        return found;
    }

    private Records records(ConfigMap read) {
        if (config.key().endsWith(".override")) {
            // Its zones stand in a Corefile that imports it, and are not known here.
            throw new UnsafeToProceedException(config.key() + " of " + where
                    + " was left as it is, for it is a part of a server block that stands elsewhere: put the names into"
                    + " a server block of their own, in a key such as drkit.server.");
        }
        Map<String, String> data = new LinkedHashMap<>(read.getData());
        Corefile corefile = Corefile.parse(data.getOrDefault(config.key(), ""), config.key() + " of " + where);
        Answering answering = new Answering(corefile, data, where, config.mount());
        return config.plugin() == CoreDnsPlugin.FILE
                ? new ZoneRecords(answering, config.key())
                : new HostsRecords(answering, config.key());
    }

    /** The texts and, in the same write, the mark that CoreDNS is to be restarted for: what comes between the two is made up for later. */
    private ObjectNode patch(Map<String, String> keys) {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        if (config.restart() != null) {
            patch.withObject("/metadata/annotations")
                    .put(WRITTEN, UUID.randomUUID().toString());
        }
        ObjectNode data = patch.putObject("data");
        keys.forEach(data::put);
        return patch;
    }

    @Override
    public void close() {
        closing.run();
    }
}
