package io.drkit.volsync;

import java.util.SortedMap;

/** The files of a volume, however a test reaches them: folders where volumes are played, pods where they are real. */
public interface ClaimFiles {

    /** All files by path, with what they hold. */
    SortedMap<String, String> read();

    /** Writes a file whole; folders of its path are made. */
    void write(String path, String content);

    void delete(String path);

    /** Deletes all. */
    void clear();
}
