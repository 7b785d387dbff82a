package io.drkit.examples.cli;

import io.drkit.DrException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Errors as one or two lines on stderr and an exit code; a stack trace only with {@code --verbose}. */
public final class Errors implements IParameterExceptionHandler, IExecutionExceptionHandler {

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        String hint = "Try '" + command.getCommandSpec().qualifiedName() + " --help'.";
        return report(failure, firstLine(failure) + System.lineSeparator() + hint, command, Arrays.asList(arguments));
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        return report(failure, sentence(failure), command, parsed.originalArgs());
    }

    private static int report(Exception failure, String text, CommandLine command, List<String> arguments) {
        int code = ExitCodes.of(failure);
        PrintWriter err = command.getErr();
        err.println(command.getCommandSpec().root().name() + ": " + text);
        if (arguments.contains("--verbose")) {
            failure.printStackTrace(err);
        }
        err.flush();
        if (Output.asksForJson(arguments)) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("error", sentence(failure));
            json.put("exitCode", code);
            new Output(Output.Format.JSON, command.getOut()).result(json, out -> {});
        }
        return code;
    }

    private static String sentence(Exception failure) {
        if (failure instanceof InterruptedException) {
            return "Stopped before it was done.";
        }
        boolean expected = failure instanceof DrException
                || failure instanceof IllegalArgumentException
                || failure instanceof ParameterException;
        return expected
                ? firstLine(failure)
                : "Unexpected failure: " + failure.getClass().getSimpleName() + ": " + firstLine(failure)
                        + " Run it with --verbose to see where.";
    }

    private static String firstLine(Exception failure) {
        return Objects.requireNonNullElse(failure.getMessage(), "no message")
                .lines()
                .findFirst()
                .orElse("no message");
    }
}
