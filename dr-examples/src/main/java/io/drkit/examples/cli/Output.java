package io.drkit.examples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where a command writes its result: stdout, as text or as exactly one JSON document. */
public final class Output {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Format format;
    private final PrintWriter out;

    Output(Format format, PrintWriter out) {
        this.format = format;
        this.out = out;
    }

    enum Format {
        TEXT,
        JSON
    }

    static final class FormatConverter implements ITypeConverter<Format> {
        @Override
        public Format convert(String text) {
            return switch (text) {
                case "text" -> Format.TEXT;
                case "json" -> Format.JSON;
                default -> throw new TypeConversionException("'" + text + "' is neither text nor json");
            };
        }
    }

    /** Whether a command line asks for JSON, even one that is wrong elsewhere. */
    static boolean asksForJson(List<String> arguments) {
        int option = arguments.indexOf("--output");
        return arguments.contains("--output=json")
                || (option >= 0
                        && option + 1 < arguments.size()
                        && arguments.get(option + 1).equals("json"));
    }

    /** Writes the result; called once a command. */
    public void result(Object json, Consumer<PrintWriter> text) {
        if (format == Format.TEXT) {
            text.accept(out);
        } else {
            document(json);
        }
        out.flush();
    }

    private void document(Object json) {
        try {
            out.println(JSON.writeValueAsString(json));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How constants are written in JSON and in text for people. */
    public static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
