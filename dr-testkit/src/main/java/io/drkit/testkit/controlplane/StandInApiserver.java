package io.drkit.testkit.controlplane;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.drkit.encryption.EncryptionConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for kube-apiserver as far as its encryption at rest is concerned: it reads the file that {@code --encryption-provider-config} names when
 * it starts, and again when it changes where it is told to reload; ends where the file is none; and answers {@code /readyz} to anybody, {@code
 * /metrics} to who shows a certificate, both by TLS. What it has read it writes to {@code loaded}, beside its certificates.
 *
 * <p>A file {@code fault} beside the certificates says what goes wrong: {@code not-ready-with NAME} while the configuration has a key of that name, or {@code
 * dies-with NAME} a second after it began with one.
 */
public final class StandInApiserver {

    private static final String RELOADED =
            "apiserver_encryption_config_controller_automatic_reload_last_timestamp_seconds{apiserver_id_hash=\"sha256:1\",status=\"success\"} ";
    private static final char[] NO_PASSWORD = new char[0];

    private final Path file;
    private final Path pki;
    private volatile String text = "";
    private volatile String reloads = "";

    private StandInApiserver(Path file, Path pki) {
        this.file = file;
        this.pki = pki;
    }

    /** With kube-apiserver's flags. */
    public static void main(String... arguments) throws Exception {
        Map<String, String> flags = new HashMap<>();
        for (String argument : arguments) {
            String[] flag = argument.substring(2).split("=", 2);
            flags.put(flag[0], flag.length == 1 ? "true" : flag[1]);
        }
        Path pki = Path.of(required(flags, "tls-cert-file")).resolveSibling("");
        StandInApiserver server = new StandInApiserver(Path.of(required(flags, "encryption-provider-config")), pki);
        server.load();
        HttpsServer https = HttpsServer.create(
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), Integer.parseInt(required(flags, "secure-port"))),
                0);
        https.setHttpsConfigurator(askingForCertificates(tls(flags)));
        https.createContext("/readyz", server::readyz);
        https.createContext("/metrics", server::metrics);
        https.start();
        if (server.hasFault("dies-with")) {
            TimeUnit.SECONDS.sleep(1);
            Runtime.getRuntime().halt(1);
        }
        while (flags.containsKey("encryption-provider-config-automatic-reload")) {
            TimeUnit.MILLISECONDS.sleep(200);
            server.reload();
        }
    }

    private void load() throws IOException {
        String read = Files.readString(file);
        EncryptionConfig.parse(read, file.toString());
        text = read;
        Files.writeString(pki.resolve("loaded"), read);
    }

    /** As kube-apiserver does, by content; one that it cannot use changes nothing. */
    private void reload() throws IOException {
        if (Files.readString(file).equals(text)) {
            return;
        }
        try {
            load();
            Instant now = Instant.now();
            reloads = RELOADED
                    + String.format(Locale.ROOT, "%d.%03de+00", now.getEpochSecond(), now.getNano() / 1_000_000) + "\n";
        } catch (IllegalArgumentException e) {
            System.err.println("cannot use " + file);
        }
    }

    private void readyz(HttpExchange exchange) throws IOException {
        if (hasFault("not-ready-with")) {
            answer(exchange, 500, "[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed\n");
            return;
        }
        answer(exchange, 200, "ok");
    }

    private boolean hasFault(String kind) throws IOException {
        Path fault = pki.resolve("fault");
        if (!Files.exists(fault)) {
            return false;
        }
        String[] words = Files.readString(fault).strip().split(" ", 2);
        return words[0].equals(kind) && text.contains("\"" + words[1] + "\"");
    }

    private void metrics(HttpExchange exchange) throws IOException {
        try {
            ((HttpsExchange) exchange).getSSLSession().getPeerCertificates();
            answer(exchange, 200, "# HELP of nothing\napiserver_requests_total 4711\n" + reloads);
        } catch (SSLPeerUnverifiedException e) {
            answer(exchange, 403, "{\"kind\":\"Status\",\"status\":\"Failure\",\"code\":403}");
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static HttpsConfigurator askingForCertificates(SSLContext tls) {
        return new HttpsConfigurator(tls) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters ssl = getSSLContext().getDefaultSSLParameters();
                ssl.setWantClientAuth(true);
                parameters.setSSLParameters(ssl);
            }
        };
    }

    private static SSLContext tls(Map<String, String> flags) throws GeneralSecurityException, IOException {
        KeyStore own = empty();
        byte[] key = pem(Path.of(required(flags, "tls-private-key-file")));
        own.setKeyEntry(
                "server",
                KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key)),
                NO_PASSWORD,
                new Certificate[] {certificate(required(flags, "tls-cert-file"))});
        KeyStore trusted = empty();
        trusted.setCertificateEntry("ca", certificate(required(flags, "client-ca-file")));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, NO_PASSWORD);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
    }

    private static Certificate certificate(String file) throws GeneralSecurityException, IOException {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static byte[] pem(Path file) throws IOException {
        return Base64.getMimeDecoder().decode(Files.readString(file).replaceAll("-----[A-Z ]+-----", ""));
    }

    private static String required(Map<String, String> flags, String name) {
        @Nullable String value = flags.get(name);
        if (value == null) {
            throw new IllegalArgumentException("--" + name + " is missing");
        }
        return value;
    }
}
