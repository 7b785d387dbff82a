package io.drkit.examples;

import io.drkit.SiteUnreachableException;
import io.drkit.examples.runbook.platform.ControlPlane;
import io.drkit.node.CommandResult;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeCommand;
import io.drkit.runbook.FileJournal;
import io.drkit.runbook.Runbook;
import io.drkit.runbook.RunbookOptions;
import io.drkit.runbook.RunbookReport;
import io.drkit.runbook.RunbookRunner;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;

/** Steps of the reference runbooks tried one by one, in small runbooks of their own. */
abstract class OnSteps {

    @TempDir
    Path folder;

    RunbookReport run(Runbook runbook) {
        try (FileJournal journal = FileJournal.open(folder.resolve(runbook.name() + ".json"))) {
            return new RunbookRunner(journal, RunbookOptions.builder().build()).run(runbook);
        }
    }

    static ControlPlane plane(NodeAccess... nodes) {
        return new ControlPlane(Arrays.stream(nodes)
                .map(node -> new ControlPlane.Node("127.0.0.1", () -> node))
                .toList());
    }

    /** A node that went with its site. */
    static final class Lost implements NodeAccess {

        @Override
        public String name() {
            return "lost";
        }

        @Override
        public CommandResult run(NodeCommand command) {
            throw new SiteUnreachableException("lost refuses the connection.");
        }

        @Override
        public void close() {}
    }
}
