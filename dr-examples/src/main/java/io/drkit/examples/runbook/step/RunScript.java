package io.drkit.examples.runbook.step;

import io.drkit.UnsafeToProceedException;
import io.drkit.examples.runbook.platform.NodeScript;
import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.runbook.Check;
import io.drkit.runbook.Step.Nothing;
import io.drkit.runbook.StepContext;
import java.time.Duration;
import java.util.Optional;

/** Runs the user's own script on a node; again, when it is not known to have ended. What it prints is shown nowhere, for it may hold a secret. */
public final class RunScript implements OneWay<Nothing> {

    private static final Duration DEADLINE = Duration.ofMinutes(9);

    private final Optional<NodeScript> script;
    private final String runbook;

    /** @param runbook its name, which the script gets as {@code $1} */
    public RunScript(Optional<NodeScript> script, String runbook) {
        this.script = script;
        this.runbook = runbook;
    }

    @Override
    public Class<Nothing> recordType() {
        return Nothing.class;
    }

    @Override
    public Check check(StepContext context) {
        return script.isPresent() ? Check.GO : Check.skip("no script is configured");
    }

    @Override
    public Nothing act(StepContext context) {
        NodeScript given = script.orElseThrow();
        try (NodeAccess node = given.node().access().get()) {
            CommandResult result = node.run(NodeCommand.script(given.command(), runbook)
                    .title("the script of the runbook")
                    .deadline(DEADLINE)
                    .build());
            if (!result.succeeded()) {
                throw new UnsafeToProceedException("The script on " + node.name() + " ended with exit code "
                        + result.exitCode() + ". What it printed is not shown, for it may hold a secret.");
            }
        }
        return Nothing.INSTANCE;
    }
}
