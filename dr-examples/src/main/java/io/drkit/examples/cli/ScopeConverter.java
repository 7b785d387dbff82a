package io.drkit.examples.cli;

import io.drkit.keyspace.MirrorScope;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Scopes as they are typed: {@code all}, {@code prefix:/x/}. */
public final class ScopeConverter implements ITypeConverter<MirrorScope> {

    private static final String PREFIX = "prefix:";

    @Override
    public MirrorScope convert(String text) {
        if (text.equals("all")) {
            return MirrorScope.all();
        }
        if (text.startsWith(PREFIX) && text.length() > PREFIX.length()) {
            return MirrorScope.prefix(text.substring(PREFIX.length()));
        }
        throw new TypeConversionException(
                "'" + text + "' is not a scope: all (every key under /registry/), or prefix:/some/prefix/");
    }
}
