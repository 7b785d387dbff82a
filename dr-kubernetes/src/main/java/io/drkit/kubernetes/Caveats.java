package io.drkit.kubernetes;

import io.drkit.workload.WorkloadKind;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.autoscaling.v1.CrossVersionObjectReference;
import io.fabric8.kubernetes.api.model.autoscaling.v1.HorizontalPodAutoscaler;
import java.util.ArrayList;
import java.util.List;

/**
 * What speaks against scaling a workload to zero, and what is to be known before.
 *
 * @param obstacles why it must not be, a sentence each
 * @param notes what a person should know, a sentence each
 */
record Caveats(List<String> obstacles, List<String> notes) {

    static Caveats of(LiveWorkload workload, boolean hasPods, List<HorizontalPodAutoscaler> autoscalers) {
        Caveats caveats = new Caveats(new ArrayList<>(), new ArrayList<>());
        boolean atZero = workload.replicas() == 0;
        if (atZero) {
            caveats.atZero(workload);
        }
        OwnerReference owner = workload.controller();
        if (owner != null) {
            (atZero && !hasPods ? caveats.notes : caveats.obstacles)
                    .add(workload + " belongs to " + Mounts.describe(owner)
                            + (atZero && !hasPods
                                    ? ", which may scale it up."
                                    : ", which would scale it up again: scale it to zero there."));
        }
        for (HorizontalPodAutoscaler autoscaler : autoscalers) {
            if (targets(autoscaler, workload)) {
                caveats.scaledBy(autoscaler, workload);
            }
        }
        caveats.ofKind(workload, atZero);
        return caveats;
    }

    private void atZero(LiveWorkload workload) {
        String zero = workload.kind() == WorkloadKind.CRON_JOB ? "suspended" : "at zero";
        if (!workload.isRemembered()) {
            notes.add(workload + " is " + zero + " already, and stays so when resumed.");
        } else if (workload.before().isPresent()) {
            notes.add(workload + " is quiesced already.");
        } else {
            obstacles.add(workload + " is " + zero + " and its annotation " + workload.memory()
                    + " does not say what it was before: " + "set it right, or remove it.");
        }
    }

    private static boolean targets(HorizontalPodAutoscaler autoscaler, LiveWorkload workload) {
        CrossVersionObjectReference target = autoscaler.getSpec().getScaleTargetRef();
        return workload.kind().kind().equals(target.getKind())
                && workload.name().equals(target.getName());
    }

    /** An autoscaler lets alone what is at zero, unless it may itself scale to zero (alpha feature HPAScaleToZero). */
    private void scaledBy(HorizontalPodAutoscaler autoscaler, LiveWorkload workload) {
        String name = "HorizontalPodAutoscaler " + autoscaler.getMetadata().getName();
        OwnerReference owner = Mounts.controller(autoscaler.getMetadata());
        Integer least = autoscaler.getSpec().getMinReplicas();
        if (owner != null) {
            obstacles.add(name + " of " + workload + " belongs to " + Mounts.describe(owner)
                    + ", which may wake it from zero: pause it there, or delete it.");
        } else if (least != null && least == 0) {
            obstacles.add(name + " of " + workload
                    + " has minReplicas 0, and so may wake it from zero: give it minReplicas 1, or delete it.");
        } else {
            notes.add(name + " scales " + workload + ", and rests while it is at zero.");
        }
    }

    private void ofKind(LiveWorkload workload, boolean atZero) {
        if (workload.paused()) {
            notes.add("The rollout of " + workload + " is paused, and stays so; it is scaled all the same.");
        }
        if (workload.deletesClaims() && !atZero) {
            obstacles.add(workload + " deletes its claims when it is scaled down (persistentVolumeClaimRetentionPolicy."
                    + "whenScaled is Delete): set Retain.");
        }
    }
}
