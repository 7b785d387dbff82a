package io.drkit.volsync;

import static org.awaitility.Awaitility.await;

import io.drkit.testkit.workload.Manifests;
import io.drkit.volsync.resource.VolSync;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What a person would do with kubectl to replicate the claim {@code data} from one site to the other, for the tests of the fixture itself. */
final class VolSyncScene {

    static final String KEY = "drkit:00112233445566778899aabbccddeeff";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final TwoSites sites;

    VolSyncScene(TwoSites sites) {
        this.sites = sites;
    }

    /** A bound claim on both sites, with the same key beside it. */
    void claims() {
        for (StandInSite site : new StandInSite[] {sites.primary(), sites.standby()}) {
            site.namespace().create(Manifests.claim("data"));
            secret(site, KEY);
        }
        awaitBound(sites.primary(), "data");
        awaitBound(sites.standby(), "data");
    }

    static void secret(StandInSite site, String key) {
        site.own().secrets().inNamespace(site.namespaceName()).withName("psk").delete();
        site.namespace()
                .create("apiVersion: v1\nkind: Secret\nmetadata: {name: psk}\ndata: {psk.txt: \""
                        + Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8)) + "\"}");
    }

    static void awaitBound(StandInSite site, String claim) {
        patiently(() -> SiteView.isBound(site.own()
                .persistentVolumeClaims()
                .inNamespace(site.namespaceName())
                .withName(claim)
                .require()));
    }

    /** Listens at the standby, for the claim {@code data}. Returns its address. */
    String listen(String service, String copyMethod) {
        return listen(sites.standby(), "data", service, copyMethod);
    }

    static String listen(StandInSite site, String claim, String service, String copyMethod) {
        create(site, StandInResources.DESTINATIONS, """
                apiVersion: volsync.backube/v1alpha1
                kind: ReplicationDestination
                metadata: {name: rd-%s}
                spec:
                  rsyncTLS: {keySecret: psk, serviceType: %s, copyMethod: %s, destinationPVC: %s}
                """.formatted(claim, service, copyMethod, claim));
        String name = "rd-" + claim;
        patiently(() -> get(site, StandInResources.DESTINATIONS, name).get("status", "rsyncTLS", "address") != null);
        return String.valueOf(
                get(site, StandInResources.DESTINATIONS, name).<Object>get("status", "rsyncTLS", "address"));
    }

    /** Pushes the claim {@code data} of the primary: by schedule if there is no manual trigger. */
    void push(String address, int port, String copyMethod, @Nullable String manual) {
        push(sites.primary(), "data", address, port, copyMethod, manual);
    }

    static void push(
            StandInSite site, String claim, String address, int port, String copyMethod, @Nullable String manual) {
        create(site, StandInResources.SOURCES, """
                apiVersion: volsync.backube/v1alpha1
                kind: ReplicationSource
                metadata: {name: rs-%s}
                spec:
                  sourcePVC: %s
                  trigger: {%s}
                  rsyncTLS: {keySecret: psk, address: %s, port: %d, copyMethod: %s}
                """.formatted(
                        claim,
                        claim,
                        manual == null ? "schedule: \"*/15 * * * *\"" : "manual: " + manual,
                        address,
                        port,
                        copyMethod));
    }

    /** A first sync, of one file, by a LoadBalancer and with snapshots on both sides. */
    void synced() {
        claims();
        sites.primary().files("data").write("one", "1");
        push(listen("LoadBalancer", "Snapshot"), 8000, "Snapshot", "m1");
        awaitSynced("m1");
        awaitReceived("1", "one");
    }

    /** Waits until the last complete snapshot at the standby holds this. */
    void awaitReceived(String content, String file) {
        patiently(() -> destination("status", "latestImage", "name") instanceof String image
                && content.equals(sites.standby().filesOfSnapshot(image).read().get(file)));
    }

    void trigger(String manual) {
        patchSource("{\"spec\":{\"trigger\":{\"manual\":\"" + manual + "\"}}}");
    }

    void patchSource(String patch) {
        StandInResources.of(sites.primary().own(), StandInResources.SOURCES)
                .inNamespace(sites.namespace())
                .withName("rs-data")
                .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
    }

    void syncAgain(String manual) {
        trigger(manual);
        awaitSynced(manual);
    }

    void awaitSynced(String manual) {
        patiently(() -> manual.equals(source("status", "lastManualSync")) && isIdle());
    }

    boolean isIdle() {
        String reason = reason(sites.primary(), StandInResources.SOURCES, "rs-data");
        return VolSync.WAITING_FOR_MANUAL.equals(reason) || VolSync.WAITING_FOR_SCHEDULE.equals(reason);
    }

    @Nullable String reason(StandInSite site, ResourceDefinitionContext kind, String name) {
        return get(site, kind, name).get("status", "conditions", 0, "reason");
    }

    @Nullable Object source(Object... path) {
        return get(sites.primary(), StandInResources.SOURCES, "rs-data").get(path);
    }

    @Nullable Object destination(Object... path) {
        return get(sites.standby(), StandInResources.DESTINATIONS, "rd-data").get(path);
    }

    String latestImage() {
        patiently(() -> destination("status", "latestImage", "name") != null);
        return String.valueOf(Objects.requireNonNull(destination("status", "latestImage", "name")));
    }

    static GenericKubernetesResource get(StandInSite site, ResourceDefinitionContext kind, String name) {
        return StandInResources.of(site.own(), kind)
                .inNamespace(site.namespaceName())
                .withName(name)
                .require();
    }

    static void create(StandInSite site, ResourceDefinitionContext kind, String manifest) {
        GenericKubernetesResource object =
                site.own().getKubernetesSerialization().unmarshal(manifest, GenericKubernetesResource.class);
        StandInResources.of(site.own(), kind)
                .inNamespace(site.namespaceName())
                .resource(object)
                .create();
    }

    static void patiently(Callable<Boolean> condition) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(condition);
    }
}
