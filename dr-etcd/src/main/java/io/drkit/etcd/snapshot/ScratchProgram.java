package io.drkit.etcd.snapshot;

import io.drkit.SiteUnreachableException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program of etcd's that runs within a scratch folder, and what it complained of. */
final class ScratchProgram {

    private static final int TAIL = 16 << 10;
    private static final int LONGEST = 300;
    private static final int LINES = 2;
    /** Only message and error are told: other fields may name keys. */
    private static final Pattern FIELD = Pattern.compile("\"(msg|error)\":\"((?:[^\"\\\\]|\\\\.)*)\"");

    private static final Pattern GRAVE = Pattern.compile("\"level\":\"(?:error|d?panic|fatal)\"");
    private static final Pattern PLAIN = Pattern.compile("^(?:Error: |panic: |fatal error: ).*");

    private final Process process;
    private final Path log;

    private ScratchProgram(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts it in the folder. None of etcd's environment variables reach it: each is a flag by another name. */
    static ScratchProgram start(ScratchFolder folder, String log, List<String> command) {
        Path file = folder.resolve(log);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.path().toFile())
                .redirectErrorStream(true)
                .redirectOutput(file.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("ETCD"));
        builder.environment().put("ETCDCTL_API", "3");
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            return new ScratchProgram(process, file);
        } catch (IOException e) {
            throw new SiteUnreachableException(command.get(0) + " could not be started: " + e.getMessage() + ".", e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Whether it ended by then; a wait that is interrupted ends it. */
    boolean endsWithin(long nanos) throws InterruptedException {
        return process.waitFor(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    }

    int exitCode() {
        return process.exitValue();
    }

    /** Ends it and waits for that: nothing of it is to be kept. Idempotent. */
    void end() {
        process.destroyForcibly();
        boolean interrupted = false;
        while (process.isAlive()) {
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    boolean says(String text) {
        return tail().contains(text);
    }

    /** The last it said of something grave, or its last word; in one line, without what it logged beside the message. */
    String complaint() {
        Deque<String> grave = new ArrayDeque<>();
        String last = "nothing";
        for (String line : tail().lines().filter(each -> !each.isBlank()).toList()) {
            last = line;
            if (PLAIN.matcher(line).matches() || GRAVE.matcher(line).find()) {
                if (grave.size() == LINES) {
                    grave.removeFirst();
                }
                grave.addLast(plain(line));
            }
        }
        String told = grave.isEmpty() ? plain(last) : String.join("; ", grave);
        return told.length() > LONGEST ? told.substring(0, LONGEST) + "…" : told;
    }

    private static String plain(String line) {
        StringBuilder text = new StringBuilder();
        Matcher field = FIELD.matcher(line);
        while (field.find()) {
            text.append(text.isEmpty() ? "" : ": ").append(field.group(2));
        }
        String said = text.isEmpty() ? line : text.toString();
        return said.strip().replaceAll("\\p{Cntrl}", " ");
    }

    private String tail() {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(Math.max(0, file.length() - TAIL));
            byte[] end = new byte[(int) Math.min(TAIL, file.length() - file.getFilePointer())];
            file.readFully(end);
            return new String(end, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }
}
