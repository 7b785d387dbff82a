package io.drkit.examples.cli;

import picocli.CommandLine.Option;

/** The options that every command takes. */
public class OutputOptions {

    @Option(
            names = "--output",
            paramLabel = "text|json",
            converter = Output.FormatConverter.class,
            description = "How the result is written to stdout: text, or exactly one JSON document. Default: text.")
    Output.Format format = Output.Format.TEXT;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    boolean help;

    @Option(names = "--verbose", description = "Debug logs, and stack traces with errors.")
    boolean verbose;
}
