package io.drkit.testkit.volume;

import io.drkit.testkit.workload.TestNamespace;
import java.util.SortedMap;

/** One of two sites with volumes, as somebody sees it who does not use the backend under test. */
public interface VolumeSite {

    /** How the backend names it in messages. */
    String name();

    /** A namespace of the same name on both sites, that one test has for itself. */
    TestNamespace namespace();

    /** All files of a claim by path, with what they hold. */
    SortedMap<String, String> read(String claim);

    /** Writes a file whole. */
    void write(String claim, String path, String content);

    void delete(String claim, String path);
}
