package io.drkit.examples.bench.raw;

import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyStore;
import io.drkit.keystore.KeyValue;
import io.drkit.keystore.RangeRequest;

/** Reader and writer side by side: the least that any copy through this client has to do. */
public final class RawCopier {

    private RawCopier() {}

    /** Returns how many keys it copied. */
    public static long copy(KeyStore source, KeyStore target, KeyRange range, int pageSize)
            throws InterruptedException {
        RawWriter writer = new RawWriter(target);
        long keys = RawReader.read(source, RangeRequest.of(range, 0, pageSize), page -> {
            for (KeyValue entry : page.entries()) {
                writer.put(entry.key(), entry.value());
            }
        });
        writer.finish();
        return keys;
    }
}
