package io.drkit.examples.cli;

import io.drkit.mirror.MirrorOptions;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Names that a mirror can have; others are refused before anything is asked of a site. */
public final class MirrorNameConverter implements ITypeConverter<String> {

    @Override
    public String convert(String text) {
        try {
            return MirrorOptions.builder().name(text).build().name();
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
