package io.drkit.examples.command;

import io.drkit.examples.cli.Output;
import io.drkit.mirror.MirrorOptions;
import java.util.Arrays;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Overrides as they are typed, and as refusals name them: {@code new-source}, {@code new-history}, {@code shrink}. */
final class OverrideConverter implements ITypeConverter<MirrorOptions.Override> {

    @Override
    public MirrorOptions.Override convert(String text) {
        return Arrays.stream(MirrorOptions.Override.values())
                .filter(override -> Output.lower(override).equals(text))
                .findFirst()
                .orElseThrow(() ->
                        new TypeConversionException("'" + text + "' is none of new-source, new-history, shrink"));
    }
}
