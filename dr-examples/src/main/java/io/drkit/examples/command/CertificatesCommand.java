package io.drkit.examples.command;

import io.drkit.SiteUnreachableException;
import io.drkit.etcd.certificate.CertificateOptions;
import io.drkit.etcd.certificate.ClientCertificate;
import io.drkit.etcd.certificate.EtcdCertificates;
import io.drkit.etcd.certificate.StoredCertificate;
import io.drkit.examples.cli.CertificateDates;
import io.drkit.examples.cli.DurationConverter;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.FirstNodeCommand;
import io.drkit.examples.cli.Output;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit certificates}: what one needs to connect to an etcd by TLS. */
@Command(
        name = "certificates",
        description = "Client certificates for etcd, from control-plane nodes.",
        subcommands = CertificatesCommand.Fetch.class)
public final class CertificatesCommand {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;

    @Command(
            name = "fetch",
            description =
                    "Fetches the etcd CA's certificate from a node of the site and has the CA's key there sign a client certificate"
                            + " whose key is made here; or fetches the node's own pair. What is there and good for long enough is kept, so"
                            + " run it as often as you like: from cron, say. Writes nothing on the node. Exit code 0: the files are"
                            + " there, 4: no node can be used, or etcd does not let in who shows the certificate, 5: the files there are"
                            + " another CA's, or the node's cannot be used.")
    static final class Fetch extends FirstNodeCommand {

        @Option(
                names = "--out-dir",
                paramLabel = "DIR",
                required = true,
                description = "Where ca.crt, client.crt and client.key go. Made if it is not there.")
        private Path folder = Path.of("");

        @Option(names = "--existing", description = "Fetch the node's own client certificate and key; make none.")
        private boolean existing;

        @Option(names = "--renew", description = "Renew the certificate, however long it is valid.")
        private boolean renew;

        @Option(
                names = "--renew-before",
                paramLabel = "DURATION",
                converter = DurationConverter.class,
                description = "How long before its end a certificate is renewed. Default: 30d.")
        private Duration renewBefore = CertificateOptions.DEFAULT_RENEW_BEFORE;

        @Option(
                names = "--days",
                paramLabel = "N",
                description = "How many days a certificate that is made is valid. Default: 365.")
        private @Nullable Integer days;

        @Option(
                names = "--subject",
                paramLabel = "CN",
                description =
                        "The common name of a certificate that is made; where etcd has users, it logs in as that one. Default: drkit.")
        private @Nullable String subject;

        @Option(
                names = "--ca",
                paramLabel = "FILE",
                description = "The etcd CA's certificate on the node. Default: /etc/kubernetes/pki/etcd/ca.crt.")
        private @Nullable String authority;

        @Option(
                names = "--ca-key",
                paramLabel = "FILE",
                description =
                        "The etcd CA's key on the node, where it stays. Default: /etc/kubernetes/pki/etcd/ca.key.")
        private @Nullable String authorityKey;

        @Option(
                names = "--cert",
                paramLabel = "FILE",
                description =
                        "With --existing, the node's certificate. Default: /etc/kubernetes/pki/apiserver-etcd-client.crt.")
        private @Nullable String certificate;

        @Option(
                names = "--key",
                paramLabel = "FILE",
                description = "With --existing, its key. Default: /etc/kubernetes/pki/apiserver-etcd-client.key.")
        private @Nullable String key;

        @Option(names = "--accept-new-ca", description = "Write over files of another etcd CA.")
        private boolean acceptNewAuthority;

        private final CertificateDates dates = new CertificateDates(Clock.systemUTC());

        @Override
        protected int run() throws IOException {
            CertificateOptions options = options();
            Fetched fetched = onFirstNode(node ->
                    new Fetched(node.name(), new EtcdCertificates(node, Clock.systemUTC()).store(folder, options)));
            StoredCertificate stored = fetched.stored();
            if (existing && stored.certificate().expiresWithin(renewBefore, Clock.systemUTC())) {
                err().println("drkit: warning: the certificate of " + fetched.node() + " itself expires on "
                        + dates.end(stored.certificate()) + "; renew it there, then fetch it again.");
            }
            Boolean opens = null;
            String error = null;
            try {
                opens = connect(stored.authorityFile(), stored.certificateFile(), stored.keyFile()) ? true : null;
            } catch (SiteUnreachableException e) {
                opens = false;
                error = e.getMessage();
                err().println("drkit: The files are in " + folder + ", but " + e.getMessage());
            }
            err().flush();
            Result result = Result.of(this, fetched, opens, error);
            output().result(result, out -> print(result, stored.certificate(), out));
            return error == null ? ExitCodes.DONE : ExitCodes.UNREACHABLE;
        }

        private CertificateOptions options() {
            CertificateOptions.Builder options =
                    CertificateOptions.builder().renewBefore(renewBefore).deadline(deadline());
            if (existing) {
                if (days != null || subject != null || authorityKey != null) {
                    throw usage(
                            "--days, --subject and --ca-key are for a certificate that is made, not for --existing");
                }
                options.existing();
            } else if (certificate != null || key != null) {
                throw usage("--cert and --key name what --existing fetches; give it, too");
            }
            if (days != null) {
                options.days(days);
            }
            if (subject != null) {
                options.subject(subject);
            }
            if (authority != null) {
                options.authority(authority);
            }
            if (authorityKey != null) {
                options.authorityKey(authorityKey);
            }
            if (certificate != null) {
                options.certificate(certificate);
            }
            if (key != null) {
                options.key(key);
            }
            if (renew) {
                options.renew();
            }
            if (acceptNewAuthority) {
                options.acceptNewAuthority();
            }
            return options.build();
        }

        private void print(Result result, ClientCertificate certificate, PrintWriter out) {
            out.println(result.site() + " " + result.node() + ": " + result.action() + " " + certificate.subject()
                    + " of " + certificate.issuer() + ", expires on " + dates.end(certificate));
            if (result.opens() == null) {
                out.println("Not tried: the configuration names no endpoints of " + result.site() + ".");
            } else if (result.opens()) {
                out.println("It opens the etcd of " + result.site() + ".");
            }
            Configured files = result.configuration();
            if (files.isThere()) {
                return;
            }
            out.println("For the configuration:");
            out.println("sites:");
            out.println("  " + quoted(result.site()) + ":");
            out.println("    cacert: " + quoted(files.cacert()));
            out.println("    cert: " + quoted(files.cert()));
            out.println("    key: " + quoted(files.key()));
        }

        /** As YAML takes it. */
        private static String quoted(String text) {
            return text.matches("[A-Za-z_/][A-Za-z0-9_./-]*") ? text : "'" + text.replace("'", "''") + "'";
        }

        private record Fetched(String node, StoredCertificate stored) {}

        /**
         * The JSON form.
         *
         * @param opens whether etcd lets in who shows it; null where that was not tried
         */
        private record Result(
                String site,
                String node,
                String action,
                String subject,
                String issuer,
                String notBefore,
                String notAfter,
                String sha256,
                @Nullable Boolean opens,
                @Nullable String error,
                Configured configuration) {

            static Result of(Fetch command, Fetched fetched, @Nullable Boolean opens, @Nullable String error) {
                StoredCertificate stored = fetched.stored();
                ClientCertificate certificate = stored.certificate();
                List<Path> files = List.of(stored.authorityFile(), stored.certificateFile(), stored.keyFile());
                List<String> names = files.stream().map(command::asConfigured).toList();
                boolean there = command.configuredFiles().stream()
                        .map(command::asConfigured)
                        .toList()
                        .equals(names);
                return new Result(
                        command.site(),
                        fetched.node(),
                        Output.lower(stored.action()),
                        certificate.subject(),
                        certificate.issuer(),
                        certificate.notBefore().toString(),
                        certificate.notAfter().toString(),
                        certificate.sha256(),
                        opens,
                        error,
                        new Configured(names.get(0), names.get(1), names.get(2), there));
            }
        }

        /** What the configuration says, or should say, of the site. */
        private record Configured(String cacert, String cert, String key, boolean isThere) {}
    }
}
