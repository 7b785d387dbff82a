package io.drkit.kubernetes.externaldns;

import io.drkit.DrException;
import io.drkit.OutcomeUnknownException;
import io.drkit.Ticker;
import io.drkit.UnsafeToProceedException;
import io.drkit.dns.DnsCapabilities;
import io.drkit.dns.DnsChange;
import io.drkit.dns.DnsName;
import io.drkit.dns.DnsRecordSet;
import io.drkit.dns.DnsRecords;
import io.drkit.dns.DnsSwitcher;
import io.drkit.dns.RecordType;
import io.drkit.kubernetes.KubernetesConnection;
import io.drkit.kubernetes.SiteApi;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Switches names in the {@code DNSEndpoint} objects of a namespace, for an external-dns that runs with {@code --source=crd}: one write an object, on the
 * condition that nobody wrote to it since it was read (its resourceVersion). A name in two objects is refused, for external-dns takes one of them.
 *
 * <p>External-dns changes the name server later. It sets {@code status.observedGeneration} when it has read an object, before it asks its provider to
 * change anything (external-dns, source/crd.go): that much is waited for, by {@link DnsEndpoints#seenWithin}; the rest is proved by asking, {@link
 * io.drkit.dns.DnsProof}. Thread-safe.
 */
public final class DnsEndpointSwitcher implements DnsSwitcher {

    private static final Logger LOG = LoggerFactory.getLogger(DnsEndpointSwitcher.class);
    private static final int ATTEMPTS = 5;
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final String API = "externaldns.k8s.io/v1alpha1";
    private static final String KIND = "DNSEndpoint";
    private static final ResourceDefinitionContext TYPE = new ResourceDefinitionContext.Builder()
            .withGroup("externaldns.k8s.io")
            .withVersion("v1alpha1")
            .withKind(KIND)
            .withPlural("dnsendpoints")
            .withNamespaced(true)
            .build();
    private static final DnsCapabilities CAPABILITIES = new DnsCapabilities(
            false,
            true,
            Set.of(RecordType.values()),
            true,
            true,
            "The name server has it once external-dns has asked its provider, after the DNSEndpoint was read: verify, and wait for it.");

    private final SiteApi api;
    private final DnsEndpoints config;
    private final Ticker ticker;
    private final String where;
    private final Runnable closing;

    /**
     * Connects to nothing yet.
     *
     * @param client has a request timeout, and is not closed
     */
    public DnsEndpointSwitcher(KubernetesClient client, DnsEndpoints config, Ticker ticker) {
        this(client, config, ticker, () -> {});
    }

    private DnsEndpointSwitcher(KubernetesClient client, DnsEndpoints config, Ticker ticker, Runnable closing) {
        this.closing = closing;
        this.api = new SiteApi(client);
        this.config = config;
        this.ticker = ticker;
        this.where = config + " of " + api.name();
    }

    /** By a connection of its own, which is closed with it; throws as {@link KubernetesConnection#open}. */
    public static DnsEndpointSwitcher open(KubernetesConnection connection, DnsEndpoints config) {
        KubernetesClient client = connection.open();
        return new DnsEndpointSwitcher(client, config, Ticker.SYSTEM, client::close);
    }

    @Override
    public String name() {
        return where;
    }

    @Override
    public DnsCapabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public DnsRecords read(Collection<DnsName> names) {
        requireResponsible(names);
        return records(list(), names);
    }

    @Override
    public DnsChange apply(DnsChange change) {
        Set<DnsName> names = change.after().names();
        requireResponsible(names);
        int failures = 0;
        String lost = "";
        Set<String> changed = new LinkedHashSet<>();
        Set<String> sent = new LinkedHashSet<>();
        Set<DnsName> written = new TreeSet<>();
        while (true) {
            List<GenericKubernetesResource> objects = look(lost, changed);
            DnsRecords now = records(objects, names);
            // Once an object, for what was written to one and is not there is somebody else's to decide.
            DnsChange.of(change.before().only(written), change.after().only(written))
                    .requireDone(now.only(written), true, where);
            Set<DnsName> remaining;
            try {
                remaining = change.remaining(now, true, where);
            } catch (UnsafeToProceedException e) {
                throw changed.isEmpty() ? e : new OutcomeUnknownException(partly(changed, e), e);
            }
            if (remaining.isEmpty()) {
                awaitSeen(names, sent);
                return change.with(Map.of());
            }
            // Writes are counted and not looks: what the last of them did is looked at too.
            if (failures == ATTEMPTS) {
                throw notAll(lost, changed);
            }
            if (changed.isEmpty()) {
                rehearse(objects, remaining, change.after());
            }
            // One object at a time, and looked at again before the next.
            GenericKubernetesResource object =
                    holder(objects, remaining.iterator().next());
            try {
                Set<DnsName> here = held(object, objects, remaining);
                if (write(object, here, change.after())) {
                    changed.add(object.getMetadata().getName());
                    sent.add(object.getMetadata().getName());
                    written.addAll(here);
                } else {
                    failures++;
                }
                lost = "";
            } catch (OutcomeUnknownException e) {
                lost = String.valueOf(e.getMessage());
                failures++;
                sent.add(object.getMetadata().getName());
                LOG.info(
                        "The reply to a change of {} was lost: looking",
                        object.getMetadata().getName());
            } catch (DrException e) {
                throw changed.isEmpty() ? e : new OutcomeUnknownException(partly(changed, e), e);
            }
        }
    }

    private DrException notAll(String lost, Set<String> changed) {
        return lost.isEmpty() && changed.isEmpty()
                ? new UnsafeToProceedException(
                        where + " were not changed, for somebody else wrote to them each time: look at"
                                + " who does, and do the same again.")
                : new OutcomeUnknownException(
                        "Not all of " + where + " have the change. " + lost
                                + " Do the same again: it goes on where it stands.",
                        null);
    }

    /** Refuses what cannot be written to one object before another is written. */
    private void rehearse(List<GenericKubernetesResource> objects, Set<DnsName> remaining, DnsRecords after) {
        remaining.forEach(name -> new EndpointList(holder(objects, name)).lead(name, after.at(name)));
    }

    /** Those of the names that are in the object, or go into it. */
    private Set<DnsName> held(
            GenericKubernetesResource object, List<GenericKubernetesResource> objects, Set<DnsName> names) {
        Set<DnsName> held = new TreeSet<>(names);
        held.removeIf(name -> !holder(objects, name)
                .getMetadata()
                .getName()
                .equals(object.getMetadata().getName()));
        return held;
    }

    private static String partly(Set<String> changed, DrException failure) {
        return "DNSEndpoint " + changed + " was changed, others were not: " + failure.getMessage()
                + " Do the same again to go on, or undo it.";
    }

    /** Writes all that is to be changed in one object; returns false when somebody else wrote to it. */
    private boolean write(GenericKubernetesResource object, Set<DnsName> names, DnsRecords after) {
        EndpointList endpoints = new EndpointList(object);
        names.forEach(name -> endpoints.lead(name, after.at(name)));
        Map<String, Object> spec = new LinkedHashMap<>();
        if (object.getAdditionalProperties().get("spec") instanceof Map<?, ?> before) {
            before.forEach((key, value) -> spec.put(String.valueOf(key), value));
        }
        spec.put("endpoints", endpoints.json());
        object.setAdditionalProperty("spec", spec);
        return object.getMetadata().getResourceVersion() == null ? api.create(object) : api.update(object);
    }

    /** The object that a name is in, or a new one goes into; that one may not be there yet. */
    private GenericKubernetesResource holder(List<GenericKubernetesResource> objects, DnsName name) {
        GenericKubernetesResource found = null;
        GenericKubernetesResource fresh = null;
        for (GenericKubernetesResource object : objects) {
            if (new EndpointList(object).has(name)) {
                found = object;
            }
            if (object.getMetadata().getName().equals(config.create())) {
                fresh = object;
            }
        }
        if (found != null) {
            return found;
        }
        if (fresh != null) {
            return fresh;
        }
        GenericKubernetesResource created = new GenericKubernetesResource();
        created.setApiVersion(API);
        created.setKind(KIND);
        created.setMetadata(new ObjectMetaBuilder()
                .withName(config.create())
                .withNamespace(config.namespace())
                .build());
        return created;
    }

    private DnsRecords records(List<GenericKubernetesResource> objects, Collection<DnsName> names) {
        SortedMap<DnsName, List<DnsRecordSet>> sets = new TreeMap<>();
        for (DnsName name : names) {
            List<EndpointList> holding = new ArrayList<>();
            for (GenericKubernetesResource object : objects) {
                EndpointList endpoints = new EndpointList(object);
                if (endpoints.has(name)) {
                    holding.add(endpoints);
                }
            }
            if (holding.size() > 1) {
                throw new UnsafeToProceedException(name + " stands in " + holding.get(0) + " and in " + holding.get(1)
                        + ", and was left so: take it out of one of them.");
            }
            sets.put(name, holding.isEmpty() ? List.of() : holding.get(0).at(name));
        }
        return new DnsRecords(sets);
    }

    private List<GenericKubernetesResource> list() {
        return api.list(
                "dnsendpoints.externaldns.k8s.io",
                config.namespace(),
                api.client().genericKubernetesResources(TYPE).inNamespace(config.namespace()));
    }

    private List<GenericKubernetesResource> look(String lost, Set<String> changed) {
        try {
            return list();
        } catch (DrException e) {
            if (lost.isEmpty() && changed.isEmpty()) {
                throw e;
            }
            throw new OutcomeUnknownException(
                    where + " may have been changed or not, and could not be asked afterwards: " + e.getMessage() + " "
                            + lost + " Do the same again: it goes on where it stands.",
                    e);
        }
    }

    private void requireResponsible(Collection<DnsName> names) {
        for (DnsName name : names) {
            if (!config.isResponsible(name)) {
                throw new IllegalArgumentException(name + " is in none of the domains that the external-dns of "
                        + config + " is responsible for: " + config.domains() + ".");
            }
        }
    }

    /**
     * Waits until external-dns has read the objects that hold the names as they are.
     *
     * @param sent objects that were written, also those that names were taken out of
     */
    private void awaitSeen(Set<DnsName> names, Set<String> sent) {
        if (config.seenWithin().isZero()) {
            return;
        }
        long deadline = ticker.nanoTime() + config.seenWithin().toNanos();
        Map<String, String> unseen = unseen(names, sent);
        while (!unseen.isEmpty()) {
            long left = deadline - ticker.nanoTime();
            if (left <= 0) {
                throw new OutcomeUnknownException(
                        unseen.keySet() + " of " + where
                                + " hold the change, but external-dns has not read them within "
                                + config.seenWithin().toSeconds() + " s, for their status " + unseen.values()
                                + ": does it run with --source=crd, in sight of them? Do the same again to wait on.",
                        null);
            }
            pause(Math.min(left, PAUSE.toNanos()));
            unseen = unseen(names, sent);
        }
    }

    /** The objects that external-dns has not read as they are, and what their status says. */
    private Map<String, String> unseen(Set<DnsName> names, Set<String> sent) {
        Map<String, String> unseen = new LinkedHashMap<>();
        for (GenericKubernetesResource object : look("", Set.of(""))) {
            EndpointList endpoints = new EndpointList(object);
            Long generation = object.getMetadata().getGeneration();
            Long observed = observedGeneration(object);
            boolean ours = sent.contains(object.getMetadata().getName())
                    || names.stream().anyMatch(endpoints::has);
            if (ours && (observed == null || (generation != null && observed < generation))) {
                unseen.put(
                        object.getMetadata().getName(),
                        observed == null ? "says nothing at all" : "is of generation " + observed);
            }
        }
        return unseen;
    }

    private static @Nullable Long observedGeneration(GenericKubernetesResource object) {
        Object status = new HashMap<>(object.getAdditionalProperties()).get("status");
        return status instanceof Map<?, ?> map && map.get("observedGeneration") instanceof Number number
                ? number.longValue()
                : null;
    }

    private void pause(long nanos) {
        try {
            ticker.await(new CountDownLatch(1), Duration.ofNanos(nanos));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OutcomeUnknownException(
                    where + " hold the change, but external-dns was not waited for, because the call was interrupted.",
                    e);
        }
    }

    @Override
    public void close() {
        closing.run();
    }
}
