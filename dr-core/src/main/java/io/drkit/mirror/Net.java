package io.drkit.mirror;

import io.drkit.keystore.Bytes;
import io.drkit.keystore.KeyValue;
import org.jspecify.annotations.Nullable;

/**
 * What several events of one key come to.
 *
 * @param created whether the first of them created the key, so that the standby should not have it
 * @param put the entry that the last of them left, if the standby is to have it; null if it left none
 */
record Net(Bytes key, boolean created, @Nullable KeyValue put) {}
