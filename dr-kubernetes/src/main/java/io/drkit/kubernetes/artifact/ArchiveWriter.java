package io.drkit.kubernetes.artifact;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drkit.artifact.ObjectName;
import io.drkit.file.Sha256;
import io.drkit.keystore.Bytes;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.attribute.FileTime;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;

/** Writes an archive: a file for each object, where a person looks for it. No times, users or other accidents of the machine are in it. */
final class ArchiveWriter implements AutoCloseable {

    /** A file's name has at most 255 bytes, an object's 253. */
    private static final int LONGEST_NAME = 200;

    private static final int PRIVATE = 0600;

    private final TarArchiveOutputStream tar;

    /** @param out is not closed */
    ArchiveWriter(OutputStream out) throws IOException {
        tar = new TarArchiveOutputStream(
                new GzipCompressorOutputStream(new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        out.write(b);
                    }

                    @Override
                    public void write(byte[] bytes, int offset, int length) throws IOException {
                        out.write(bytes, offset, length);
                    }
                }),
                "UTF-8");
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    }

    void object(ResourceType type, ObjectNode object) throws IOException {
        ObjectName name = Trees.name(object);
        String place = name.namespace() == null ? "cluster" : "namespaces/" + name.namespace();
        file(place + "/" + type.resource() + "/" + fileName(name.name()) + ".yaml", Yaml.write(object));
    }

    void file(String path, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(path);
        entry.setSize(content.length);
        entry.setMode(PRIVATE);
        entry.setIds(0, 0);
        entry.setNames("", "");
        entry.setModTime(FileTime.fromMillis(0));
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    /** A file that begins with a dot is none of an archive's, but of an editor's or a file manager's. */
    private static String fileName(String name) {
        return name.length() <= LONGEST_NAME && !name.startsWith(".")
                ? name
                : name.substring(0, Math.min(name.length(), LONGEST_NAME)).replaceFirst("^\\.+", "") + "-"
                        + Sha256.of(Bytes.utf8(name)).substring(0, 8);
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }
}
