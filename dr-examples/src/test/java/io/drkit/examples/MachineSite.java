package io.drkit.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drkit.encryption.EncryptionConfig;
import io.drkit.encryption.Reading;
import io.drkit.encryption.ValueTransformer;
import io.drkit.etcd.encryption.LocalValueCipher;
import io.drkit.keystore.Bytes;
import io.drkit.node.CommandResult;
import io.drkit.node.NodeCommand;
import io.drkit.quarantine.Quarantine;
import io.drkit.testkit.LocalNode;
import io.drkit.testkit.etcd.EtcdServer;
import io.drkit.testkit.machine.Machine;
import io.drkit.testkit.machine.PrivateNetwork;
import io.drkit.testkit.ssh.OpenSshServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A site of one control-plane node on a machine of its own: etcd at 2379, sshd at 22, and something that takes connections at 6443, as kube-apiserver does.
 * All is looked at from the machine itself, so that no fence is in the way.
 */
final class MachineSite implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final LocalNode HERE = new LocalNode("this machine");

    final Machine machine;
    final EtcdServer etcd;
    final OpenSshServer node;
    final Path encryption;
    private final String name;
    private final ValueTransformer cipher;

    /** @param keys two secrets of 32 bytes, in Base64 */
    MachineSite(String name, PrivateNetwork network, Path folder, String... keys) {
        this.name = name;
        machine = network.machine();
        try {
            // The names of the keys are alike at both sites, as kubeadm's users have them: only the keys tell them
            // apart.
            encryption = Files.writeString(folder.resolve(name + "-encryption.yaml"), """
                    apiVersion: apiserver.config.k8s.io/v1
                    kind: EncryptionConfiguration
                    resources:
                      - resources: [secrets]
                        providers: [{aescbc: {keys: [{name: key1, secret: %s}]}}, {identity: {}}]
                      - resources: [configmaps]
                        providers: [{secretbox: {keys: [{name: key1, secret: %s}]}}, {identity: {}}]
                    """.formatted((Object[]) keys));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cipher = new ValueTransformer(EncryptionConfig.read(encryption), new LocalValueCipher());
        etcd = EtcdServer.builder().on(machine).start();
        node = OpenSshServer.builder()
                .on(machine)
                .hostname("node-" + name)
                .boot("mkdir -p /run/sshd; /usr/sbin/sshd -D -f \"$dir/sshd_config\" -p 6443 -E /dev/null &")
                .start();
    }

    /** What is stored. */
    record Entry(Bytes key, Bytes value, long modRevision, long lease) {}

    /** Runs a command on the machine, and returns what it printed. */
    CommandResult run(String... command) {
        List<String> inside = machine.inside(List.of(command));
        return HERE.run(
                NodeCommand.of(inside.get(0), inside.subList(1, inside.size()).toArray(String[]::new))
                        .outputLimit(16 << 20)
                        .build());
    }

    /** Whether a TCP connection from this machine to another, or to itself, is taken. */
    boolean connects(MachineSite to, int port) {
        return run("timeout", "3", "bash", "-c", ": <>\"/dev/tcp/$0/$1\"", to.machine.address(), Integer.toString(port))
                .succeeded();
    }

    /** Stores what kube-apiserver would: a JSON object, encrypted with this site's keys. */
    void put(String resource, String object, String data) {
        String key = "/registry/" + resource + "/team/" + object;
        String kind = resource.equals("secrets") ? "Secret" : "ConfigMap";
        Bytes plain = Bytes.utf8("""
                {"kind":"%s","apiVersion":"v1","metadata":{"name":"%s","namespace":"team","uid":"uid-%s"},"data":{"d":"%s"}}
                """.formatted(kind, object, object, data));
        putRaw(key, cipher.write(Bytes.utf8(key), plain));
    }

    /** Stores bytes as they are: by a file, for the arguments of a process hold no NUL. */
    void putRaw(String key, Bytes value) {
        try {
            Path file = Files.write(node.folder().resolve("value"), value.toByteArray());
            Process process = etcd.etcdctlProcess("put", key)
                    .redirectInput(file.toFile())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(said);
            }
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private JsonNode get(String key, String... more) {
        try {
            return JSON.readTree(etcd.etcdctl(Stream.concat(Stream.of("get", key, "-w", "json"), Stream.of(more))
                    .toArray(String[]::new)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long revision() {
        return get("none").path("header").path("revision").asLong();
    }

    List<Entry> all() {
        List<Entry> entries = new ArrayList<>();
        get("", "--prefix")
                .path("kvs")
                .forEach(kv -> entries.add(new Entry(
                        decoded(kv.path("key")),
                        decoded(kv.path("value")),
                        kv.path("mod_revision").asLong(),
                        kv.path("lease").asLong())));
        return entries;
    }

    private static Bytes decoded(JsonNode base64) {
        return Bytes.wrap(Base64.getDecoder().decode(base64.asText()));
    }

    /** A value as this site's kube-apiservers read it. */
    String read(Bytes key, Bytes stored) {
        Reading reading = cipher.read(key, stored);
        Bytes plain = reading.plaintext();
        return plain == null ? reading.verdict().toString() : plain.printable();
    }

    /** Whether a value is encrypted with this site's keys. */
    boolean isOwn(Entry entry) {
        Reading reading = cipher.read(entry.key(), entry.value());
        return reading.verdict() == Reading.Verdict.READABLE
                && !reading.provider().equals("identity");
    }

    /** What Kubernetes has stored, as it reads it. */
    SortedMap<String, String> registry() {
        SortedMap<String, String> registry = new TreeMap<>();
        all().stream()
                .filter(entry -> entry.key().startsWith(Bytes.utf8("/registry/")))
                .forEach(entry -> registry.put(entry.key().printable(), read(entry.key(), entry.value())));
        return registry;
    }

    /** What was set aside, by the keys that it had. */
    SortedMap<String, String> quarantine() {
        SortedMap<String, String> aside = new TreeMap<>();
        for (Entry entry : all()) {
            Quarantine.originalKey(entry.key()).ifPresent(key -> aside.put(key.printable(), read(key, entry.value())));
        }
        return aside;
    }

    /** All rules of the machine's firewall. */
    String firewall() {
        return run("nft", "list", "ruleset").outText();
    }

    /** The files of the node that a runbook could have changed, its /etc among them, and a digest of each. */
    SortedMap<String, String> files() throws IOException, NoSuchAlgorithmException {
        SortedMap<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(node.folder())) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                if (!path.endsWith("sshd.log")) {
                    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(path));
                    files.put(path.toString(), HexFormat.of().formatHex(digest));
                }
            }
        }
        return files;
    }

    /** Lets go what processes held that are dead, as 30 s would: their leases end. */
    void letTimePass() {
        letTimePass(etcd);
    }

    static void letTimePass(EtcdServer etcd) {
        etcd.etcdctl("lease", "list")
                .lines()
                .skip(1)
                .filter(line -> !line.isBlank())
                .forEach(lease -> etcd.etcdctl("lease", "revoke", lease.strip()));
    }

    /** An empty site, that nothing is closed at. */
    void clear() {
        etcd.etcdctl("del", "", "--prefix");
        run("nft", "flush", "ruleset");
    }

    /** Its part of {@code nodes}. */
    String nodes() {
        return "{hosts: ['%s'], user: %s, key: %s, known-hosts: %s}"
                .formatted(node.host(), node.user(), node.clientKey(), node.knownHosts());
    }

    @Override
    public void close() {
        node.close();
        etcd.close();
    }

    @Override
    public String toString() {
        return name;
    }
}
