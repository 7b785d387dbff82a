package io.drkit.examples.command;

import io.drkit.examples.cli.Output;
import io.drkit.mirror.MirrorOptions.Risk;
import java.util.Arrays;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Risks as they are typed, and as refusals name them: {@code new-source}, {@code new-history}, {@code shrink}. */
final class RiskConverter implements ITypeConverter<Risk> {

    @Override
    public Risk convert(String text) {
        return Arrays.stream(Risk.values())
                .filter(risk -> Output.lower(risk).equals(text))
                .findFirst()
                .orElseThrow(
                        () -> new TypeConversionException("'" + text + "' is none of new-source, new-history, shrink"));
    }
}
