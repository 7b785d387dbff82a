package io.drkit.encryption;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.CompactedException;
import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;
import io.drkit.keystore.Scan;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One walk through a range, in key order, in bounded memory. When its revision is compacted away it goes on from where it is at the newest.
 */
final class RegistryWalk {

    /** So often it is compacted away without having come further, before it gives up. */
    private static final int STUCK = 5;

    private static final int PAGE = 1_000;

    private RegistryWalk() {}

    static KeyRange range(String registryPrefix) {
        return KeyRange.prefix(registryPrefix.endsWith("/") ? registryPrefix : registryPrefix + "/");
    }

    /**
     * @return the newest revision that was read
     * @throws CompactedException when it is compacted away again and again, faster than a page is read
     */
    static long walk(KeyStore store, KeyRange all, Consumer<KeyValue> reader) {
        @Nullable Bytes last = null;
        for (int stuck = 0; ; ) {
            Scan scan = new Scan(store, RangeRequest.of(last == null ? all : all.from(last.successor()), 0, PAGE));
            try {
                for (KeyValue entry = scan.next(); entry != null; entry = scan.next()) {
                    last = entry.key();
                    stuck = 0;
                    reader.accept(entry);
                }
                return scan.revision();
            } catch (CompactedException e) {
                if (++stuck > STUCK) {
                    throw e;
                }
            }
        }
    }
}
