package io.drkit.runbook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Function;

/**
 * How a runbook is run.
 *
 * @param settings what a run is bound to beside the runbook: the sites and what is to be done to them, as any text; a run does not resume with others.
 *     Empty by default
 * @param by who runs it, for people; by default this process and host
 * @param confirmation by default none is given
 * @param ways the commands by which a person ends a run that is not finished, by the name of its runbook, for reports and messages; by default none
 * @param endPatience how long a step may take to end once it was interrupted; by default 30 s. Until it has, nothing is undone
 */
public record RunbookOptions(
        String settings,
        String by,
        Confirmation confirmation,
        RunbookListener listener,
        Function<String, Ways> ways,
        Duration endPatience,
        Clock clock) {

    public static Builder builder() {
        return new Builder();
    }

    /** Builds options. */
    public static final class Builder {

        private String settings = "";
        private String by = thisProcess();
        private Confirmation confirmation = step -> false;
        private RunbookListener listener = RunbookListener.NONE;
        private Function<String, Ways> ways = runbook -> Ways.NONE;
        private Duration endPatience = Duration.ofSeconds(30);
        private Clock clock = Clock.systemUTC();

        private Builder() {}

        private static String thisProcess() {
            String host;
            try {
                host = InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                host = "unknown host";
            }
            return System.getProperty("user.name") + ", process "
                    + ProcessHandle.current().pid() + " on " + host;
        }

        public Builder settings(String settings) {
            this.settings = settings;
            return this;
        }

        public Builder by(String by) {
            this.by = by;
            return this;
        }

        public Builder confirmation(Confirmation confirmation) {
            this.confirmation = confirmation;
            return this;
        }

        public Builder listener(RunbookListener listener) {
            this.listener = listener;
            return this;
        }

        public Builder ways(Function<String, Ways> ways) {
            this.ways = ways;
            return this;
        }

        public Builder endPatience(Duration endPatience) {
            this.endPatience = endPatience;
            return this;
        }

        public Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        public RunbookOptions build() {
            return new RunbookOptions(settings, by, confirmation, listener, ways, endPatience, clock);
        }
    }
}
