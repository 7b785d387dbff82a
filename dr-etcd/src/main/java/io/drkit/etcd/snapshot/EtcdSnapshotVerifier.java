package io.drkit.etcd.snapshot;

import io.drkit.keystore.CompactedException;
import io.drkit.keystore.FutureRevisionException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.RangeRequest;
import io.drkit.site.Site;
import io.drkit.snapshot.KubernetesVersion;
import io.drkit.snapshot.Snapshot;
import io.drkit.snapshot.Snapshot.Sample;
import io.drkit.snapshot.SnapshotContent;
import io.drkit.snapshot.SnapshotProof;
import io.drkit.snapshot.SnapshotProof.Living;
import io.drkit.snapshot.SnapshotReader;
import io.drkit.snapshot.SnapshotVerifier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Proves snapshots of etcd by a {@link ScratchEtcd}. */
public final class EtcdSnapshotVerifier implements SnapshotVerifier {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final ScratchOptions options;
    private final SnapshotReader reader = new EtcdSnapshotReader();

    public EtcdSnapshotVerifier(ScratchOptions options) {
        this.options = options;
    }

    @Override
    public SnapshotProof verify(Path file, Snapshot manifest, Optional<KeyStore> living) {
        SnapshotContent content = reader.read(file);
        try (ScratchEtcd scratch = ScratchEtcd.serve(file, options)) {
            return scratch.asked(() -> compare(scratch, content, manifest, living));
        }
    }

    private static SnapshotProof compare(
            ScratchEtcd scratch, SnapshotContent content, Snapshot manifest, Optional<KeyStore> living) {
        List<String> differences = new ArrayList<>();
        KeyStore store = scratch.store();
        long revision = content.revision();
        if (!content.sha256().equals(manifest.sha256())) {
            differences.add("The file's SHA-256 is " + content.sha256() + ", not " + manifest.sha256() + ".");
        }
        if (revision != manifest.revision()) {
            differences.add("It is of revision " + revision + ", not " + manifest.revision() + ".");
        }
        // Leases that run out while it is served make later ones.
        if (scratch.revision() < revision) {
            differences.add("It is of revision " + revision + ", but etcd serves it as " + scratch.revision() + ".");
            revision = scratch.revision();
        }
        long keys = count(store, revision);
        Long expected = manifest.keys();
        if (expected != null && expected != keys) {
            differences.add("It holds " + keys + " keys, not " + expected + ".");
        }
        if (content.users() != manifest.users()) {
            differences.add(
                    content.users()
                            ? "It asks for users, against its manifest."
                            : "It asks for no users, against its manifest.");
        }
        String site = Site.at(store).identity().orElse("");
        if (!site.equals(manifest.siteId())) {
            differences.add("It is of " + named(site) + ", not of " + named(manifest.siteId()) + ".");
        }
        for (Sample sample : manifest.sample()) {
            Samples.difference(store, sample, revision).ifPresent(what -> differences.add("In it, " + what + "."));
        }
        List<Sample> looked = manifest.sample().isEmpty() ? Samples.of(store, revision) : manifest.sample();
        Living found =
                living.isPresent() ? compare(living.get(), revision, keys, looked, differences) : Living.NOT_COMPARED;
        return new SnapshotProof(revision, keys, looked.size(), found, differences);
    }

    private static Living compare(
            KeyStore living, long revision, long keys, List<Sample> samples, List<String> differences) {
        List<String> found = new ArrayList<>();
        try {
            long there = count(living, revision);
            if (there != keys) {
                found.add("At its revision " + living.name() + " had " + there + " keys, and it holds " + keys + ".");
            }
            for (Sample sample : samples) {
                Samples.difference(living, sample, revision)
                        .ifPresent(what -> found.add("At its revision, at " + living.name() + " " + what + "."));
            }
        } catch (CompactedException e) {
            return Living.COMPACTED;
        } catch (FutureRevisionException e) {
            found.add("The site " + living.name() + " has not reached its revision " + revision
                    + ": it is another one, or was restored since.");
        }
        differences.addAll(found);
        return found.isEmpty() ? Living.EQUAL : Living.DIFFERENT;
    }

    private static String named(String site) {
        return site.isEmpty() ? "a site without identity" : "site " + site;
    }

    static long count(KeyStore store, long revision) {
        return store.range(RangeRequest.of(KeyRange.ALL, revision, 1).onlyKeys())
                .count();
    }

    @Override
    public Snapshot describe(Path file) {
        SnapshotContent content = reader.read(file);
        Instant written = written(file);
        try (ScratchEtcd scratch = ScratchEtcd.serve(file, options)) {
            return scratch.asked(() -> {
                String site = Site.at(scratch.store()).identity().orElse("");
                return new Snapshot(
                        "etcd-" + (site.isEmpty() ? "unknown" : site.substring(0, Math.min(8, site.length()))) + "-"
                                + TIME.format(written) + "-r" + content.revision(),
                        written.toString(),
                        site,
                        "",
                        "",
                        "",
                        content.revision(),
                        count(scratch.store(), content.revision()),
                        content.bytes(),
                        content.sha256(),
                        content.users(),
                        "",
                        KubernetesVersion.of(scratch.store()).orElse(""),
                        Samples.of(scratch.store(), content.revision()));
            });
        }
    }

    private static Instant written(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
