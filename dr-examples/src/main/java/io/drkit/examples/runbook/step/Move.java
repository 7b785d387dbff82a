package io.drkit.examples.runbook.step;

import io.drkit.volume.PvcSwitchover;
import io.drkit.volume.SwitchoverPlan;
import io.drkit.volume.SwitchoverReport;
import io.drkit.workload.Claims;
import java.util.Map;

/** How applications are moved with their volumes: each is a verb of {@link PvcSwitchover}, always seen from the fair-weather primary. */
public enum Move {
    MIGRATE,
    FAILOVER,
    FAILBACK;

    static final String NOTHING = "no applications with volumes are configured";

    SwitchoverPlan plan(PvcSwitchover volumes, Claims claims) {
        return switch (this) {
            case MIGRATE -> volumes.planMigrate(claims);
            case FAILOVER -> volumes.planFailover(claims, Map.of());
            case FAILBACK -> volumes.planFailback(claims);
        };
    }

    SwitchoverReport carryOut(PvcSwitchover volumes, Claims claims) {
        return switch (this) {
            case MIGRATE -> volumes.migrate(claims);
            case FAILOVER -> volumes.failover(claims);
            case FAILBACK -> volumes.failback(claims);
        };
    }
}
