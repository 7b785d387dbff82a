package io.drkit.encryption;

import io.drkit.testkit.EncryptionKeyMergerContract;

/** The contract of the merger that goes by what the configurations say. {@code -Ddrkit.pairs=50000} searches longer. */
class DefaultEncryptionKeyMergerTest extends EncryptionKeyMergerContract {

    @Override
    protected EncryptionKeyMerger merger() {
        return new DefaultEncryptionKeyMerger();
    }

    @Override
    protected int pairs() {
        return Integer.getInteger("drkit.pairs", super.pairs());
    }
}
