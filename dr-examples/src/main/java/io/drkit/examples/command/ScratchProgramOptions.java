package io.drkit.examples.command;

import io.drkit.etcd.snapshot.ScratchOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** With which programs a snapshot is served on this machine. */
final class ScratchProgramOptions {

    @Option(
            names = "--etcd",
            paramLabel = "PROGRAM",
            description = "The etcd that serves it, of the site's version or newer. Default: etcd on the PATH.")
    private @Nullable Path etcd;

    @Option(
            names = "--etcdutl",
            paramLabel = "PROGRAM",
            description =
                    "What restores it: etcdutl, or an etcdctl up to 3.5. Default: either beside that etcd, or on the PATH.")
    private @Nullable Path restorer;

    ScratchOptions options() {
        ScratchOptions.Builder options = ScratchOptions.builder();
        if (etcd != null) {
            options.etcd(etcd);
        }
        if (restorer != null) {
            options.restorer(restorer);
        }
        return options.build();
    }
}
