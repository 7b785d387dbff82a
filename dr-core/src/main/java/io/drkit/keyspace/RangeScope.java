package io.drkit.keyspace;

import io.drkit.keystore.KeyRange;
import io.drkit.keystore.KeyValue;

/** A scope that wants all of its range. */
record RangeScope(String name, KeyRange range) implements MirrorScope {

    @Override
    public boolean admits(KeyValue entry) {
        return true;
    }
}
