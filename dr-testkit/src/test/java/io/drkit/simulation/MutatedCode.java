package io.drkit.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** DrKit with one mutation, compiled in memory: its classes are loaded anew, beside those that the tests run with. */
final class MutatedCode extends ClassLoader {

    private static final Path SOURCES = Path.of("../dr-core/src/main/java/io/drkit");

    private final Map<String, byte[]> mutated;

    private MutatedCode(Map<String, byte[]> mutated) {
        super(MutatedCode.class.getClassLoader());
        this.mutated = mutated;
    }

    /** @throws IllegalArgumentException if the mutation does not fit the source any more */
    static MutatedCode of(Mutation mutation) throws IOException {
        String source = Files.readString(SOURCES.resolve(mutation.file() + ".java"));
        int at = source.indexOf(mutation.text());
        if (at < 0 || source.indexOf(mutation.text(), at + 1) >= 0) {
            throw new IllegalArgumentException(
                    "'" + mutation.name() + "': its text occurs not once in " + mutation.file());
        }
        return new MutatedCode(compile(mutation.file(), source.replace(mutation.text(), mutation.replacement())));
    }

    private static Map<String, byte[]> compile(String file, String source) throws IOException {
        JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "a JDK is needed");
        Map<String, ByteArrayOutputStream> classes = new HashMap<>();
        StringWriter complaints = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavaFileManager memory = new ForwardingJavaFileManager<JavaFileManager>(files) {
                @Override
                public JavaFileObject getJavaFileForOutput(
                        Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
                    return new SimpleJavaFileObject(URI.create("memory:///" + name), kind) {
                        @Override
                        public OutputStream openOutputStream() {
                            return classes.computeIfAbsent(name, key -> new ByteArrayOutputStream());
                        }
                    };
                }
            };
            JavaFileObject mutant =
                    new SimpleJavaFileObject(
                            URI.create("memory:///io/drkit/" + file + ".java"), JavaFileObject.Kind.SOURCE) {
                        @Override
                        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                            return source;
                        }
                    };
            List<String> options = List.of("-proc:none", "-nowarn", "-cp", System.getProperty("java.class.path"));
            if (!compiler.getTask(complaints, memory, null, options, null, List.of(mutant))
                    .call()) {
                throw new IllegalArgumentException(file + " does not compile: " + complaints);
            }
        }
        Map<String, byte[]> bytes = new HashMap<>();
        classes.forEach((name, output) -> bytes.put(name, output.toByteArray()));
        return bytes;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith("io.drkit.")) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        byte[] code = mutated.get(name);
        if (code == null) {
            try (InputStream original = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (original == null) {
                    throw new ClassNotFoundException(name);
                }
                code = original.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return defineClass(name, code, 0, code.length);
    }
}
