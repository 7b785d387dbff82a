package io.drkit.examples.command;

import io.drkit.examples.cli.Output;
import io.drkit.volume.VolumeRisk;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Risks of volumes as they are typed, {@code shrunken-source}, and as refusals name them, {@code SHRUNKEN_SOURCE}. */
final class VolumeRiskConverter implements ITypeConverter<VolumeRisk> {

    /** For the options' help. */
    static final String RISKS = "shrunken-source|replaced-source|overwritten-destination";

    @Override
    public VolumeRisk convert(String text) {
        String typed = text.toLowerCase(Locale.ROOT).replace('_', '-');
        return Arrays.stream(VolumeRisk.values())
                .filter(risk -> Output.lower(risk).equals(typed))
                .findFirst()
                .orElseThrow(
                        () -> new TypeConversionException("'" + text + "' is none of " + RISKS.replace("|", ", ")));
    }
}
