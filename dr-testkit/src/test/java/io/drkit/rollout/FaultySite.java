package io.drkit.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.Reading.Verdict;
import io.drkit.encryption.ValueTransformer;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyRange;
import io.drkit.testkit.InMemoryKeyStore;
import io.drkit.testkit.TransparentCipher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A site of several kube-apiservers in memory, of which each step can fail, or be the last of the process that rolls out. After every step each server
 * writes, and each must read everything.
 */
final class FaultySite {

    /** The process was killed. No code has a chance to notice. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    final InMemoryKeyStore store = new InMemoryKeyStore("site");
    final List<Server> servers = new ArrayList<>();
    final List<String> steps = new ArrayList<>();

    /** Told the number of each step, from 1, and the server; may throw. */
    Consumer<Step> fault = step -> {};

    /** Keys of values that not everybody need read. */
    final Set<Bytes> alien = new HashSet<>();

    private final Map<Bytes, ValueTransformer> transformers = new HashMap<>();
    private int written;

    /** One thing that happens. */
    record Step(int number, Server server, String what, boolean changed) {}

    FaultySite(int count, String file) {
        for (int i = 1; i <= count; i++) {
            servers.add(new Server("cp-" + i, Bytes.utf8(file)));
        }
        requireEverybodyReads();
    }

    SiteValues values() {
        return new SiteValues(store, new TransparentCipher());
    }

    void requireAll(String file) {
        for (Server server : servers) {
            assertThat(server.file).as(server.name()).isEqualTo(Bytes.utf8(file));
            assertThat(server.running).as(server.name()).isEqualTo(Bytes.utf8(file));
            assertThat(server.trace).as(server.name() + " carries a trace").isEqualTo(file.equals(server.first));
        }
    }

    private void requireEverybodyReads() {
        for (Server server : servers) {
            if (server.up) {
                Bytes key = Bytes.utf8("/registry/secrets/ns/s" + written++);
                store.put(key, server.transformer().write(key, Bytes.utf8("k8s\0secret")));
            }
        }
        for (Server server : servers) {
            store.content(KeyRange.folder("/registry")).forEach((key, value) -> {
                Verdict verdict =
                        server.transformer().readAsKubeApiserver(key, value).verdict();
                if (verdict != Verdict.READABLE && !alien.contains(key)) {
                    throw new AssertionError(server.name() + " does not read " + key.printable() + " after " + steps);
                }
            });
        }
    }

    /** One kube-apiserver. */
    final class Server implements EncryptedApiserver {

        private final String name;
        private final String first;
        private Bytes file;
        private Bytes running;
        private int starts = 1;
        private boolean up = true;
        /** By which it is known in etcd, if it tells. */
        String address = "";

        /** Whether nothing is left of a restart, in a manifest say. */
        private boolean trace = true;

        Server(String name, Bytes file) {
            this.name = name;
            this.file = file;
            this.running = file;
            this.first = file.utf8();
        }

        private ValueTransformer transformer() {
            return transformers.computeIfAbsent(
                    running,
                    text -> new ValueTransformer(EncryptionConfig.parse(text.utf8(), name), new TransparentCipher()));
        }

        private void step(String what, boolean changed) {
            steps.add(name + " " + what);
            requireEverybodyReads();
            fault.accept(new Step(steps.size(), this, what, changed));
        }

        void replaceByHand(String text) {
            file = Bytes.utf8(text);
        }

        void goDown() {
            up = false;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public ApiserverState look() {
            step("looked at", false);
            return new ApiserverState(
                    "/enc.yaml",
                    Optional.of(file),
                    name + starts,
                    up ? "" : "down",
                    "",
                    address,
                    "/registry",
                    1L << 30,
                    Bytes.EMPTY);
        }

        @Override
        public Installation install(Bytes content, ApiserverState seen) {
            step("to be installed", false);
            if (!file.equals(content) && !Optional.of(file).equals(seen.file())) {
                throw new UnsafeToProceedException(name + " has another file");
            }
            file = content;
            step("replaced", true);
            trace = false;
            restart();
            return new Installation("restarted", Optional.empty());
        }

        @Override
        public void restore(ApiserverState before, Bytes installed) {
            step("to be restored", false);
            if (!file.equals(installed) && !Optional.of(file).equals(before.file())) {
                throw new UnsafeToProceedException(name + " has another file");
            }
            file = before.file().orElseThrow();
            step("put back", true);
            if (!up || !(name + starts).equals(before.server())) {
                restart();
            }
            trace = true;
            step("restored", true);
        }

        private void restart() {
            up = false;
            step("stopped", true);
            running = file;
            starts++;
            up = true;
            step("started", true);
        }
    }

    /** What a node says that does not answer. */
    static void fail(Step step) {
        if (step.changed()) {
            throw new OutcomeUnknownException(step.server().name() + " " + step.what() + ", perhaps", null);
        }
        throw new SiteUnreachableException(step.server().name() + " does not answer");
    }
}
