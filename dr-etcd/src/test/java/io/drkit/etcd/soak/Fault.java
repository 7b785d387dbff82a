package io.drkit.etcd.soak;

import io.drkit.DrException;
import io.drkit.testkit.SeveredLink;
import io.drkit.testkit.etcd.EtcdServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Something that goes wrong for a while.
 *
 * @param part what it befalls; one part has one fault at a time
 * @param longest how long it lasts at most
 */
record Fault(String part, String name, Duration longest, Consumer<Random> begin, Runnable end) {

    private static final Duration SHORT = Duration.ofSeconds(3);

    /** Long enough for every deadline to pass and for the lock to expire. */
    private static final Duration LONG = Duration.ofSeconds(6);

    static List<Fault> all(TestSite primary, TestSite standby, MirrorProcess mirror) {
        List<Fault> faults = new ArrayList<>();
        for (TestSite site : List.of(primary, standby)) {
            faults.addAll(ofServers(site));
            faults.addAll(ofLinks(site));
            faults.add(compaction(site));
        }
        faults.add(new Fault("mirror", "is killed", SHORT, random -> mirror.kill(), mirror::start));
        faults.add(new Fault("mirror", "is frozen", LONG, random -> mirror.freeze(), mirror::thaw));
        return faults;
    }

    private static List<Fault> ofServers(TestSite site) {
        String part = site.name() + "'s etcd";
        EtcdServer server = site.server();
        List<Fault> faults = new ArrayList<>();
        faults.add(new Fault(part, "is killed", SHORT, random -> server.kill(), site::restart));
        faults.add(new Fault(part, "is frozen", LONG, random -> server.freeze(), server::thaw));
        if (server.endpoints().size() > 1) {
            faults.add(new Fault(part, "leader is killed", LONG, random -> server.kill(site.leader()), site::restart));
            faults.add(new Fault(part, "leader is frozen", LONG, random -> server.freeze(site.leader()), server::thaw));
            faults.add(
                    new Fault(part, "member is killed", LONG, random -> server.kill(random.nextInt(3)), site::restart));
        }
        return faults;
    }

    private static List<Fault> ofLinks(TestSite site) {
        return List.of(
                ofLinks(site, "is cut", SHORT, (link, random) -> link.cut()),
                ofLinks(site, "is silent", LONG, (link, random) -> link.silence()),
                ofLinks(site, "brings no answers", LONG, (link, random) -> link.silenceAnswers()),
                ofLinks(
                        site,
                        "is slow",
                        LONG,
                        (link, random) -> link.delay(Duration.ofMillis(10 + random.nextInt(400)))),
                ofLinks(site, "is narrow", LONG, (link, random) -> link.throttle(2_000 + random.nextInt(50_000))));
    }

    private interface LinkFault {
        void begin(SeveredLink link, Random random);
    }

    /** All links to a site, or one of them. */
    private static Fault ofLinks(TestSite site, String name, Duration longest, LinkFault fault) {
        Consumer<Random> begin = random -> {
            boolean all = random.nextBoolean();
            int one = random.nextInt(site.links().size());
            for (int i = 0; i < site.links().size(); i++) {
                if (all || i == one) {
                    fault.begin(site.links().get(i), random);
                }
            }
        };
        Runnable heal = () -> site.links().forEach(link -> {
            link.delay(Duration.ZERO);
            link.throttle(Long.MAX_VALUE);
            link.heal();
        });
        return new Fault("link to " + site.name(), name, longest, begin, heal);
    }

    /** Takes away all that is recorded already, whether the mirror has seen it or not. */
    private static Fault compaction(TestSite site) {
        Consumer<Random> compact = random -> {
            try {
                site.store().compact(site.recording().seen());
            } catch (DrException e) {
                // Not this time.
            }
        };
        return new Fault(site.name() + "'s history", "is compacted", Duration.ofMillis(1), compact, () -> {});
    }
}
