package io.drkit.examples.command;

import io.drkit.SiteUnreachableException;
import io.drkit.examples.cli.DurationConverter;
import io.drkit.examples.cli.ExitCodes;
import io.drkit.examples.cli.PvcBaseCommand;
import io.drkit.volume.PvcSwitchover;
import io.drkit.workload.Claims;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code drkit pvc status}: how the replication of claims stands, once or live. */
@Command(
        name = "status",
        description =
                "How it stands with claims, as far as the sites answer; changes nothing. Exit code 3: something is"
                        + " failing, unprotected or shrunken; 4: a site does not answer.")
final class PvcStatusCommand extends PvcBaseCommand {

    private static final String TOP = "\u001b[H";
    private static final String REST_OF_LINE = "\u001b[K";
    private static final String REST_OF_SCREEN = "\u001b[J";

    @Option(
            names = "--watch",
            paramLabel = "INTERVAL",
            arity = "0..1",
            fallbackValue = "5s",
            converter = DurationConverter.class,
            description =
                    "Looks again and again until stopped, every 5s unless told otherwise: on a terminal redrawn in"
                            + " place, otherwise one table after another. Not with --output json, which is one document.")
    private @Nullable Duration watch;

    @Override
    protected boolean copesWithASiteDown() {
        return true;
    }

    @Override
    protected int run(PvcSwitchover volumes, Claims claims) throws InterruptedException {
        if (watch == null) {
            PvcTable table = look(volumes, claims);
            output().result(table, out -> text(table).forEach(out::println));
            return table.code();
        }
        if (isJson()) {
            throw usage("--watch does not go with --output json, which is exactly one document");
        }
        boolean screen = Boolean.getBoolean("drkit.screen");
        while (true) {
            show(lines(volumes, claims), screen);
            TimeUnit.MILLISECONDS.sleep(watch.toMillis());
        }
    }

    /** Being stopped is how watching ends. */
    @Override
    protected int stopped() throws InterruptedException {
        return watch == null ? super.stopped() : ExitCodes.DONE;
    }

    private PvcTable look(PvcSwitchover volumes, Claims claims) {
        return PvcTable.of(volumes.status(claims).values(), Instant.now(Clock.systemUTC()));
    }

    private List<String> lines(PvcSwitchover volumes, Claims claims) {
        try {
            return text(look(volumes, claims));
        } catch (SiteUnreachableException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    /** With where to look further for what has moved. */
    private List<String> text(PvcTable table) {
        List<String> lines = new ArrayList<>(table.lines());
        if (table.hasMoved()) {
            lines.add("  What is switched belongs to " + destination() + " now. The way back: --from " + destination()
                    + " --to " + source());
        }
        return lines;
    }

    private void show(List<String> lines, boolean screen) {
        PrintWriter out = out();
        String title = Instant.now(Clock.systemUTC()) + "  " + source() + " to " + destination() + ", namespace "
                + namespace();
        if (screen) {
            out.print(TOP);
        }
        out.println(title + (screen ? REST_OF_LINE : ""));
        lines.forEach(line -> out.println(line + (screen ? REST_OF_LINE : "")));
        out.print(screen ? REST_OF_SCREEN : System.lineSeparator());
        out.flush();
    }
}
