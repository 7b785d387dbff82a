package io.drkit.examples.command;

import io.drkit.encryption.EncryptionInspector;
import io.drkit.encryption.Inspection;
import io.drkit.encryption.Inspection.Count;
import io.drkit.encryption.Reading.Verdict;
import io.drkit.encryption.ValueTransformer;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.MeteredKeyStore;
import io.drkit.examples.cli.Output;
import io.drkit.examples.cli.Progress;
import io.drkit.examples.cli.SiteCommand;
import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyStore;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;

/** {@code drkit encryption inspect}: what kube-apiserver can read. */
@Command(
        name = "inspect",
        description =
                "Counts the stored values that kube-apiserver reads with a configuration, cannot read, or misreads."
                        + " Run it with a new configuration before you install that.")
final class EncryptionInspectCommand extends SiteCommand.OfEncryption {

    @Override
    protected int run(KeyStore store, ValueTransformer transformer) {
        Inspection inspection;
        try (Progress progress = progress()) {
            inspection =
                    new EncryptionInspector(new MeteredKeyStore(store, "inspecting", progress)).inspect(transformer);
        }
        output().result(Result.of(inspection), out -> print(inspection, out));
        if (!inspection.isReadable()) {
            return ExitCodes.WANTING;
        }
        return inspection.needsPlugin() > 0 ? ExitCodes.UNREACHABLE : ExitCodes.DONE;
    }

    private static void print(Inspection inspection, PrintWriter out) {
        List<Count> plain = inspection.counts().stream()
                .filter(EncryptionInspectCommand::isPlain)
                .toList();
        out.printf(
                "%-40s %-28s %9s %10s %8s %8s%n",
                "resource", "provider key", "readable", "unreadable", "misread", "stale");
        inspection.counts().stream().filter(count -> !isPlain(count)).forEach(count -> print(count, out));
        out.println("Stored as they are, as configured: "
                + plain.stream().mapToLong(Count::readable).sum() + " values of " + plain.size() + " resources");
        out.println("Unreadable: " + inspection.unreadable() + ", misread: " + inspection.misread()
                + ", not under the key that writes: " + inspection.stale());
        if (inspection.needsPlugin() > 0) {
            out.println("Written by a KMS plugin, which alone can tell: " + inspection.needsPlugin());
        }
        inspection.samples().forEach((verdict, keys) -> {
            out.println("First " + Output.lower(verdict) + ":");
            keys.forEach(key -> out.println("  " + key.printable()));
        });
    }

    private static boolean isPlain(Count count) {
        return count.group().provider().equals("identity") && count.unreadable() + count.misread() + count.stale() == 0;
    }

    private static void print(Count count, PrintWriter out) {
        String key = (count.group().provider() + " " + count.group().key()).strip();
        out.printf(
                "%-40s %-28s %9d %10d %8d %8d%n",
                count.group().resource(), key, count.readable(), count.unreadable(), count.misread(), count.stale());
    }

    /** The JSON form. */
    private record Result(
            long revision,
            long readable,
            long unreadable,
            long misread,
            long needsPlugin,
            long stale,
            List<Line> counts,
            Map<String, List<String>> samples) {

        record Line(
                String resource,
                String provider,
                String key,
                long readable,
                long unreadable,
                long misread,
                long needsPlugin,
                long stale) {

            static Line of(Count count) {
                return new Line(
                        count.group().resource(),
                        count.group().provider(),
                        count.group().key(),
                        count.readable(),
                        count.unreadable(),
                        count.misread(),
                        count.needsPlugin(),
                        count.stale());
            }
        }

        static Result of(Inspection inspection) {
            Map<String, List<String>> samples = new TreeMap<>();
            for (Map.Entry<Verdict, List<Bytes>> sample : inspection.samples().entrySet()) {
                samples.put(
                        Output.lower(sample.getKey()),
                        sample.getValue().stream().map(Bytes::printable).toList());
            }
            return new Result(
                    inspection.revision(),
                    inspection.readable(),
                    inspection.unreadable(),
                    inspection.misread(),
                    inspection.needsPlugin(),
                    inspection.stale(),
                    inspection.counts().stream().map(Line::of).toList(),
                    samples);
        }
    }
}
