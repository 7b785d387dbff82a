package io.drkit.etcd;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Whom a connection trusts and what it shows, once for the real connections and once, with the same content, for the sockets that diagnose. */
final class Tls {

    private final TrustManagerFactory trust;
    private final @Nullable KeyManagerFactory identity;

    /** @throws IllegalArgumentException in one sentence, when a file does not hold what it should */
    Tls(EtcdConnection connection) {
        try {
            trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            if (connection.authority() == null) {
                trust.init((KeyStore) null);
            } else {
                KeyStore authorities = empty();
                int number = 0;
                for (Certificate authority : PemFiles.certificates(connection.authority())) {
                    authorities.setCertificateEntry("authority" + number++, authority);
                }
                trust.init(authorities);
            }
            identity = identity(connection);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(
                    "The certificates of " + connection + " cannot be used: " + e.getMessage(), e);
        }
    }

    SslContext forChannels() {
        try {
            SslContextBuilder builder = SslContextBuilder.forClient().trustManager(trust);
            if (identity != null) {
                builder.keyManager(identity);
            }
            return GrpcSslContexts.configure(builder, SslProvider.JDK).build();
        } catch (IOException e) {
            throw new IllegalArgumentException("The TLS settings cannot be used: " + e.getMessage(), e);
        }
    }

    SSLSocketFactory forSockets() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(identity == null ? null : identity.getKeyManagers(), trust.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable KeyManagerFactory identity(EtcdConnection connection)
            throws GeneralSecurityException, IOException {
        if (connection.certificate() == null || connection.key() == null) {
            return null;
        }
        List<X509Certificate> chain = PemFiles.certificates(connection.certificate());
        PrivateKey key = PemFiles.key(connection.key());
        if (!PemFiles.belongTogether(chain.get(0), key)) {
            throw new IllegalArgumentException("The key " + connection.key() + " does not belong to the certificate "
                    + connection.certificate() + ".");
        }
        KeyStore keys = empty();
        char[] inMemoryOnly = new char[0];
        keys.setKeyEntry("client", key, inMemoryOnly, chain.toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, inMemoryOnly);
        return factory;
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
