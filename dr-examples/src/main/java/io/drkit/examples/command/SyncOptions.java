package io.drkit.examples.command;

import io.drkit.examples.cli.DurationConverter;
import io.drkit.volsync.VolSyncOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that syncs claims. */
final class SyncOptions extends AcceptedVolumeRisks {

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            converter = DurationConverter.class,
            description = "How long a sync may take, with the one that runs before it. Default: 2h.")
    private @Nullable Duration timeout;

    @Override
    void choose(VolSyncOptions.Builder options) {
        super.choose(options);
        if (timeout != null) {
            options.syncTimeout(timeout);
        }
    }
}
