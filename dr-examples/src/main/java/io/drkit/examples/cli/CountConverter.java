package io.drkit.examples.cli;

import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How many of something are wanted: 0 and more. */
public final class CountConverter implements ITypeConverter<Integer> {

    private static final Pattern FORM = Pattern.compile("[0-9]{1,9}");

    @Override
    public Integer convert(String text) {
        if (!FORM.matcher(text).matches()) {
            throw new TypeConversionException("'" + text + "' is not a whole number of 0 or more");
        }
        return Integer.valueOf(text);
    }
}
