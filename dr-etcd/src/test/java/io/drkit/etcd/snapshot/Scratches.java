package io.drkit.etcd.snapshot;

import io.drkit.testkit.etcd.EtcdBinary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Scratch etcds of the tests, and what is left of them. */
final class Scratches {

    /** For all of this JVM, so that what is left there is a test's. */
    private static final Path FOLDER = folder();

    private Scratches() {}

    private static Path folder() {
        try {
            Path folder = Files.createTempDirectory("drkit-scratches");
            folder.toFile().deleteOnExit();
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ScratchOptions of(EtcdBinary binary) {
        return ScratchOptions.builder().etcd(binary.etcd()).folder(FOLDER).build();
    }

    /** Folders that were not deleted. */
    static List<Path> left() {
        return in(FOLDER);
    }

    static List<Path> in(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The processes that run in a folder, or in one below it. */
    static List<ProcessHandle> runningIn(Path folder) {
        return ProcessHandle.allProcesses()
                .filter(process -> {
                    try {
                        return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"))
                                .startsWith(folder);
                    } catch (IOException | RuntimeException e) {
                        return false;
                    }
                })
                .toList();
    }
}
