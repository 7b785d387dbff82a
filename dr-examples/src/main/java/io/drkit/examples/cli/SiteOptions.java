package io.drkit.examples.cli;

import io.drkit.encryption.EncryptionConfig;
import io.drkit.etcd.EtcdConnection;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The options with which one site is named: {@code --from} and {@code --from-cacert}, say, and their like for other sides. */
final class SiteOptions {

    private final String side;
    private final String defaultName;
    private final CommandSpec command;

    private @Nullable String site;
    private @Nullable Path cacert;
    private @Nullable Path cert;
    private @Nullable Path key;
    private @Nullable String user;
    private @Nullable Path passwordFile;
    private @Nullable Path encryptionConfig;

    /**
     * Adds the options to a command.
     *
     * @param side {@code from}, {@code to} or {@code at}
     * @param defaultName the site of the configuration file that is meant where the option is not given; empty for none
     */
    SiteOptions(String side, String defaultName, CommandSpec command) {
        this.side = side;
        this.defaultName = defaultName;
        this.command = command;
        option(
                "",
                "URLS|NAME",
                String.class,
                "etcd's client URLs, comma-separated, or a site of --config.",
                v -> site = v);
        option("-cacert", "FILE", Path.class, "The authority behind its servers' certificates (PEM).", v -> cacert = v);
        option("-cert", "FILE", Path.class, "The client certificate to show (PEM).", v -> cert = v);
        option("-key", "FILE", Path.class, "The client certificate's key (PEM).", v -> key = v);
        option("-user", "NAME", String.class, "The etcd user.", v -> user = v);
        option("-password-file", "FILE", Path.class, "A file that holds that user's password.", v -> passwordFile = v);
    }

    /** Adds the option that says how the site's kube-apiservers encrypt. */
    void addEncryptionConfig(String name) {
        add(
                name,
                "FILE",
                Path.class,
                "The EncryptionConfiguration of the site's kube-apiservers.",
                v -> encryptionConfig = v);
    }

    private <T> void option(String suffix, String label, Class<T> type, String description, Consumer<T> set) {
        add("--" + side + suffix, label, type, description, set);
    }

    private <T> void add(String name, String label, Class<T> type, String description, Consumer<T> set) {
        command.addOption(OptionSpec.builder(name)
                .paramLabel(label)
                .type(type)
                .description(description)
                .setter(new ISetter() {
                    @Override
                    public <V> V set(V value) {
                        set.accept(type.cast(value));
                        return value;
                    }
                })
                .build());
    }

    /** Options that are there from the moment picocli has made the command. */
    static SiteOptions declared(@Nullable SiteOptions options) {
        return Objects.requireNonNull(options, "A command is run by picocli.");
    }

    boolean isGiven() {
        return site != null;
    }

    /** Whether something else than the site itself is given. */
    boolean isPartlyGiven() {
        return Stream.of(cacert, cert, key, user, passwordFile, encryptionConfig)
                .anyMatch(Objects::nonNull);
    }

    /**
     * How to reach the site; connects to nothing. Warns of a client certificate that expires soon.
     *
     * @throws IllegalArgumentException also when the client certificate has expired
     */
    EtcdConnection connection(CommonOptions common) {
        return connection(common, CertificateDates::require);
    }

    /** As {@link #connection}, to a site that is done without if it lets nobody in: warns of a client certificate that has expired. */
    EtcdConnection connectionIfUp(CommonOptions common) {
        return connection(common, CertificateDates::look);
    }

    private interface DateCheck {
        void check(CertificateDates dates, Path certificate, PrintWriter err);
    }

    private EtcdConnection connection(CommonOptions common, DateCheck dates) {
        EtcdConnection connection = settings(common).connection(side, common);
        if (connection.certificate() != null) {
            dates.check(
                    new CertificateDates(Clock.systemUTC()),
                    connection.certificate(),
                    command.commandLine().getErr());
        }
        return connection;
    }

    /** How the site's kube-apiservers encrypt, if it is told. */
    Optional<EncryptionConfig> encryptionConfig(CommonOptions common) {
        return Optional.ofNullable(settings(common).encryptionConfig()).map(EncryptionConfig::read);
    }

    private SiteSettings settings(CommonOptions common) {
        String given = site;
        if (given == null && common.config != null && !defaultName.isEmpty()) {
            given = defaultName;
        }
        if (given == null) {
            throw new ParameterException(
                    command.commandLine(),
                    "Missing required option '--" + side + "': etcd's client URLs"
                            + (common.config == null ? ", or a site of --config" : ""));
        }
        Path config = given.contains(":") ? null : common.config;
        SiteSettings options = new SiteSettings(
                config == null ? List.of(given.split(",")) : null,
                cacert,
                cert,
                key,
                user,
                passwordFile,
                null,
                encryptionConfig);
        return config == null
                ? options
                : options.orElse(ConfigFile.read(config, System::getenv).site(given));
    }
}
