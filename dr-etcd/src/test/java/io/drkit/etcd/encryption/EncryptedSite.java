package io.drkit.etcd.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.EncryptionInspector;
import io.drkit.encryption.EncryptionRewriter;
import io.drkit.encryption.Inspection;
import io.drkit.encryption.Reading;
import io.drkit.encryption.Reading.Verdict;
import io.drkit.encryption.RewriteReport;
import io.drkit.encryption.ValueTransformer;
import io.drkit.etcd.EtcdConnection;
import io.drkit.etcd.EtcdKeyStore;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.CommitResult;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Scan;
import io.drkit.keystore.Transaction;
import io.drkit.keystore.Transaction.Operation;
import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.etcd.EtcdServerBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A real etcd with what kube-apiservers of one configuration or another stored there. */
record EncryptedSite(EtcdServer server, EtcdKeyStore store) implements AutoCloseable {

    static final KeyRange REGISTRY = KeyRange.prefix("/registry/");

    /** In every plaintext that {@link #object} makes, so that one in the open is found. */
    static final String MARKER = "do-not-show";

    static EncryptedSite start() {
        return start(EtcdServer.builder());
    }

    static EncryptedSite start(EtcdServerBuilder server) {
        EtcdServer started = server.start();
        return new EncryptedSite(
                started,
                EtcdKeyStore.connect(EtcdConnection.to(started.endpoints()).build()));
    }

    static Bytes secret(int i) {
        return secret(String.format("s-%06d", i));
    }

    static Bytes secret(String name) {
        return Bytes.utf8("/registry/secrets/ns/" + name);
    }

    /** An object of a built-in kind, as far as encryption knows one. */
    static Bytes object(String content) {
        return Bytes.utf8("k8s\0" + MARKER + " " + content);
    }

    /** One of 1 KiB. */
    static Bytes large(int i) {
        return object(i + " " + "x".repeat(1_000));
    }

    /** So many secrets from number {@code from} on, as a kube-apiserver with that configuration writes them. */
    void fill(EncryptionConfig config, int from, int count, String salt) {
        Map<Bytes, Bytes> plaintexts = new TreeMap<>();
        for (int i = from; i < from + count; i++) {
            plaintexts.put(secret(i), object(salt + i));
        }
        write(config, plaintexts);
    }

    void write(EncryptionConfig config, Map<Bytes, Bytes> plaintexts) {
        ValueTransformer transformer = Configs.transformer(config);
        List<Operation> puts = new ArrayList<>();
        plaintexts.forEach((key, plaintext) -> puts.add(Operation.put(key, transformer.write(key, plaintext))));
        commitAll(puts);
    }

    /** In as many transactions as it takes. */
    void commitAll(List<Operation> operations) {
        for (int from = 0; from < operations.size(); from += 100) {
            commit(operations.subList(from, Math.min(from + 100, operations.size())));
        }
    }

    void write(EncryptionConfig config, Bytes key, Bytes plaintext) {
        write(config, Map.of(key, plaintext));
    }

    void put(Bytes key, Bytes stored) {
        commit(List.of(Operation.put(key, stored)));
    }

    void delete(Bytes key) {
        commit(List.of(Operation.delete(key)));
    }

    long commit(List<Operation> operations) {
        CommitResult result = store.commit(new Transaction(List.of(), operations));
        assertThat(result).isInstanceOf(CommitResult.Committed.class);
        return ((CommitResult.Committed) result).revision();
    }

    Inspection inspect(EncryptionConfig config) {
        return new EncryptionInspector(store).inspect(Configs.transformer(config));
    }

    RewriteReport rewrite(EncryptionConfig config) {
        return new EncryptionRewriter(store, Configs.transformer(config)).rewrite();
    }

    /** Ends when the space is free, so that a defragmentation finds it. */
    void compact() {
        server.etcdctl("compact", "--physical=true", String.valueOf(store.revision()));
    }

    void each(KeyRange range, Consumer<KeyValue> reader) {
        Scan scan = new Scan(store, RangeRequest.of(range, 0, 1_000));
        for (KeyValue entry = scan.next(); entry != null; entry = scan.next()) {
            reader.accept(entry);
        }
    }

    /** What is stored, byte for byte. */
    SortedMap<Bytes, Bytes> stored() {
        SortedMap<Bytes, Bytes> stored = new TreeMap<>();
        each(REGISTRY, entry -> stored.put(entry.key(), entry.value()));
        return stored;
    }

    /** What a kube-apiserver of that configuration reads; it has to read all. */
    SortedMap<Bytes, Bytes> plaintexts(EncryptionConfig config) {
        ValueTransformer transformer = Configs.transformer(config);
        SortedMap<Bytes, Bytes> plaintexts = new TreeMap<>();
        each(REGISTRY, entry -> plaintexts.put(entry.key(), plaintext(transformer, entry.key(), entry.value())));
        return plaintexts;
    }

    /** What a kube-apiserver of that configuration reads there; it has to. */
    Bytes plaintext(EncryptionConfig config, Bytes key) {
        return plaintext(Configs.transformer(config), key, stored(key));
    }

    Bytes stored(Bytes key) {
        return Objects.requireNonNull(store.read(List.of(key)).get(key), key.printable())
                .value();
    }

    static Bytes plaintext(ValueTransformer transformer, Bytes key, Bytes stored) {
        Reading reading = transformer.readAsKubeApiserver(key, stored);
        Bytes plaintext = reading.plaintext();
        assertThat(reading.verdict()).as("%s", key.printable()).isEqualTo(Verdict.READABLE);
        assertThat(plaintext).isNotNull();
        return plaintext == null ? Bytes.EMPTY : plaintext;
    }

    /** Keys, of all that there are, whose stored values show a plaintext that should be encrypted. */
    List<String> inTheOpen() {
        List<String> found = new ArrayList<>();
        each(KeyRange.ALL, entry -> {
            if (entry.value().utf8().contains(MARKER)) {
                found.add(entry.key().printable());
            }
        });
        return found;
    }

    /** Makes it a site that was never used; its revision goes on. */
    void wipe() {
        server.etcdctl("del", "", "--from-key=true");
    }

    @Override
    public void close() {
        store.close();
        server.close();
    }
}
