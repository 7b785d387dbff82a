package io.drkit.examples.cli;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
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

    private static <T> @Nullable T either(@Nullable T first, @Nullable T second) {
        return first != null ? first : second;
    }

    @Override
    public String toString() {
        return "site at " + endpoints;
    }
}
