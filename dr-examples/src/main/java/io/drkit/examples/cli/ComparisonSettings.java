package io.drkit.examples.cli;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.drkit.kubernetes.registry.Registry;
import io.drkit.kubernetes.registry.RegistryConnection;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The part {@code comparison} of a {@link ConfigFile}, all of which may be left out.
 *
 * <pre>
 * comparison:
 *   control-plane-names: [api.platform.example.com]    # beside those of kubeadm's control-plane endpoints
 *   registries:
 *     standby:
 *       url: https://10.1.0.10:11443
 *       user: drkit
 *       password-file: standby/registry.password       # relative to this file; or password: ${VARIABLE}
 *       cacert: standby/ca.crt                         # the JDK's authorities where none is named
 *       serves: [registry.example.com]                 # hosts in images' names; all where none is named
 * </pre>
 */
record ComparisonSettings(
        @JsonProperty("control-plane-names")
        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
        @Nullable List<String> controlPlaneNames,

        @Nullable Map<String, @Nullable RegistrySettings> registries) {

    /** How a site's registry is reached. */
    record RegistrySettings(
            @Nullable URI url,
            @Nullable String user,
            @Nullable String password,
            @JsonProperty("password-file") @Nullable Path passwordFile,
            @Nullable Path cacert,

            @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY) @Nullable List<String> serves) {

        @Override
        public String toString() {
            return "registry " + url;
        }
    }

    static ComparisonSettings read(Path file) {
        JsonNode part = ConfigFile.tree(file, System::getenv).path("comparison");
        return part.isMissingNode() || part.isNull()
                ? new ComparisonSettings(null, null)
                : ConfigFile.value(file, part, ComparisonSettings.class);
    }

    List<String> names() {
        return Objects.requireNonNullElse(controlPlaneNames, List.of());
    }

    /** The registry of a site; empty when none is named. */
    Optional<Registry> registry(Path file, String site) {
        RegistrySettings settings = registries == null ? null : registries.get(site);
        if (settings == null) {
            return Optional.empty();
        }
        String part = file + ": comparison.registries." + site;
        if (settings.url == null) {
            throw new IllegalArgumentException(part + " needs 'url', such as https://10.1.0.10:11443.");
        }
        RegistryConnection.Builder to = RegistryConnection.to(settings.url);
        Supplier<char[]> password = password(file, settings);
        if ((settings.user == null) != (password == null)) {
            throw new IllegalArgumentException(part + ": 'user' goes with 'password-file' or 'password'.");
        }
        if (settings.user != null && password != null) {
            to.user(settings.user, password);
        }
        if (settings.cacert != null) {
            to.authority(file.resolveSibling(settings.cacert));
        }
        if (settings.serves != null) {
            to.serves(settings.serves);
        }
        return Optional.of(new Registry(to.build()));
    }

    private static @Nullable Supplier<char[]> password(Path file, RegistrySettings settings) {
        if (settings.passwordFile == null) {
            return settings.password == null ? null : settings.password::toCharArray;
        }
        Path secret = file.resolveSibling(settings.passwordFile);
        return () -> {
            try {
                return Files.readString(secret).stripTrailing().toCharArray();
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        "Cannot read the password file " + secret + ": is it there, and may you read it?");
            }
        };
    }
}
