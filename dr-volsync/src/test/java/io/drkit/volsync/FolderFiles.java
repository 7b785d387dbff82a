package io.drkit.volsync;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A volume of the stand-in storage: a folder. */
record FolderFiles(VolumeFolders folders, String uid) implements ClaimFiles {

    @Override
    public SortedMap<String, String> read() {
        SortedMap<String, String> files = new TreeMap<>();
        for (Map.Entry<String, Path> file :
                VolumeFolders.files(folders.folder(uid)).entrySet()) {
            try {
                files.put(file.getKey(), Files.readString(file.getValue()));
            } catch (NoSuchFileException e) {
                files.remove(file.getKey());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return files;
    }

    @Override
    public void write(String path, String content) {
        if (!folders.has(uid)) {
            throw new IllegalStateException("The claim is not bound yet: await that first.");
        }
        folders.writing(uid, () -> {
            Path file = folders.folder(uid).resolve(path);
            Files.createDirectories(file.getParent());
            Files.deleteIfExists(file);
            Files.writeString(file, content, StandardOpenOption.CREATE_NEW);
        });
    }

    @Override
    public void delete(String path) {
        folders.writing(uid, () -> Files.deleteIfExists(folders.folder(uid).resolve(path)));
    }

    @Override
    public void clear() {
        folders.writing(uid, () -> {
            for (Path file : VolumeFolders.files(folders.folder(uid)).values()) {
                Files.deleteIfExists(file);
            }
        });
    }
}
