package io.drkit.examples.cli;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.drkit.etcd.EtcdConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a site is reached: from the command line's options, from a {@link ConfigFile}, or from both.
 *
 * @param endpoints client URLs of one cluster
 * @param cacert the authority that signed the servers' certificates, in PEM
 * @param cert the client certificate, in PEM
 * @param key the client certificate's key, in PEM
 * @param encryptionConfig the EncryptionConfiguration of the site's kube-apiservers
 * @param password in a configuration file only, where it is best taken from the environment
 */
record SiteSettings(
        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable List<String> endpoints,

        @Nullable Path cacert,
        @Nullable Path cert,
        @Nullable Path key,
        @Nullable String user,
        @JsonProperty("password-file") @Nullable Path passwordFile,
        @Nullable String password,
        @JsonProperty("encryption-config") @Nullable Path encryptionConfig) {

    /** These settings, and where they say nothing, the other's. */
    SiteSettings orElse(SiteSettings other) {
        boolean ownPassword = passwordFile != null || password != null;
        return new SiteSettings(
                either(endpoints, other.endpoints),
                either(cacert, other.cacert),
                either(cert, other.cert),
                either(key, other.key),
                either(user, other.user),
                ownPassword ? passwordFile : other.passwordFile,
                ownPassword ? password : other.password,
                either(encryptionConfig, other.encryptionConfig));
    }

    /**
     * How to reach the site; connects to nothing.
     *
     * @param side what its options are called by in messages: {@code from}, {@code to} or {@code at}
     */
    EtcdConnection connection(String side, CommonOptions common) {
        if (endpoints == null) {
            throw new IllegalArgumentException("A site of the configuration names no endpoints.");
        }
        EtcdConnection.Builder connection =
                EtcdConnection.to(endpoints).deadline(common.deadline).connectTimeout(common.deadline);
        if (cacert != null) {
            connection.authority(cacert);
        }
        if (cert != null || key != null) {
            connection.clientCertificate(needed(side + "-cert", cert), needed(side + "-key", key));
        }
        if (passwordFile != null || password != null) {
            needed(side + "-user", user);
        }
        if (user != null) {
            // Read at once, so that a wrong file is told now, and at every log-in, so that a new password is used.
            secret(side);
            connection.user(user, () -> secret(side));
        }
        return connection.build();
    }

    private char[] secret(String side) {
        if (passwordFile == null) {
            return needed(side + "-password-file", password).toCharArray();
        }
        try {
            return Files.readString(passwordFile).stripTrailing().toCharArray();
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "Cannot read the password file " + passwordFile + ": is it there, and may you read it?");
        }
    }

    private static <T> T needed(String option, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(
                    "--" + option + " is missing: a certificate goes with its key, a user with a password.");
        }
        return value;
    }

    private static <T> @Nullable T either(@Nullable T first, @Nullable T second) {
        return first != null ? first : second;
    }

    @Override
    public String toString() {
        return "site at " + endpoints;
    }
}
