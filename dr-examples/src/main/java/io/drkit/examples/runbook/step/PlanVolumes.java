package io.drkit.examples.runbook.step;

import io.drkit.UnsafeToProceedException;
import io.drkit.examples.runbook.platform.Applications;
import io.drkit.runbook.Check;
import io.drkit.runbook.Step.Nothing;
import io.drkit.runbook.StepContext;
import io.drkit.volume.SwitchoverPlan;
import io.drkit.workload.Claims;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks whether all applications can be moved, before anything that cannot be undone; changes nothing. */
public final class PlanVolumes implements Looks<Nothing> {

    private final Optional<Applications> applications;
    private final Move move;

    public PlanVolumes(Optional<Applications> applications, Move move) {
        this.applications = applications;
        this.move = move;
    }

    @Override
    public Class<Nothing> recordType() {
        return Nothing.class;
    }

    @Override
    public Check check(StepContext context) {
        return applications.isPresent() ? Check.GO : Check.skip(Move.NOTHING);
    }

    @Override
    public Nothing act(StepContext context) {
        Applications given = applications.orElseThrow();
        List<String> obstacles = given.volumes().with(volumes -> {
            List<String> found = new ArrayList<>();
            for (Claims claims : given.claims()) {
                SwitchoverPlan plan = move.plan(volumes, claims);
                plan.obstacles().forEach(obstacle -> found.add(claims + ": " + obstacle));
            }
            return found;
        });
        if (!obstacles.isEmpty()) {
            throw new UnsafeToProceedException(String.join(" ", obstacles));
        }
        return Nothing.INSTANCE;
    }
}
