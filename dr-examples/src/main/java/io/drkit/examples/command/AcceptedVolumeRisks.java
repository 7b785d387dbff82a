package io.drkit.examples.command;

import io.drkit.volsync.VolSyncOptions;
import io.drkit.volume.VolumeRisk;
import java.util.EnumSet;
import java.util.Set;
import picocli.CommandLine.Option;

/** The option of every command that may be refused for what volumes hold. */
class AcceptedVolumeRisks {

    @Option(
            names = "--accept",
            paramLabel = VolumeRiskConverter.RISKS,
            converter = VolumeRiskConverter.class,
            description = "Accept the risk that a refusal named; may be repeated.")
    private Set<VolumeRisk> accept = EnumSet.noneOf(VolumeRisk.class);

    void choose(VolSyncOptions.Builder options) {
        options.accept(accept);
    }
}
