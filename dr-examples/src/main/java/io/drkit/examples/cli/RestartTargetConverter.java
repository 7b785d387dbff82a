package io.drkit.examples.cli;

import io.drkit.kubernetes.RestartTarget;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads which workloads are to be restarted: {@code shop/deployment/web}, {@code shop/app=web}. */
public final class RestartTargetConverter implements ITypeConverter<RestartTarget> {

    @Override
    public RestartTarget convert(String text) {
        try {
            return RestartTarget.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
