package io.drkit.examples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What every command has that works on files alone. */
@Command(sortOptions = false)
public abstract class FileCommand implements Callable<Integer> {

    @Mixin
    private OutputOptions common = new OutputOptions();

    @Spec
    private @Nullable CommandSpec spec;

    protected abstract int run() throws IOException;

    @Override
    public final Integer call() {
        Logs.configure(common.verbose);
        try {
            return run();
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** That a file could not be written, in one sentence. */
    static IllegalArgumentException unwritable(IOException e) {
        if (e instanceof FileSystemException failure) {
            return new IllegalArgumentException("Cannot write " + failure.getFile() + ": " + reason(failure) + ".");
        }
        return new IllegalArgumentException("Cannot write: " + e.getMessage() + ".");
    }

    private static String reason(FileSystemException failure) {
        if (failure instanceof NoSuchFileException) {
            return "its folder does not exist";
        }
        if (failure instanceof AccessDeniedException) {
            return "it is not permitted";
        }
        if (failure instanceof FileAlreadyExistsException) {
            return "something else is there";
        }
        return failure.getReason() == null ? failure.getClass().getSimpleName() : failure.getReason();
    }

    /** Where the result goes. */
    protected final Output output() {
        if (spec == null) {
            throw new IllegalStateException("A command is run by picocli.");
        }
        return new Output(common.format, spec.commandLine().getOut());
    }

    /** JSON that the library has written already. */
    protected static JsonNode tree(String json) {
        try {
            return new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
