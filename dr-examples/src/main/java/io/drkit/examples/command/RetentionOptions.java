package io.drkit.examples.command;

import io.drkit.examples.cli.CountConverter;
import io.drkit.snapshot.Retention;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which snapshots are kept where others are dropped. */
final class RetentionOptions {

    @Option(
            names = "--keep-last",
            converter = CountConverter.class,
            paramLabel = "N",
            description = "How many of the newest are kept, at least 1. Default: 5.")
    private @Nullable Integer last;

    @Option(
            names = "--keep-hourly",
            converter = CountConverter.class,
            paramLabel = "N",
            description = "For how many hours the newest of each is kept. Default: 24.")
    private @Nullable Integer hourly;

    @Option(
            names = "--keep-daily",
            converter = CountConverter.class,
            paramLabel = "N",
            description = "For how many days, in UTC, the newest of each is kept. Default: 7.")
    private @Nullable Integer daily;

    /** Empty where nothing was said. */
    Optional<Retention> given() {
        return last == null && hourly == null && daily == null ? Optional.empty() : Optional.of(orDefault());
    }

    Retention orDefault() {
        return new Retention(
                last == null ? Retention.DEFAULT.last() : last,
                hourly == null ? Retention.DEFAULT.hourly() : hourly,
                daily == null ? Retention.DEFAULT.daily() : daily);
    }
}
